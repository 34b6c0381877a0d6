"""Everybody comes at once (test B1, B3; K3): over HTTP, through the gate, whose server is killed meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import redis

from benchmarks.checkout import sessions_of, shoppers
from benchmarks.load import get_repeatedly
from benchmarks.rush import BOUGHT, LOST, REFUSED, rush
from catalog.models import Reservation, Stock
from catalog.stock_check import verify_stock
from mall import clock
from marketing.models import FlashCount, FlashUnits
from marketing.tunables import FLASH_PASS_SECONDS
from orders.models import Order
from settlement.verification import verify_ledger
from tests.factories.accounts import staff
from tests.factories.catalog import sku
from tests.factories.marketing import flash_sale

WORKERS = 12


def sale_of(units, *, stock):
    tea, now = sku(price="50.00", stock=stock), clock.now()
    dates = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
    return tea, flash_sale({tea: ("19.90", units)}, **dates)


def clicks(people):
    """A session of each, and of every twentieth a second click."""
    sessions = sessions_of(shoppers(people))
    return [*sessions, *sessions[::20]]


def hurry(stack, tea, sale, people):
    port = int(stack.url.rpartition(":")[2])
    return rush(port, sale=sale.public_id, sku=tea.public_id, sessions=clicks(people), workers=WORKERS)


def assert_exactly_all_units_are_sold(tea, sale, units, stock):
    orders = Order.objects.filter(lines__sku=tea)
    assert (orders.count(), orders.values("shopper").distinct().count()) == (units, units)
    assert set(orders.values_list("total", flat=True)) == {1990}
    row = FlashUnits.objects.get(promotion=sale)
    assert (row.taken, row.quota) == (units, units)
    hers = FlashCount.objects.filter(units=row)
    assert hers.filter(count=1).count() == hers.count() == units
    shelf = Stock.objects.get(sku=tea)
    assert (shelf.on_hand, shelf.reserved, shelf.set_aside) == (stock, units, 0)
    assert Reservation.objects.filter(stock=shelf, status="held").count() == units
    assert verify_stock()["ok"]
    assert verify_ledger().ok


def test_three_hundred_buyers_and_twenty_units(live_stack):  # test B1
    tea, sale = sale_of(20, stock=50)

    told = hurry(live_stack, tea, sale, 300)

    assert_exactly_all_units_are_sold(tea, sale, 20, 50)
    assert told.ends[BOUGHT] == 20
    assert sum(told.ends.values()) == 315
    assert (told.errors, told.ends[REFUSED], told.ends[LOST], told.problems) == (0, 0, 0, [])


def test_the_gates_server_is_killed_and_emptied_in_the_middle_of_it(live_stack):  # test B3
    FLASH_PASS_SECONDS.turn(10, by=staff(), now=clock.now())  # for so long a pass holds of which the gate has not heard
    tea, sale = sale_of(20, stock=50)
    port, sessions, browsed = int(live_stack.url.rpartition(":")[2]), clicks(120), []

    with ThreadPoolExecutor(1) as pool:
        rushing = pool.submit(rush, port, sale=sale.public_id, sku=tea.public_id, sessions=sessions, workers=WORKERS)
        for turn in range(5):  # here, and not in a thread: a server ends with the thread that has started it
            live_stack.valkey.kill()
            browsed.append(get_repeatedly(port, ["/"], seconds=0.1).count)  # an answer other than 200 fails
            live_stack.valkey.start()
            if turn == 2:
                redis.Redis.from_url(live_stack.valkey.url).flushall()
            time.sleep(0.2)
        told = rushing.result()

    late = hurry(live_stack, tea, sale, 30)  # whoever was turned away while nothing worked leaves units to others
    assert len(browsed) == 5 and all(browsed)
    assert_exactly_all_units_are_sold(tea, sale, 20, 50)
    assert told.ends[BOUGHT] + late.ends[BOUGHT] == 20
    assert told.errors == told.statuses[503]  # "one moment", while it was away
