"""C4: never below zero, never sold twice, whatever runs at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from catalog.models import Reservation, Stock, StockMovement
from catalog.offers import buyable_skus
from catalog.stock import OutOfStock, WrongCount, available, consume, correct, receive, release, reserve, reserve_all
from tests.conftest import NOON
from tests.factories.catalog import sku


def counts(row):
    return Stock.objects.values_list("on_hand", "reserved").get(sku=row)


@pytest.mark.django_db
def test_reserved_goods_are_not_available_to_others():
    teapot, cup = sku(stock=5), sku(stock=9)

    reserve(document="ord_1", quantities={teapot.pk: 2, cup.pk: 9}, now=NOON)

    assert available([teapot.pk, cup.pk]) == {teapot.pk: 3, cup.pk: 0}
    assert (counts(teapot), counts(cup)) == ((5, 2), (9, 9))


@pytest.mark.django_db
def test_a_cart_that_is_short_of_one_thing_reserves_nothing_and_names_it():
    teapot, cup = sku(stock=5), sku(stock=1)

    with pytest.raises(OutOfStock) as refused:
        reserve(document="ord_1", quantities={teapot.pk: 2, cup.pk: 2}, now=NOON)

    assert refused.value.details == {"skus": [cup.public_id]}
    assert (counts(teapot), counts(cup)) == ((5, 0), (1, 0))
    assert not Reservation.objects.exists()


@pytest.mark.django_db
def test_shipping_twice_takes_the_goods_once():
    teapot = sku(stock=5)
    reserve(document="ord_1", quantities={teapot.pk: 2}, now=NOON)

    consume(document="ord_1", now=NOON)
    consume(document="ord_1", now=NOON)
    release(document="ord_1", now=NOON)

    assert counts(teapot) == (3, 0)
    assert list(StockMovement.objects.filter(document="ord_1").values_list("quantity", "reason")) == [(-2, "shipment")]


@pytest.mark.django_db
def test_releasing_twice_gives_back_once():
    teapot = sku(stock=5)
    reserve(document="ord_1", quantities={teapot.pk: 2}, now=NOON)

    release(document="ord_1", now=NOON)
    release(document="ord_1", now=NOON)
    consume(document="ord_1", now=NOON)

    assert counts(teapot) == (5, 0)
    assert Reservation.objects.get().status == "released"


@pytest.mark.django_db
def test_a_count_cannot_take_what_orders_wait_for():
    teapot = sku(stock=5)
    reserve(document="ord_1", quantities={teapot.pk: 3}, now=NOON)

    with pytest.raises(WrongCount):
        correct(sku=teapot, on_hand=2, now=NOON)
    correct(sku=teapot, on_hand=3, now=NOON)

    assert counts(teapot) == (3, 3)
    assert list(StockMovement.objects.order_by("pk").values_list("quantity", "reason")) == [
        (5, "receipt"),
        (-2, "correction"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_absurd_receipts_are_refused(quantity):
    teapot = sku(stock=5)

    with pytest.raises(WrongCount):
        receive(sku=teapot, quantity=quantity, now=NOON)

    assert counts(teapot) == (5, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("orders", [1, 3])
def test_a_checkout_reserves_in_three_statements_however_many_orders(orders, django_assert_num_queries):
    documents = {f"ord_{number}": {sku().pk: 1, sku().pk: 2} for number in range(orders)}

    with django_assert_num_queries(3):  # lock, update, insert
        reserve_all(documents=documents, now=NOON)

    assert Reservation.objects.count() == 2 * orders


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 3])
def test_offers_take_one_query_however_many(many, django_assert_num_queries):
    rows = [sku(price="3.00") for _number in range(many)]

    with django_assert_num_queries(1):
        offers = buyable_skus([row.public_id for row in rows])

    assert [(offer.sku_id, offer.available, offer.is_buyable) for offer in offers] == [
        (row.pk, 100, True) for row in rows
    ]


def attempts(take, *, threads, each):
    """How many of threads x each attempts succeed, each thread on a connection of its own."""

    def run(thread):
        try:
            return sum(take(f"ord_{thread}_{attempt}") for attempt in range(each))
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(run, range(threads)))


def test_two_thousand_attempts_at_a_hundred_pieces_sell_exactly_a_hundred(committed_db):
    teapot = sku(stock=100)

    def take(document):
        try:
            reserve(document=document, quantities={teapot.pk: 1}, now=NOON)
        except OutOfStock:
            return 0
        return 1

    assert attempts(take, threads=40, each=50) == 100
    assert counts(teapot) == (100, 100)
    assert Reservation.objects.count() == 100


def test_without_the_lock_and_the_condition_it_oversells(committed_db):
    """The negative control: the same attempts, read first and written later, promise more than there is."""
    teapot = sku(stock=100)

    def take(document):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT on_hand - reserved FROM catalog_stock WHERE sku_id = %s", [teapot.pk])
            left = cursor.fetchone()[0]
            cursor.execute("SELECT pg_sleep(0.001)")
            if left < 1:
                return 0
            cursor.execute("UPDATE catalog_stock SET reserved = on_hand - %s + 1 WHERE sku_id = %s", [left, teapot.pk])
            return 1

    assert attempts(take, threads=40, each=50) > 100


def test_carts_that_cross_do_not_deadlock(committed_db):
    rows = [sku(stock=10_000) for _number in range(8)]

    def take(document):
        mine = rows if hash(document) % 2 else rows[::-1]
        reserve(document=document, quantities={row.pk: 1 for row in mine}, now=NOON)
        (consume if hash(document) % 3 else release)(document=document, now=NOON)
        return 1

    assert attempts(take, threads=16, each=15) == 240
    assert all(counts(row)[1] == 0 for row in rows)


def test_reserving_outside_a_transaction_is_a_mistake(committed_db):
    with pytest.raises(RuntimeError):
        reserve_all(documents={"ord_1": {sku().pk: 1}}, now=NOON)
