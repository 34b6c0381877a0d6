"""Units of flash sales on many connections, without the gate: the quota holds; without its guard it does not."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

from django.db import connection

from catalog.models import Stock
from catalog.stock_check import verify_stock
from mall.refusals import Refusal
from marketing.flash import units
from marketing.models import FlashCount
from orders.checkout import place_order
from orders.models import Order
from tests.conftest import NOON
from tests.factories.catalog import sku
from tests.factories.marketing import flash_sale
from tests.orders.test_flash_sale import buyers

THREADS, PEOPLE, UNITS = 16, 120, 20


def rush(tea):
    """Everybody orders, on many connections; returns how many orders have the flash price."""
    waiting = buyers(PEOPLE, tea)

    def buy(number):
        try:
            for person, address in waiting[number::THREADS]:
                with suppress(Refusal):
                    place_order(shopper=person, checkout_key=uuid4(), address=address, now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(buy, range(THREADS)))
    return Order.objects.filter(total=2000).count()


def test_on_many_connections_exactly_the_units_are_sold(committed_db):
    tea = sku(price="50.00", stock=UNITS)
    sale = flash_sale({tea: ("20.00", UNITS)})

    sold = rush(tea)

    assert (sold, Order.objects.count()) == (UNITS, UNITS)
    assert list(sale.units.values_list("taken", "quota")) == [(UNITS, UNITS)]
    assert FlashCount.objects.count() == UNITS
    assert Stock.objects.values_list("reserved", "set_aside").get(sku=tea) == (UNITS, 0)
    assert verify_stock()["ok"]


def test_without_the_guard_it_oversells(committed_db, monkeypatch):  # test B2
    """The negative control: the same rush, with a taking that reads first and writes what it read later."""
    tea = sku(price="50.00", stock=PEOPLE)
    flash_sale({tea: ("20.00", UNITS)})
    unguarded = """
        UPDATE marketing_flashunits u SET taken = least(seen.taken + 1, quota), moves = moves + 1
        FROM (SELECT id, taken, pg_sleep(0.002) FROM marketing_flashunits) seen
        WHERE u.id = seen.id AND u.id = %(units)s AND %(pieces)s > 0 RETURNING u.taken, u.moves
    """
    monkeypatch.setattr(units, "_TAKE", unguarded)

    assert rush(tea) > UNITS
