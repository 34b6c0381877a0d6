"""O4: on every path that cancels, goods come back, and money where there was any."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from catalog.models import Reservation, Stock
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.tenancy import shop_scope
from orders.cancellation import cancel_order, cancel_paid_order, close_unpaid_orders
from orders.checkout import place_order
from orders.models import Order, OrderGroup, OrderStep, Refund
from orders.refunds import finish_refunds
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import filled_cart, paid_group, paid_order, placed_group, placed_order, shipped_order

HALF_AN_HOUR = timedelta(minutes=30)


def reserved(row):
    return Stock.objects.get(sku=row).reserved


@pytest.mark.django_db
def test_an_unpaid_group_is_canceled_whole():
    teapot, cup = sku(stock=5), sku(stock=5)
    group = placed_group(skus={teapot: 2, cup: 3})
    first, second = group.orders.order_by("pk")

    canceled = cancel_order(order=second, reason="Too dear", by=group.shopper, now=NOON)

    assert canceled.pk == second.pk
    assert set(group.orders.values_list("status", "canceled_at", "cancel_reason", "due_at")) == {
        ("canceled", NOON, "Too dear", None)
    }
    assert (reserved(teapot), reserved(cup)) == (0, 0)
    assert list(OrderStep.objects.filter(kind="canceled").order_by("pk").values_list("order", "by", "note")) == [
        (first.pk, group.shopper.pk, "Too dear"),
        (second.pk, group.shopper.pk, "Too dear"),
    ]
    events = OutboxEvent.objects.filter(name="OrderCanceled").order_by("pk")
    assert [(e.payload["order_id"], e.payload["was_paid"]) for e in events] == [
        (first.public_id, False),
        (second.public_id, False),
    ]
    deliver_everything()
    assert not Refund.objects.exists()


@pytest.mark.django_db
def test_a_paid_order_is_canceled_by_itself_and_its_own_money_goes_back():  # O8
    teapot, cup = sku(price="10.00"), sku(price="3.00")
    group = paid_group(skus={teapot: 2, cup: 3})
    mine = group.orders.get(shop=teapot.shop)

    cancel_order(order=mine, reason="Too late", by=group.shopper, now=NOON)
    deliver_everything()
    finish_refunds(now=NOON)
    finish_refunds(now=NOON + HALF_AN_HOUR)
    deliver_everything()

    assert dict(group.orders.values_list("shop", "status")) == {teapot.shop_id: "canceled", cup.shop_id: "paid"}
    assert (reserved(teapot), reserved(cup)) == (0, 3)
    refund = Refund.objects.get()
    assert (refund.order, refund.amount, refund.status, refund.refunded_at) == (mine, mine.total, "succeeded", NOON)
    assert OrderStep.objects.filter(order=mine).order_by("pk").last().kind == "refunded"
    (event,) = OutboxEvent.objects.filter(name="PaymentRefunded")
    assert (event.payload["order_id"], event.payload["shop_id"], event.payload["amount"]) == (
        mine.public_id, mine.shop.public_id, mine.total.minor,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_shop_cancels_within_its_own_scope():
    order, clerk = paid_order(), shopper()

    with shop_scope(order.shop_id):
        cancel_paid_order(order=order, reason="Broken on the shelf", by=clerk, now=NOON)
    deliver_everything()

    assert Refund.objects.get().order == order
    record = AuditRecord.objects.get(action="orders.cancel_order")
    assert (record.actor, record.subject, record.shop_slug, record.before, record.after) == (
        clerk,
        order.public_id,
        order.shop.slug,
        {"status": "paid"},
        {"status": "canceled", "reason": "Broken on the shelf"},
    )


@pytest.mark.django_db
def test_a_shop_does_not_cancel_what_is_not_paid():
    order = placed_order()

    with shop_scope(order.shop_id), pytest.raises(WrongStatus):
        cancel_paid_order(order=order, reason="…", by=shopper(), now=NOON)

    order.refresh_from_db()
    assert order.status == "unpaid"


@pytest.mark.django_db
def test_unpaid_orders_close_after_thirty_minutes():  # O4
    teapot = sku(stock=5)
    late, early = placed_group(skus={teapot: 1, sku(): 1}), placed_group(now=NOON + timedelta(seconds=1))
    paid = paid_group(skus={sku(): 1})

    assert close_unpaid_orders(now=NOON + HALF_AN_HOUR - timedelta(seconds=1)) == 0
    assert close_unpaid_orders(now=NOON + HALF_AN_HOUR) == 2
    assert close_unpaid_orders(now=NOON + HALF_AN_HOUR) == 0

    assert set(late.orders.values_list("status", "cancel_reason")) == {("canceled", "超时未付款")}
    assert set(early.orders.values_list("status", flat=True)) == {"unpaid"}
    assert set(paid.orders.values_list("status", flat=True)) == {"paid"}
    assert reserved(teapot) == 0
    assert not AuditRecord.objects.filter(action="orders.cancel_order").exists()


@pytest.mark.django_db
def test_a_shipped_order_is_not_canceled():
    order = shipped_order()

    for verb in (cancel_order, cancel_paid_order):
        with pytest.raises(WrongStatus):
            verb(order=order, reason="…", by=order.shopper, now=NOON)

    assert Reservation.objects.get().status == "consumed"


def in_threads(calls, threads=8):
    def run(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, calls))


def test_several_clocks_share_the_closing_and_give_back_once(committed_db):
    teapot, cup = sku(stock=100), sku(stock=100)
    for _group in range(20):
        placed_group(skus={teapot: 1, cup: 2})

    counts = in_threads([lambda: close_unpaid_orders(now=NOON + HALF_AN_HOUR)] * 4)

    assert sum(counts) == 40
    assert (reserved(teapot), reserved(cup)) == (0, 0)
    assert OrderStep.objects.filter(kind="canceled").count() == 40


def test_placing_and_canceling_carts_that_cross_do_not_deadlock(committed_db):
    """Two shops whose SKUs interleave: groups are placed and canceled on many connections."""
    here, there = shop(), shop()
    rows = [sku(shop=(here, there)[number % 2], stock=10_000) for number in range(6)]
    people = [shopper() for _person in range(8)]

    def shop_and_change_her_mind(person):
        for number in range(5):
            mine = rows if number % 2 else rows[::-1]
            me = filled_cart(shopper=person, skus=dict.fromkeys(mine, 1))
            group = place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.first(), now=NOON)
            cancel_order(order=group.orders.order_by("-pk").first(), reason="…", by=me, now=NOON)

    in_threads([lambda person=person: shop_and_change_her_mind(person) for person in people])

    assert OrderGroup.objects.count() == 40
    assert set(Order.objects.values_list("status", flat=True)) == {"canceled"}
    assert sum(reserved(row) for row in rows) == 0
