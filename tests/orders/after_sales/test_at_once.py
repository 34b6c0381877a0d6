"""Several ask, answer and run the clock at once, on real connections."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from catalog.models import Sku
from mall.flow import WrongStatus
from mall.money import Money
from orders.after_sales import clock
from orders.after_sales.asking import NotOffered, TooMany
from orders.after_sales.giving import protect_price
from orders.models import AfterSale, OrderLine, Refund
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.journeys import delivered_order
from tests.orders.after_sales.cases import DAY, HOUR, a_case, agreed, case_of, paid_back, three_cups


def in_threads(call, times: int) -> list:
    def run(_number):
        try:
            return call()
        except (TooMany, NotOffered, WrongStatus, IntegrityError) as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_eight_at_once_claim_no_more_than_was_bought(committed_db):  # O7
    order = delivered_order(skus=three_cups())

    came = in_threads(lambda: case_of(order), 8)

    assert came.count(TooMany) == 5
    assert AfterSale.objects.count() == order.lines.get().claimed_quantity == 3
    assert order.lines.get().claimed == order.lines.get().total


def test_without_the_lock_the_database_still_refuses(committed_db):
    """The negative control: who claims past the verb, as it would be without its lock, is refused by the row itself."""
    order = delivered_order(skus=three_cups())

    def claim_blindly():
        with transaction.atomic():
            OrderLine.objects.filter(order=order).update(claimed_quantity=F("claimed_quantity") + 1)

    came = in_threads(claim_blindly, 8)

    assert came.count(IntegrityError) == 5
    assert order.lines.get().claimed_quantity == 3


def test_agreeing_twice_at_once_owes_once(committed_db):
    case = a_case("refund")

    came = in_threads(lambda: agreed(case), 4)
    paid_back()

    assert came.count(WrongStatus) == 3
    assert Refund.objects.count() == 1
    assert verify_ledger().ok


def test_two_clocks_do_each_thing_once(committed_db):  # O7
    order = delivered_order(skus=three_cups())
    for _case in range(3):
        case_of(order, "refund")

    counts = in_threads(lambda: clock.run_due(now=NOON + 2 * DAY + HOUR), 3)
    paid_back(NOON + 3 * DAY)

    assert sum(count.get("asked", 0) for count in counts) == 3
    assert Refund.objects.count() == 3
    assert set(AfterSale.objects.values_list("status", flat=True)) == {"done"}
    assert verify_ledger().ok


@pytest.mark.parametrize("status", ["refunding", "done"])
def test_the_database_knows_the_map(committed_db, status):
    case = a_case()
    agreed(case)

    with pytest.raises(IntegrityError), transaction.atomic():
        AfterSale.objects.filter(pk=case.pk).update(status=status)


def test_six_presses_at_once_return_a_difference_once(committed_db):  # O7, O8
    order = delivered_order(skus=three_cups())
    Sku.objects.filter(pk=order.lines.get().sku_id).update(price=2500)

    def press():
        return protect_price(line=order.lines.get(), shown=Money(900), by=order.shopper, now=NOON)

    came = in_threads(press, 6)
    paid_back()

    assert came.count(NotOffered) == 5
    assert Refund.objects.count() == 1
    assert order.lines.get().refunded == Money(900)
    assert verify_ledger().ok
