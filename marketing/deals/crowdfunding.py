"""Support of a crowdfunding as a deal (K1): asked for by the public id of the promotion, one SKU is one level."""

from datetime import datetime, timedelta
from math import ceil

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mall.clock import BUSINESS_ZONE
from marketing import tunables
from marketing.crowdfunding import backing
from marketing.deals.base import Deal, DealGone
from marketing.deals.group_buying import is_running
from marketing.models import DealUnits, Funding, Promotion

Kind, Status = Promotion.Kind, Funding.Status
SOON = timedelta(minutes=1)


def find(key: str, *, sku_id: int, shopper_id: int, now: datetime) -> Deal:
    """
    The price of a level for this shopper.

    :raises DealGone: it does not run, nothing is left, or she has what one person may have
    """
    rows = DealUnits.objects.select_related("promotion__shop", "promotion__funding")
    units = rows.filter(sku=sku_id, promotion__public_id=key, promotion__kind=Kind.CROWDFUNDING).first()
    if units is None:
        raise DealGone(_("There is no such offer (any more)."))
    promotion, funding = units.promotion, units.promotion.funding
    if not is_running(promotion, now) or funding.status == Status.FAILED:
        raise DealGone(_("This crowdfunding is over."))
    if units.left < 1:
        raise DealGone(_("Nothing is left of this level."))
    most = min(units.left, units.most - backing.pieces_of(units.pk, shopper_id))
    if most < 1:
        raise DealGone(backing.had_enough(units.most))
    left = ceil((promotion.ends_at - now) / SOON)
    return Deal(
        key=key,
        promotion=key,
        kind=Kind.CROWDFUNDING,
        name=promotion.name,
        version=promotion.version,
        shop_id=units.shop_id,
        sku_id=sku_id,
        price=units.price,
        most=most,
        excludes=frozenset(promotion.excludes),
        pay_minutes=max(1, min(tunables.GROUP_PAY_MINUTES.value, left)),
        waits=True,
        notes=tuple(terms_of(promotion, funding)),
    )


def terms_of(promotion: Promotion, funding: Funding) -> list[str]:
    """The rules in sentences, for whoever thinks of supporting it."""
    ends = date_format(promotion.ends_at.astimezone(BUSINESS_ZONE), "DATETIME_FORMAT")
    words = {"goal": funding.goal, "moment": ends, "days": promotion.rule["ships_in_days"]}
    if funding.status == Status.SUCCEEDED:
        ships = date_format(funding.ships_on)
        return [_("The goal is reached: it will be made, and ships from %(day)s.") % {"day": ships}]
    return [
        _("You pay now. It will be made if %(goal)s come together until %(moment)s.") % words,
        _("It ships %(days)d days after the goal is reached.") % words,
        _("If the goal is not reached in time, all of your money comes back by itself."),
        _("Until then you may cancel your support at any time."),
    ]


def take(deal: Deal, *, order_id: str, group_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    """
    Her support.

    :raises DealGone: others were faster
    """
    backing.back(deal, order_id=order_id, shopper_id=shopper_id, quantity=quantity, now=now)


def paid(*, order_id: str, now: datetime) -> None:
    backing.confirm(order_id=order_id, now=now)


def give_back(*, order_id: str, now: datetime) -> None:
    backing.free(order_id=order_id, now=now)


def waiting_words(key: str) -> str:
    """What its orders wait for."""
    funding = Funding.objects.filter(promotion__public_id=key, status=Status.OPEN).first()
    if funding is None:
        return _("This order waits for the outcome of its crowdfunding.")
    words = {"raised": funding.raised, "goal": funding.goal}
    return (
        _(
            "This order waits for its crowdfunding: %(raised)s of %(goal)s have come together. If the goal is not"
            " reached in time, the money comes back."
        )
        % words
    )
