"""C4: stock-taking – sheets that are filled in while the shop goes on selling, and applied as one document."""

import pytest

from catalog.models import Stock, StockMovement
from catalog.stock import consume, default_warehouse, receive, reserve
from catalog.stock.counts import WrongSheet, apply_count, cancel_count, enter, open_count
from mall.flow import WrongStatus
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall():
    """Two SKUs of a shop, five of each, and who counts them where."""
    teapot = sku(stock=5)
    cup = sku(stock=5, shop=teapot.shop)
    return teapot, cup, {"warehouse": default_warehouse(teapot.shop), "by": shopper(), "now": NOON}


def on_hand(row):
    return Stock.objects.get(sku=row).on_hand


def test_differences_are_booked_under_the_sheets_number_and_what_was_not_counted_stays(hall):
    teapot, cup, who = hall
    sheet = open_count(**who)

    enter(count=sheet, counted={teapot.pk: 3}, by=who["by"], now=NOON)
    apply_count(count=sheet, by=who["by"], now=NOON)

    assert (on_hand(teapot), on_hand(cup)) == (3, 5)
    row = StockMovement.objects.get(document=sheet.public_id)
    assert (row.quantity, row.reason, row.stock.sku) == (-2, "correction", teapot)


def test_what_moved_before_an_entry_and_after_it_is_taken_into_account(hall):
    teapot, cup, who = hall
    sheet = open_count(**who)
    reserve(document="ord_1", quantities={teapot.pk: 1, cup.pk: 1}, now=NOON)
    consume(document="ord_1", now=NOON)

    enter(count=sheet, counted={teapot.pk: 4, cup.pk: 3}, by=who["by"], now=NOON)  # one of each was shipped
    line = sheet.lines.get(sku=teapot)
    assert (line.expected, line.moved, line.difference) == (5, -1, 0)
    receive(sku=teapot, quantity=10, now=NOON)
    reserve(document="ord_2", quantities={cup.pk: 2}, now=NOON)
    consume(document="ord_2", now=NOON)
    apply_count(count=sheet, by=who["by"], now=NOON)

    assert (on_hand(teapot), on_hand(cup)) == (14, 1)


def test_a_count_below_what_orders_wait_for_is_refused_with_its_row_and_nothing_is_booked(hall):
    teapot, cup, who = hall
    sheet = open_count(**who)
    reserve(document="ord_1", quantities={teapot.pk: 4}, now=NOON)
    enter(count=sheet, counted={teapot.pk: 3, cup.pk: 9}, by=who["by"], now=NOON)

    with pytest.raises(WrongSheet) as refused:
        apply_count(count=sheet, by=who["by"], now=NOON)

    assert list(refused.value.details["rows"]) == [teapot.public_id]
    assert (on_hand(teapot), on_hand(cup)) == (5, 5)
    sheet.refresh_from_db()
    assert sheet.status == "open"
    enter(count=sheet, counted={teapot.pk: 4}, by=who["by"], now=NOON)
    apply_count(count=sheet, by=who["by"], now=NOON)
    assert (on_hand(teapot), on_hand(cup)) == (4, 9)


def test_an_entry_may_be_changed_and_taken_back(hall):
    teapot, cup, who = hall
    sheet = open_count(**who, sku_ids=[teapot.pk])

    assert enter(count=sheet, counted={teapot.pk: 1, cup.pk: 1}, by=who["by"], now=NOON) == 1  # the cup is not on it
    assert enter(count=sheet, counted={teapot.pk: 1}, by=who["by"], now=NOON) == 0
    assert enter(count=sheet, counted={teapot.pk: None}, by=who["by"], now=NOON) == 1
    with pytest.raises(WrongSheet):
        apply_count(count=sheet, by=who["by"], now=NOON)
    with pytest.raises(WrongSheet):
        enter(count=sheet, counted={teapot.pk: -1}, by=who["by"], now=NOON)


@pytest.mark.parametrize("ending", [apply_count, cancel_count])
def test_a_sheet_ends_once(hall, ending):
    teapot, _cup, who = hall
    sheet = open_count(**who)
    enter(count=sheet, counted={teapot.pk: 1}, by=who["by"], now=NOON)
    ending(count=sheet, by=who["by"], now=NOON)
    moved = StockMovement.objects.count()

    for verb in (apply_count, cancel_count):
        with pytest.raises(WrongStatus):
            verb(count=sheet, by=who["by"], now=NOON)
    with pytest.raises(WrongStatus):
        enter(count=sheet, counted={teapot.pk: 2}, by=who["by"], now=NOON)
    assert StockMovement.objects.count() == moved


def test_a_sheet_of_nothing_is_not_opened(hall):
    _teapot, _cup, who = hall
    with pytest.raises(WrongSheet):
        open_count(**who, sku_ids=[sku().pk])  # another shop's


def test_a_sheet_is_opened_and_applied_in_the_same_number_of_statements_however_long(
    hall, django_assert_max_num_queries
):
    teapot, _cup, who = hall
    many = [sku(stock=2, product=teapot.product, choice=[f"v{number}"]) for number in range(8)]

    with django_assert_max_num_queries(28):
        sheet = open_count(**who)
        enter(count=sheet, counted={row.pk: 1 for row in many}, by=who["by"], now=NOON)
        apply_count(count=sheet, by=who["by"], now=NOON)
    assert {on_hand(row) for row in many} == {1}
