"""A bargain as a deal: what it came to is the price of one piece, for who opened it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.rows import select_rows
from marketing.bargaining import units
from marketing.deals.base import Deal, DealGone
from marketing.models import Bargain, Promotion

Status = Bargain.Status


def find(key: str, *, sku_id: int, shopper_id: int, now: datetime) -> Deal:
    """:raises DealGone: not hers, not far enough, over, bought, or its quota is used up"""
    bargain = (
        Bargain.objects.select_related("promotion", "units")
        .filter(public_id=key, sku=sku_id, shopper=shopper_id)
        .first()
    )
    if bargain is None:
        raise DealGone(_("There is no such offer (any more)."))
    if sentence := why_not(bargain, now):
        raise DealGone(sentence)
    return Deal(
        key=bargain.public_id,
        promotion=bargain.promotion.public_id,
        kind=Promotion.Kind.BARGAIN,
        name=bargain.promotion.name,
        version=bargain.promotion.version,
        shop_id=bargain.shop_id,
        sku_id=sku_id,
        price=bargain.now_at,
        most=1,
        excludes=frozenset(bargain.promotion.excludes),
    )


def why_not(bargain: Bargain, now: datetime) -> str:
    """Why it cannot be bought for what it came to; empty when it can."""
    if bargain.status == Status.BOUGHT:
        return _("You have ordered it already.")
    if bargain.status == Status.EXPIRED or bargain.ends_at <= now:
        return _("The time for this bargain is over.")
    if bargain.status == Status.OPEN and not bargain.is_early:
        more = bargain.needed - bargain.cut_count
        words = ngettext(
            "It is not at its lowest price yet: %(count)d more cut.",
            "It is not at its lowest price yet: %(count)d more cuts.",
            more,
        )
        return words % {"count": more}
    if bargain.units.left < 1:
        return _("All units of this promotion are gone.")
    return ""


# The price that she was shown is a condition: when a friend cuts meanwhile, she looks again and pays less.
_BUY = """
    UPDATE marketing_bargain SET status = 'bought', bought_at = %(now)s, order_public_id = %(order)s
    WHERE public_id = %(key)s AND shopper_id = %(shopper)s AND sku_id = %(sku)s AND ends_at > %(now)s
        AND (status = 'reached' OR status = 'open' AND is_early) AND price - off = %(price)s
    RETURNING units_id
"""


def take(deal: Deal, *, order_id: str, group_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    """
    The bargain is this order's, and one unit of the quota.

    :raises DealGone: bought meanwhile, cut further, over, or the last unit went to somebody else
    """
    values = {
        "key": deal.key,
        "shopper": shopper_id,
        "sku": deal.sku_id,
        "price": deal.price.minor,
        "order": order_id,
        "now": now,
    }
    rows = select_rows(_BUY, values) if quantity == 1 else []
    if not rows:
        raise DealGone(_("Your bargain has just changed; please look at it again."))
    if not units.take(rows[0][0]):
        raise DealGone(_("All units of this promotion are gone."))


def paid(*, order_id: str, now: datetime) -> None:
    Bargain.objects.filter(order_public_id=order_id, status=Status.BOUGHT, paid_at=None).update(paid_at=now)


@transaction.atomic
def give_back(*, order_id: str, now: datetime) -> None:
    """
    The unit can be had again. A bargain that nobody has paid for goes on where it was, if its time is not over; one
    that was paid and then canceled is over.
    """
    bargain = Bargain.objects.select_for_update(of=("self",), no_key=True)
    bargain = bargain.filter(order_public_id=order_id, status=Status.BOUGHT).first()
    if bargain is None:
        return
    if bargain.paid_at or bargain.ends_at <= now:
        Bargain.FLOW.move(bargain, Status.EXPIRED)
        bargain.expired_at = now
    else:
        Bargain.FLOW.move(bargain, Status.REACHED if bargain.reached_at else Status.OPEN)
        bargain.order_public_id, bargain.bought_at = "", None
    bargain.save(update_fields=["status", "expired_at", "order_public_id", "bought_at"])
    units.give_back([bargain.units_id])
