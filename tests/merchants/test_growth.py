from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from mall.events import deliver, deliver_everything, publish
from mall.events.catalog import ProductChanged, ProductReviewed
from mall.events.models import OutboxEvent, Receipt
from mall.events.orders import OrderCanceled, OrderCompleted, OrderPaid, OrderShipped
from mall.money import Money
from merchants import growth
from merchants.models import DailyFacts, ShopActivity
from tests.conftest import NOON
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def paid(place, at=NOON, total=1000):
    return OrderPaid(
        order_id="ord_1", group_id="grp_1", payment_id="pay_1", shop_id=place.public_id, shopper_id=1,
        total=total, currency="CNY", paid_at=at,
    )  # fmt: skip


def canceled(place, was_paid):
    return OrderCanceled(
        order_id="ord_1", shop_id=place.public_id, was_paid=was_paid, total=1000, currency="CNY", reason="x",
        canceled_at=NOON,
    )  # fmt: skip


def everything(place):
    shop_id = place.public_id
    return [
        paid(place),
        OrderShipped(
            order_id="ord_1", shop_id=shop_id, tracking_number="SF1", hours_since_paid=7, shipped_at=NOON
        ),
        OrderCompleted(order_id="ord_1", shop_id=shop_id, shopper_id=1, completed_at=NOON),
        canceled(place, was_paid=True),
        canceled(place, was_paid=False),
        ProductChanged(product_id="prd_1", shop_id=shop_id, changed_at=NOON),
        ProductReviewed(product_id="prd_1", shop_id=shop_id, order_line_id=1, stars=4, written_at=NOON),
    ]  # fmt: skip


def tell(*events):
    with transaction.atomic():
        publish(*events)
    deliver_everything()


def facts(place) -> list[dict]:
    return [
        {name: getattr(day, name) for name in ("on", *growth.COUNTS) if name == "on" or getattr(day, name)}
        for day in DailyFacts.objects.filter(shop=place).order_by("on")
    ]


def test_everything_that_happens_is_counted_on_its_day():  # M5
    place, other = shop(), shop()

    tell(*everything(place))

    assert facts(place) == [
        {
            "on": date(2026, 3, 2),
            "paid_orders": 1,
            "paid_amount": Money(1000),
            "shipped_orders": 1,
            "shipping_hours": 7,
            "completed_orders": 1,
            "canceled_paid_orders": 1,
            "product_updates": 1,
            "review_count": 1,
            "review_stars": 4,
        }
    ]
    assert facts(other) == []


def test_facts_of_a_day_add_up():
    place = shop()

    tell(paid(place, total=1000), paid(place, total=234), paid(place, at=NOON + timedelta(days=1), total=5))

    assert facts(place) == [
        {"on": date(2026, 3, 2), "paid_orders": 2, "paid_amount": Money(1234)},
        {"on": date(2026, 3, 3), "paid_orders": 1, "paid_amount": Money(5)},
    ]


def test_event_delivered_twice_counts_once():
    place = shop()
    tell(*everything(place))
    before = facts(place)

    OutboxEvent.objects.update(delivered_at=None)
    for event in OutboxEvent.objects.all():
        deliver(event.pk)

    assert facts(place) == before


def test_without_the_receipts_it_would_count_twice():  # negative control
    place = shop()
    tell(paid(place))

    Receipt.objects.all().delete()
    OutboxEvent.objects.update(delivered_at=None)
    deliver_everything()

    assert facts(place)[0]["paid_orders"] == 2


def test_day_is_the_business_day_in_shanghai():
    place = shop()
    last_second, midnight = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), datetime(2026, 3, 1, 16, tzinfo=UTC)

    tell(paid(place, at=last_second), paid(place, at=midnight))

    assert [day["on"] for day in facts(place)] == [date(2026, 3, 1), date(2026, 3, 2)]


def test_last_paid_order_is_the_latest_in_whatever_order_it_is_heard():  # M7
    place = shop()

    tell(paid(place, at=NOON), paid(place, at=NOON - timedelta(days=3)))

    assert ShopActivity.objects.get(shop=place).last_paid_at == NOON


def test_paid_order_of_a_shop_without_activity_makes_it():
    place = shop()
    ShopActivity.objects.all().delete()

    tell(paid(place))

    assert ShopActivity.objects.get(shop=place).last_paid_at == NOON


def test_counting_what_nobody_counts_is_a_mistake_of_the_programmer():
    with pytest.raises(TypeError, match="smiles"):
        growth.count(shop_id="shp_1", at=NOON, smiles=1)
