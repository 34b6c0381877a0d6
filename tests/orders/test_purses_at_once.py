"""A balance and eight payments at once, over real connections, and what happens without the guard."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, transaction

from mall.money import Money
from orders.models import Purse, PurseMove
from orders.payments import pay_from_balance, start_payment, start_top_up
from orders.purses import NotEnoughBalance, balance_of
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.journeys import placed_group, told


def at_once(call, count):
    def one(number):
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def eight_orders(fen):
    me = shopper()
    told(start_top_up(shopper=me, amount=Money(fen), channel="sandbox", now=NOON))
    groups = [placed_group(shopper=me, skus={sku(price="100.00"): 1}) for _order in range(8)]
    return me, [start_payment(group=group, channel="balance", now=NOON) for group in groups]


def test_eight_checkouts_at_once_spend_a_balance_once(committed_db):  # O3
    me, payments = eight_orders(15_000)
    together = Barrier(8)

    def pay(number):
        together.wait(30)
        try:
            return pay_from_balance(payment=payments[number], by=me, now=NOON).status
        except NotEnoughBalance:
            return "refused"

    assert sorted(at_once(pay, 8)) == ["refused"] * 7 + ["succeeded"]
    assert balance_of(me) == Money(5_000)
    assert PurseMove.objects.filter(kind="spent").count() == 1


def test_one_payment_confirmed_eight_times_at_once_is_taken_once(committed_db):
    me, payments = eight_orders(50_000)
    together = Barrier(8)

    def pay(_number):
        together.wait(30)
        return pay_from_balance(payment=payments[0], by=me, now=NOON).status

    assert at_once(pay, 8) == ["succeeded"] * 8
    assert balance_of(me) == Money(40_000)


def test_without_the_condition_all_eight_would_spend_the_same_money(committed_db, owner_connection):  # negative control
    me, payments = eight_orders(15_000)
    together = Barrier(8)
    with owner_connection.cursor() as cursor:  # the trigger that would find it sleeps
        cursor.execute("ALTER TABLE orders_purse DISABLE TRIGGER purse_adds_up")
        cursor.execute("ALTER TABLE orders_pursemove DISABLE TRIGGER purse_move_adds_up")

    def look_then_take(number):
        with transaction.atomic():
            held = Purse.objects.get(shopper=me)
            together.wait(30)
            if held.balance >= payments[number].amount:
                left = held.balance - payments[number].amount
                PurseMove.objects.create(
                    purse=held, kind="spent", payment=payments[number], amount=-payments[number].amount, left=left,
                    at=NOON,
                )  # fmt: skip
                Purse.objects.filter(pk=held.pk).update(balance=left)

    at_once(look_then_take, 8)

    assert PurseMove.objects.filter(kind="spent").count() == 8
    assert balance_of(me) == Money(5_000)
