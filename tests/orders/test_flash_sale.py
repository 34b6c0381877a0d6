"""2,000 attempts at 100 units through the real checkout: exactly 100 sold. Without the guard it oversells."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import uuid4

import pytest
from django.db import connection

from catalog import stock as stocks
from catalog.models import Reservation, Stock
from catalog.stock import OutOfStock
from mall.accounts.models import Address, User
from orders.checkout import place_order
from orders.models import Cart, CartLine, Order
from tests.conftest import NOON
from tests.factories.catalog import sku

THREADS = 40
UNITS = 100


def buyers(attempts, teapot):
    """So many shoppers, each with an address and the teapot in her cart."""
    people = User.objects.bulk_create(User(email=f"buyer{n}@example.com") for n in range(attempts))
    words = {
        "consignee": "张小云",
        "phone": "+8619900000001",
        "province": "浙江省",
        "city": "杭州市",
        "line": "文三路 1 号",
    }
    addresses = Address.objects.bulk_create(Address(shopper=person, **words) for person in people)
    carts = Cart.objects.bulk_create(Cart(shopper=person, changed_at=NOON) for person in people)
    CartLine.objects.bulk_create(
        CartLine(cart=cart, sku=teapot, quantity=1, seen_price=teapot.price, added_at=NOON) for cart in carts
    )
    return list(zip(people, addresses, strict=True))


def rush(attempts, teapot):
    """Everybody places her order, on forty connections; returns how many succeeded and how long it took."""
    waiting, numbers = buyers(attempts, teapot), count()

    def buy_until_nobody_waits(_thread):
        placed = 0
        try:
            while (number := next(numbers)) < attempts:
                person, address = waiting[number]
                try:
                    place_order(shopper=person, checkout_key=uuid4(), address=address, now=NOON)
                    placed += 1
                except OutOfStock:
                    pass
            return placed
        finally:
            connection.close()

    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        placed = sum(pool.map(buy_until_nobody_waits, range(THREADS)))
    return placed, time.monotonic() - started


def assert_exactly_all_units_are_sold(placed, teapot):
    row = Stock.objects.get(sku=teapot)
    assert (placed, row.on_hand, row.reserved) == (UNITS, UNITS, UNITS)
    assert Order.objects.count() == Reservation.objects.count() == UNITS
    assert Order.objects.values("shopper").distinct().count() == UNITS


def test_two_thousand_attempts_sell_a_hundred_units(committed_db):
    teapot = sku(stock=UNITS)

    placed, seconds = rush(2_000, teapot)

    assert_exactly_all_units_are_sold(placed, teapot)
    assert seconds <= 60


@pytest.mark.proof
def test_ten_thousand_attempts_sell_a_hundred_units(committed_db, proof):
    teapot = sku(stock=UNITS)

    placed, seconds = rush(10_000, teapot)

    assert_exactly_all_units_are_sold(placed, teapot)
    proof("flash sale through checkout", attempts=10_000, threads=THREADS, sold=placed, seconds=round(seconds, 1))


def test_without_the_guard_it_oversells(committed_db, monkeypatch):
    """The negative control: the same rush, with a reservation that reads first and writes what it read later."""
    teapot = sku(stock=UNITS)

    def unguarded(*, documents, now, expires_at=None, slots=None, from_aside=None, routes=None):
        with connection.cursor() as cursor:
            cursor.execute("SELECT on_hand - reserved FROM catalog_stock WHERE sku_id = %s", [teapot.pk])
            (left,) = cursor.fetchone()
            if left < 1:
                raise OutOfStock
            cursor.execute("SELECT pg_sleep(0.001)")
            cursor.execute("UPDATE catalog_stock SET reserved = on_hand - %s + 1 WHERE sku_id = %s", [left, teapot.pk])

    monkeypatch.setattr(stocks, "reserve_all", unguarded)

    placed, _seconds = rush(500, teapot)

    assert placed > UNITS
