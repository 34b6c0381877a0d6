"""The full matrix: every status of an order against every verb either moves it or is refused."""

import pytest

from catalog.models import GoodsCode
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from orders.cancellation import cancel_order, cancel_paid_order
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.models import Order
from orders.payments import NotPayable
from tests import journeys
from tests.conftest import NOON
from tests.factories.kinds import code_sku
from tests.orders import presales


def booked_order():
    """Paid, and not handed over: the codes are gone, as they never are."""
    group = journeys.placed_group(skus={code_sku(): 1})
    GoodsCode.objects.all().delete()
    journeys.pay(group)
    return group.orders.get()


def order_with_a_deposit():
    """Its deposit is paid, and the rest can be."""
    order = presales.deposit_paid()
    Order.objects.update(balance_from=NOON)
    return order


MAKE = {
    "unpaid": journeys.placed_order,
    "deposit_paid": order_with_a_deposit,
    "paid": journeys.paid_order,
    "booked": booked_order,
    "shipped": journeys.shipped_order,
    "delivered": journeys.delivered_order,
    "completed": journeys.completed_order,
    "canceled": journeys.canceled_order,
}
VERBS = {
    "pay": lambda order: journeys.pay(order.group),
    "ship": lambda order: ship_order(
        order=order, carrier="sf", tracking_number="SF9999999999999", by=order.shopper, now=NOON
    ),
    "deliver": lambda order: mark_delivered(order=order, by=order.shopper, now=NOON),
    "complete": lambda order: complete_order(order=order, now=NOON),
    "cancel": lambda order: cancel_order(order=order, reason="…", by=order.shopper, now=NOON),
    "cancel and leave the deposit": lambda order: cancel_order(
        order=order, reason="…", by=order.shopper, leaves_deposit=True, now=NOON
    ),
    "cancel as a shop": lambda order: cancel_paid_order(order=order, reason="…", by=order.shopper, now=NOON),
}
MOVES = {
    ("unpaid", "pay"): "paid",
    ("unpaid", "cancel"): "canceled",
    ("deposit_paid", "pay"): "paid",
    ("deposit_paid", "cancel and leave the deposit"): "canceled",
    ("deposit_paid", "cancel as a shop"): "canceled",
    ("paid", "ship"): "shipped",
    ("unpaid", "cancel and leave the deposit"): "canceled",
    ("paid", "cancel"): "canceled",
    ("paid", "cancel and leave the deposit"): "canceled",
    ("booked", "cancel and leave the deposit"): "canceled",
    ("paid", "cancel as a shop"): "canceled",
    ("booked", "cancel"): "canceled",
    ("booked", "cancel as a shop"): "canceled",
    ("shipped", "deliver"): "delivered",
    ("delivered", "complete"): "completed",
}


def test_every_status_is_in_the_matrix():
    assert set(MAKE) == set(Order.Status.values)
    assert set(MOVES.values()) | {"unpaid", "deposit_paid", "booked"} == set(Order.Status.values)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", MAKE)
def test_a_verb_moves_the_order_or_is_refused(status, verb):
    order = MAKE[status]()
    before = (OutboxEvent.objects.count(), order.steps.count())

    if expected := MOVES.get((status, verb)):
        VERBS[verb](order)
    else:
        with pytest.raises((WrongStatus, NotPayable)):
            VERBS[verb](order)

    order.refresh_from_db()
    after = (OutboxEvent.objects.count(), order.steps.count())
    assert order.status == (expected or status)
    assert (after == before) is (expected is None)
