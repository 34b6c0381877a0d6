"""B4, B5: whatever comes together at the end of the time to pay, goods are for one order or for nobody, never both."""

import itertools
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from catalog.models import Reservation, Stock
from catalog.stock import OutOfStock, reserve
from catalog.stock.expiry import expire_reservations
from catalog.stock_check import verify_stock
from orders.cancellation import close_unpaid_orders
from orders.claims import claimed
from orders.gateways.base import Answer, Standing
from orders.models import Order, Payment
from orders.payments import confirm_payment, start_payment
from tests.conftest import NOON
from tests.factories.catalog import sku
from tests.journeys import canceled_order, paid_order, placed_group, placed_order, shipped_order

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.mark.django_db
def test_orders_claim_their_goods_until_they_are_shipped_or_canceled():
    orders = [placed_order(), paid_order(), shipped_order(), canceled_order()]
    names = [order.public_id for order in orders]

    assert claimed([*names, "hold_1"]) == set(names[:2])


@pytest.mark.django_db
def test_goods_of_an_order_are_kept_until_it_can_be_paid_no_more_and_for_good_when_it_is_paid():
    unpaid, paid = placed_order(), paid_order()

    expires = dict(Reservation.objects.values_list("document", "expires_at"))
    assert expires == {unpaid.public_id: NOON + 30 * MINUTE, paid.public_id: None}


@pytest.mark.django_db
def test_the_net_gives_back_no_goods_of_an_order_that_nobody_has_closed_yet():
    order = placed_order()

    assert expire_reservations(now=NOON + DAY) == 0
    close_unpaid_orders(now=NOON + DAY)
    assert expire_reservations(now=NOON + DAY) == 0
    assert Reservation.objects.get(document=order.public_id).status == "released"


def together(calls, threads):
    """Each call on a connection of its own."""

    def run(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, calls))


def pay_close_and_expire(pairs, threads):
    """So many unpaid orders, each paid within a second of its end while clocks close and expire; what came of them."""
    teapot = sku(stock=pairs)
    groups = [placed_group(skus={teapot: 1}) for _one in range(pairs)]
    payments = [start_payment(group=group, channel="sandbox", now=NOON) for group in groups]

    def paid(payment, at):
        answer = Answer(Standing.SUCCEEDED, payment.amount, f"ref_{payment.pk}")
        confirm_payment(payment=payment, answer=answer, now=at)

    calls = []
    for number, payment in enumerate(payments):
        at = NOON + 30 * MINUTE + (number % 3 - 1) * SECOND
        calls.append(lambda payment=payment, at=at: paid(payment, at))
        if number % 3 == 0:
            calls.append(lambda: close_unpaid_orders(now=NOON + 30 * MINUTE))
            calls.append(lambda: expire_reservations(now=NOON + DAY))
    random.Random(4).shuffle(calls)
    together(calls, threads)
    close_unpaid_orders(now=NOON + 31 * MINUTE)

    held = dict(Reservation.objects.values_list("document", "status"))
    ends = {"paid": 0, "closed": 0}
    for payment in Payment.objects.prefetch_related("group__orders", "refunds"):
        (order,) = payment.group.orders.all()
        end = (order.status, payment.is_late, held[order.public_id], len(payment.refunds.all()))
        assert end in {("paid", False, "held", 0), ("canceled", True, "released", 1)}
        ends["closed" if payment.is_late else "paid"] += 1
    stock = Stock.objects.get(sku=teapot)
    assert (stock.on_hand, stock.reserved) == (pairs, ends["paid"])
    assert Order.objects.count() == pairs
    assert verify_stock()["ok"]
    return ends


def test_a_payment_at_the_last_second_is_paid_and_allocated_or_closed_and_sent_back(committed_db):  # B4
    ends = pay_close_and_expire(30, threads=8)

    assert sum(ends.values()) == 30


@pytest.mark.proof
def test_five_thousand_payments_at_the_last_second(committed_db, proof):  # B4
    proof("B4", pairs=5_000, **pay_close_and_expire(5_000, threads=16))


def crossing(carts, threads):
    """Carts over the same twenty SKUs in opposite orders, each all or nothing; how many were placed."""
    rows = [sku(stock=carts // 4) for _number in range(20)]
    numbers = itertools.count()

    def place(_thread):
        placed = 0
        while (number := next(numbers)) < carts:
            mine = random.Random(number).sample(rows, 6)
            mine.sort(key=lambda row: row.pk, reverse=bool(number % 2))
            try:
                reserve(document=f"ord_{number}", quantities={row.pk: 1 for row in mine}, now=NOON)
                placed += 1
            except OutOfStock:
                pass
        return placed

    placed = sum(together([lambda: place(0)] * threads, threads))
    parts: dict[str, int] = {}
    for document in Reservation.objects.values_list("document", flat=True):
        parts[document] = parts.get(document, 0) + 1
    assert set(parts.values()) == {6}
    assert len(parts) == placed
    counts = Stock.objects.values_list("on_hand", "reserved")
    assert all(0 <= held <= there for there, held in counts)
    assert sum(held for _there, held in counts) == 6 * placed
    assert verify_stock()["ok"]
    return placed


def test_carts_in_opposite_orders_on_fifty_threads_never_deadlock_and_are_whole(committed_db):  # B5
    placed = crossing(400, threads=50)

    assert 0 < placed < 400


@pytest.mark.proof
def test_twenty_thousand_carts_in_opposite_orders(committed_db, proof):  # B5
    started = time.monotonic()
    placed = crossing(20_000, threads=50)

    proof("B5", carts=20_000, threads=50, placed=placed, seconds=round(time.monotonic() - started, 1))
