"""O5, O6: from paid to completed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from catalog.models import ProductStats, Stock
from mall import clock
from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.tenancy import shop_scope
from orders import fulfillment
from orders.carriers import BadTrackingNumber, clean_tracking_number
from orders.fulfillment import (
    TrackingNumberUsed,
    complete_delivered_orders,
    complete_order,
    deliver_shipped_orders,
    extend_completion,
    mark_delivered,
    ship_order,
)
from orders.models import Order, OrderStep, Parcel
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.journeys import completed_order, delivered_order, paid_order, shipped_order

DAY = timedelta(days=1)


def told(name):
    return [event.payload for event in OutboxEvent.objects.filter(name=name).order_by("pk")]


@pytest.mark.django_db
def test_shipping_hands_over_a_parcel_and_consumes_the_goods():  # O6
    teapot, clerk = sku(stock=5), shopper()
    order = paid_order(skus={teapot: 2})
    now = NOON + timedelta(hours=7, minutes=59)

    with shop_scope(order.shop_id):
        parcel = ship_order(order=order, carrier="sf", tracking_number=" sf12 3456 7890123", by=clerk, now=now)

    order.refresh_from_db()
    stock = Stock.objects.get(sku=teapot)
    assert (order.status, order.shipped_at, order.due_at) == ("shipped", now, now + 10 * DAY)
    assert (parcel.order, parcel.carrier, parcel.tracking_number) == (order, "sf", "SF1234567890123")
    assert (stock.on_hand, stock.reserved) == (3, 0)
    step = OrderStep.objects.get(kind="shipped")
    assert (step.by, step.at, step.note.endswith(" SF1234567890123")) == (clerk, now, True)
    assert told("OrderShipped") == [{
        "order_id": order.public_id,
        "shop_id": order.shop.public_id,
        "tracking_number": "SF1234567890123",
        "hours_since_paid": 7,
        "shipped_at": now.isoformat(),
    }]  # fmt: skip
    assert AuditRecord.objects.get(action="orders.ship_order").actor == clerk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("carrier", "typed", "number"),
    [
        ("sf", "sf 1234 5678 90123", "SF1234567890123"),
        ("yto", "yt1234567890123", "YT1234567890123"),
        ("zto", "78123456789012", "78123456789012"),
        ("jd", "JD0012345678901", "JD0012345678901"),
        ("ems", "ea123456785cn", "EA123456785CN"),
        ("self", "van-0042", "VAN-0042"),
    ],
)
def test_numbers_are_read_as_people_type_them(carrier, typed, number):
    assert clean_tracking_number(carrier, typed) == number


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("carrier", "typed"),
    [("sf", "1234567890123"), ("yto", "YT12"), ("zto", "SF1234567890123"), ("jd", ""), ("ems", "EA1"),
     ("self", "a/b"), ("pigeon", "SF1234567890123")],
)  # fmt: skip
def test_a_number_that_is_none_of_the_carriers_changes_nothing(carrier, typed):
    order = paid_order()

    with pytest.raises(BadTrackingNumber):
        ship_order(order=order, carrier=carrier, tracking_number=typed, by=shopper(), now=NOON)

    order.refresh_from_db()
    assert order.status == "paid" and not Parcel.objects.exists()


@pytest.mark.django_db
def test_two_parcels_do_not_share_a_number_even_of_two_shops():
    first, second = paid_order(), paid_order()
    ship_order(order=first, carrier="sf", tracking_number="SF1234567890123", by=shopper(), now=NOON)

    with shop_scope(second.shop_id), pytest.raises(TrackingNumberUsed):
        ship_order(order=second, carrier="sf", tracking_number="SF1234567890123", by=shopper(), now=NOON)

    second.refresh_from_db()
    assert second.status == "paid" and Parcel.objects.count() == 1


@pytest.mark.django_db
def test_confirming_receipt_delivers_and_completion_waits_seven_days():
    order = shipped_order()

    mark_delivered(order=order, by=order.shopper, now=NOON + DAY)

    order.refresh_from_db()
    assert (order.status, order.delivered_at, order.due_at) == ("delivered", NOON + DAY, NOON + 8 * DAY)
    assert order.parcels.get().delivered_at == NOON + DAY
    assert OrderStep.objects.get(kind="delivered").by == order.shopper
    assert [event["delivered_at"] for event in told("OrderDelivered")] == [(NOON + DAY).isoformat()]


@pytest.mark.django_db
def test_completing_counts_the_sale_and_is_told():
    teapot = sku()
    order = delivered_order(skus={teapot: 3})

    complete_order(order=order, now=NOON + 7 * DAY)

    order.refresh_from_db()
    assert (order.status, order.completed_at, order.due_at) == ("completed", NOON + 7 * DAY, None)
    assert ProductStats.objects.get(product=teapot.product_id).sold_count == 3
    assert told("OrderCompleted") == [{
        "order_id": order.public_id,
        "shop_id": order.shop.public_id,
        "shopper_id": order.shopper_id,
        "paid": 3000,
        "currency": "CNY",
        "completed_at": (NOON + 7 * DAY).isoformat(),
    }]  # fmt: skip


@pytest.mark.django_db
def test_parcels_that_nobody_confirmed_count_as_delivered_after_ten_days():
    due, young = shipped_order(), shipped_order(now=NOON + timedelta(seconds=1))

    assert deliver_shipped_orders(now=NOON + 10 * DAY) == 1
    assert deliver_shipped_orders(now=NOON + 10 * DAY) == 0

    assert dict(Order.objects.values_list("pk", "status")) == {due.pk: "delivered", young.pk: "shipped"}


@pytest.mark.django_db
def test_orders_complete_seven_days_after_delivery():  # O5
    due, young = delivered_order(), delivered_order(now=NOON + timedelta(seconds=1))

    assert complete_delivered_orders(now=NOON + 7 * DAY) == 1
    assert complete_delivered_orders(now=NOON + 7 * DAY) == 0

    assert dict(Order.objects.values_list("pk", "status")) == {due.pk: "completed", young.pk: "delivered"}


@pytest.mark.django_db
def test_the_clock_works_in_batches(monkeypatch):
    monkeypatch.setattr(fulfillment, "BATCH", 2)
    teapot = sku()
    orders = [shipped_order(skus={teapot: 2}) for _order in range(5)]

    assert deliver_shipped_orders(now=NOON + 10 * DAY) == 5
    assert complete_delivered_orders(now=NOON + 17 * DAY) == 5

    assert set(Order.objects.values_list("status", flat=True)) == {"completed"}
    assert ProductStats.objects.get(product=teapot.product_id).sold_count == 10
    assert OrderStep.objects.filter(kind="completed").count() == len(told("OrderCompleted")) == len(orders)


@pytest.mark.django_db
def test_a_shopper_puts_the_completion_of_her_order_off_once(client):  # O5
    order = delivered_order(now=clock.now())
    due_at = order.due_at
    client.force_login(order.shopper)
    page, press = (reverse(f"storefront:orders:{name}", args=[order.public_id]) for name in ("detail", "extend"))

    assert press in client.get(page).content.decode()
    client.post(press)
    client.post(press)

    order.refresh_from_db()
    assert order.due_at == due_at + 7 * DAY
    assert [step.by for step in order.steps.filter(kind="extended")] == [order.shopper]
    assert press not in client.get(page).content.decode()
    assert complete_delivered_orders(now=due_at + 6 * DAY) == 0
    assert complete_delivered_orders(now=due_at + 7 * DAY) == 1


@pytest.mark.django_db
def test_only_what_has_arrived_is_put_off():  # O5
    for order in (paid_order(), shipped_order(), completed_order()):
        with pytest.raises(WrongStatus):
            extend_completion(order=order, by=order.shopper, now=NOON)
        assert not order.steps.filter(kind="extended").exists()
