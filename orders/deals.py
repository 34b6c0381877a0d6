"""Orders that took a deal (``marketing.deals``): what happens to those that wait when its outcome is known."""

from datetime import date, datetime

from django.db import transaction

from orders.cancellation import cancel_order_whose_deal_failed
from orders.locks import lock_order
from orders.models import Order, OrderStep
from orders.steps import write_steps


@transaction.atomic
def deal_came(*, order_id: str, ships_on: date | None = None, now: datetime) -> bool:
    """
    What a paid order (public id) waited for has come: it may be sent, its hours begin (on a day, if one is named).
    False: it did not wait.
    """
    order = _locked(order_id)
    if not order.awaits_deal or order.status not in (Order.Status.PAID, Order.Status.BOOKED):
        return False
    order.awaits_deal, order.deal_came_at = False, now
    order.promised_on = ships_on or order.promised_on
    order.save(update_fields=["awaits_deal", "deal_came_at", "promised_on"])
    write_steps([order], OrderStep.Kind.DEAL_CAME, at=now)
    return True


@transaction.atomic
def deal_failed(*, order_id: str, reason: str, now: datetime) -> bool:
    """What an order (public id) waited for will not come: it is canceled and paid back. False: it did not wait."""
    order = _locked(order_id)
    if not order.awaits_deal or not Order.FLOW.can(order, Order.Status.CANCELED):
        return False
    cancel_order_whose_deal_failed(order=order, reason=reason, now=now)
    return True


def _locked(order_id: str) -> Order:
    return lock_order(Order.objects.values_list("pk", flat=True).get(public_id=order_id))
