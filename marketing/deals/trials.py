"""A free trial as a deal: one piece for nothing, for who has won it; she pays the delivery."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.money import Money
from mall.rows import select_rows
from marketing.deals.base import Deal, DealGone
from marketing.models import Promotion, TrialApplication
from marketing.trials.deciding import pass_on

Status = TrialApplication.Status


def find(key: str, *, sku_id: int, shopper_id: int, now: datetime) -> Deal:
    """:raises DealGone: she has not won it, or not ordered it in time"""
    application = (
        TrialApplication.objects.select_related("promotion")
        .filter(public_id=key, sku=sku_id, shopper=shopper_id)
        .first()
    )
    if application is None or application.status in (Status.APPLIED, Status.RESERVE, Status.LOST):
        raise DealGone(_("There is no such offer (any more)."))
    if application.status in (Status.TAKEN, Status.REPORTED):
        raise DealGone(_("You have ordered it already."))
    if application.status == Status.MISSED or application.take_by <= now:
        raise DealGone(_("The time to order it is over; somebody else gets it."))
    promotion = application.promotion
    return Deal(
        key=application.public_id,
        promotion=promotion.public_id,
        kind=Promotion.Kind.FREE_TRIAL,
        name=promotion.name,
        version=promotion.version,
        shop_id=promotion.shop_id,
        sku_id=sku_id,
        price=Money(0, promotion.currency),
        most=1,
        excludes=frozenset(promotion.excludes),
        notes=(
            _("The goods are free, you pay the delivery."),
            _("You owe the shop a report: a review, when you have tried it."),
        ),
    )


_TAKE = """
    UPDATE marketing_trialapplication SET status = 'taken', taken_at = %(now)s, order_public_id = %(order)s
    WHERE public_id = %(key)s AND shopper_id = %(shopper)s AND sku_id = %(sku)s AND status = 'won' AND take_by > %(now)s
    RETURNING id
"""


def take(deal: Deal, *, order_id: str, group_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    """:raises DealGone: taken meanwhile, or its time is over"""
    values = {"key": deal.key, "shopper": shopper_id, "sku": deal.sku_id, "order": order_id, "now": now}
    if quantity != 1 or not select_rows(_TAKE, values):
        raise DealGone(_("The time to order it is over; somebody else gets it."))


def paid(*, order_id: str, now: datetime) -> None:
    """Nothing more is to be done: it was hers when she ordered it."""


@transaction.atomic
def give_back(*, order_id: str, now: datetime) -> None:
    """Her order came to nothing: she may order again in her time, else the next in reserve moves up."""
    rows = TrialApplication.objects.select_for_update(of=("self",))
    application = rows.filter(order_public_id=order_id, status=Status.TAKEN).first()
    if application is None:
        return
    if application.take_by > now:
        application.order_public_id, application.taken_at = "", None
        TrialApplication.FLOW.move(application, Status.WON)
        application.save(update_fields=["status", "order_public_id", "taken_at"])
        return
    pass_on(application, now)
