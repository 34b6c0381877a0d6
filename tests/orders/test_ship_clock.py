"""O6 (2.15): hours to ship, and what follows when they are over."""

from datetime import timedelta

import pytest

from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.notifications.models import Notice
from merchants.models import Seat
from orders.backoffice.todo import waiting
from orders.fulfillment import ship_order
from orders.models import Order
from orders.ship_clock import expected_on, ship_by, watch_shipping
from tests.conftest import NOON
from tests.factories.accounts import address
from tests.factories.accounts import shopper as a_shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order, placed_order, shipped_order

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_an_order_is_late_after_its_hours_and_that_is_told_once():  # O6
    order, _in_time, _unpaid = paid_order(), paid_order(now=NOON + 3 * HOUR), placed_order()
    shipped_order()
    clerk = seat(order.shop, role=Seat.Role.CLERK).user

    assert ship_by(order) == NOON + 48 * HOUR
    assert watch_shipping(now=NOON + 48 * HOUR) == 0
    assert watch_shipping(now=NOON + 49 * HOUR) == 1
    assert watch_shipping(now=NOON + 50 * HOUR) == 0
    deliver_everything()

    (event,) = OutboxEvent.objects.filter(name="OrderShipLate")
    assert event.payload == {
        "order_id": order.public_id, "shop_id": order.shop.public_id, "hours": 48,
        "late_at": (NOON + 49 * HOUR).isoformat(),
    }  # fmt: skip
    assert list(Notice.objects.filter(kind="orders.ship_late").values_list("person", flat=True)) == [clerk.pk]
    assert list(Order.objects.filter(late_at__isnull=False)) == [order]


def test_what_was_sent_in_part_is_late_as_long_as_the_rest_waits():
    order = paid_order(skus={sku(stock=9): 2})
    ship_order(order=order, carrier="sandbox", pieces={order.lines.get().pk: 1}, by=a_shopper(), now=NOON + HOUR)

    assert watch_shipping(now=NOON + 49 * HOUR) == 1


def test_late_orders_are_marked_in_batches(monkeypatch):
    monkeypatch.setattr("orders.ship_clock.BATCH", 2)
    for _order in range(3):
        paid_order()

    assert watch_shipping(now=NOON + 49 * HOUR) == 3


def test_the_day_of_arrival_counts_from_the_last_moment_to_ship():
    who = a_shopper()
    address(who, province="北京", city="北京")
    order = paid_order(shopper=who, skus={sku(shop=shop(province="浙江", city="杭州")): 1})

    assert str(expected_on(order)) == "2026-03-07"  # 4 March, and three days on the road


def test_what_waits_tells_of_addresses_and_of_what_came_back():  # O9
    from tests.journeys import address_asked, returned_order

    place = shop()
    address_asked(skus={sku(shop=place): 1})
    returned_order(skus={sku(shop=place): 1})
    owner = seat(place, role=Seat.Role.OWNER)

    found = waiting(place, owner, NOON)

    assert [todo.url.partition("?")[2] for todo in found] == [
        "waits=address", "waits=back", "status=paid&sort=placed",
    ]  # fmt: skip
