"""
Orders that are paid by bank transfer (O3): for which it is offered, and that they wait longer: their goods stay kept
for some days, because a transfer takes as long.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from catalog.stock import keep_until
from mall.money import Money
from mall.refusals import Refusal
from marketing.models import PromotionUse
from orders import tunables
from orders.models import Order, OrderGroup, Payment


class NoTransfer(Refusal):
    """This order is not paid by bank transfer."""

    code = "no-transfer"


def may_transfer(group: OrderGroup, orders: Sequence[Order]) -> bool:
    """Neither deals nor units of a flash sale wait for days; nor what is worth too little."""
    if any(order.deal for order in orders) or group.due < Money(tunables.LEAST_TRANSFER.value, group.currency):
        return False
    return not PromotionUse.objects.filter(group_public_id=group.public_id).exclude(pieces={}).exists()


def wait_longer(group: OrderGroup, orders: Sequence[Order], *, now: datetime) -> None:
    """
    A group that is locked waits as long as a transfer takes, counted from when it was placed; choosing it again does
    not make it longer.

    :raises NoTransfer: not offered for this, or the shopper has as many of them open as one may
    """
    if not may_transfer(group, orders):
        raise NoTransfer(_("This order cannot be paid by bank transfer."))
    until = group.placed_at + timedelta(days=tunables.TRANSFER_DAYS.value)
    if until <= group.pay_by:
        return
    open_ones = Payment.objects.filter(
        group__shopper=group.shopper_id, channel="transfer", status=Payment.Status.PENDING
    ).exclude(group=group)
    if open_ones.values("group").distinct().count() >= tunables.OPEN_TRANSFERS.value:
        raise NoTransfer(
            _("You have %(count)d orders that wait for a transfer. Pay or cancel one of them first.")
            % {"count": tunables.OPEN_TRANSFERS.value}
        )
    group.pay_by = until
    group.save(update_fields=["pay_by"])
    for order in orders:
        order.due_at = until
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(due_at=until)
    keep_until(documents=[order.public_id for order in orders], expires_at=until)
