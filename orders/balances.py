"""
The rest of orders with a deposit (K1): told when it can be paid, and what becomes of an order whose rest is missed.

``due_at`` of such an order is the next moment at which the clock has something to say; each moment comes once, because
the clock moves on in the transaction that says it.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from mall.events.bus import publish
from mall.events.orders import OrderBalanceDue
from orders.cancellation import keep_deposit_of_missed_order
from orders.gateways.base import ChannelUnavailable
from orders.locks import lock_order
from orders.models import Order, Payment
from orders.payments import ask_about_payment

log = logging.getLogger("orders.balances")

BATCH = 500
DAY, HOURS = timedelta(days=1), timedelta(hours=3)  # before the end
PATIENCE = timedelta(hours=2)  # with a channel that does not say whether the rest was paid in time


def follow_balances(*, now: datetime) -> dict[str, int]:
    """
    Tell who can pay the rest of her order, and end the orders whose rest was missed; returns how many of each.

    One transaction for each order, so it may be killed and run again, and several may share the work. Before a deposit
    is lost every channel at which the rest was begun is asked whether it came.
    """
    due = Order.objects.filter(status=Order.Status.DEPOSIT_PAID, due_at__lte=now).order_by("due_at", "pk")
    told = missed = 0
    for pk, until, group_id in list(due.values_list("pk", "balance_until", "group_id")[:BATCH]):
        if now <= until:
            told += _tell(pk, now)
        elif _channels_are_heard(group_id, now) or now > until + PATIENCE:
            missed += keep_deposit_of_missed_order(order_id=pk, now=now)
    return {what: count for what, count in {"told": told, "missed": missed}.items() if count}


@transaction.atomic
def _tell(order_id: int, now: datetime) -> bool:
    order = lock_order(order_id)
    if order.status != Order.Status.DEPOSIT_PAID or order.due_at is None or order.due_at > now:
        return False  # paid, ended, or told by another, while we waited
    moments = {"open": order.balance_from, "day": order.balance_until - DAY, "hours": order.balance_until - HOURS}
    stage = max((at, name) for name, at in moments.items() if at <= now)[1]
    order.due_at = min((at for at in moments.values() if at > now), default=order.balance_until)
    order.save(update_fields=["due_at"])
    publish(OrderBalanceDue(order_id=order.public_id, stage=stage, told_at=now))
    return True


def _channels_are_heard(group_id: int, now: datetime) -> bool:
    """Whether every channel says how attempts to pay the rest stand; their time is over, so they are closed there."""
    waiting = Payment.objects.filter(group=group_id, part=Payment.Part.BALANCE, status=Payment.Status.PENDING)
    heard = True
    for payment in waiting.order_by("pk"):
        try:
            ask_about_payment(payment=payment, now=now)
        except ChannelUnavailable:
            log.warning("the channel of %s does not answer; the deposit waits", payment)
            heard = False
    return heard
