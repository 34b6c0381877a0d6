"""C4: goods between warehouses – in transit they are nowhere else, and each step happens once however often asked."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from catalog.models import Stock, StockMovement, StockTransfer
from catalog.stock import available, receive, reserve
from catalog.stock.shelves import WarehouseClosed
from catalog.stock.transfers import (
    WrongTransfer,
    cancel_transfer,
    change_lines,
    draft_transfer,
    in_transit,
    receive_transfer,
    send_transfer,
)
from catalog.stock.warehouses import close_warehouse
from catalog.stock_check import verify_stock
from mall.flow import WrongStatus
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku, warehouse

VERBS = {"send": send_transfer, "receive": receive_transfer, "cancel": cancel_transfer}


def drafted(quantity=3, stock=5):
    teapot, clerk = sku(stock=stock), shopper()
    first, second = teapot.stocks.get().warehouse if stock else None, warehouse(shop=teapot.shop)
    row = draft_transfer(source=first, target=second, quantities={teapot.pk: quantity}, by=clerk, now=NOON)
    return teapot, row, {"by": clerk, "now": NOON}


def on_hand(row):
    return list(Stock.objects.filter(sku=row).order_by("warehouse__position").values_list("on_hand", flat=True))


@pytest.mark.django_db
def test_goods_leave_are_in_transit_and_arrive():
    teapot, row, who = drafted()

    send_transfer(transfer=row, **who)
    under_way = on_hand(teapot), in_transit([teapot.pk]), available([teapot.pk])
    receive_transfer(transfer=row, **who)

    assert under_way == ([2], {teapot.pk: 3}, {teapot.pk: 2})
    assert (on_hand(teapot), in_transit([teapot.pk])) == ([2, 3], {})
    assert verify_stock()["faults"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["lost", "damaged"])
def test_what_did_not_arrive_is_written_off_with_a_reason(reason):
    teapot, row, who = drafted()
    send_transfer(transfer=row, **who)

    receive_transfer(transfer=row, received={teapot.pk: 1}, shortage=reason, **who)

    assert on_hand(teapot) == [2, 1]
    movements = StockMovement.objects.filter(document=row.public_id).order_by("pk")
    assert list(movements.values_list("quantity", "reason")) == [
        (-3, "transfer_out"), (3, "transfer_in"), (-2, reason)
    ]  # fmt: skip
    line = row.lines.get()
    assert (line.quantity, line.received, line.shortage) == (3, 1, reason)
    assert verify_stock()["faults"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["draft", "sent", "received", "canceled"])
@pytest.mark.parametrize("verb", list(VERBS))
def test_every_step_fits_one_status_only(status, verb):
    teapot, row, who = drafted()
    for step in {"sent": ["send"], "received": ["send", "receive"], "canceled": ["cancel"]}.get(status, []):
        VERBS[step](transfer=row, **who)
    fits = (status, verb) in {("draft", "send"), ("draft", "cancel"), ("sent", "receive")}
    before = on_hand(teapot)

    if fits:
        assert VERBS[verb](transfer=row, **who).status != status
    else:
        with pytest.raises(WrongStatus):
            VERBS[verb](transfer=row, **who)
        assert (on_hand(teapot), StockTransfer.objects.get().status) == (before, status)
    if status != "draft":
        with pytest.raises(WrongStatus):
            change_lines(transfer=row, quantities={teapot.pk: 1}, **who)


@pytest.mark.django_db
def test_what_orders_wait_for_is_not_sent_and_the_line_says_so():
    teapot, row, who = drafted(quantity=3)
    cup = sku(shop=teapot.shop, stock=9)
    change_lines(transfer=row, quantities={cup.pk: 2}, **who)
    reserve(document="ord_1", quantities={teapot.pk: 3}, now=NOON)

    with pytest.raises(WrongTransfer) as refused:
        send_transfer(transfer=row, **who)

    assert list(refused.value.details["rows"]) == [teapot.public_id]
    assert (on_hand(teapot), on_hand(cup)) == ([5], [9])


@pytest.mark.django_db
def test_a_draft_is_changed_line_by_line_and_sent_only_with_lines():
    teapot, row, who = drafted()
    stranger = sku(stock=3)

    change_lines(transfer=row, quantities={teapot.pk: 4, stranger.pk: 1}, **who)
    assert list(row.lines.values_list("sku", "quantity")) == [(teapot.pk, 4)]  # another shop's SKU is no line
    change_lines(transfer=row, quantities={teapot.pk: 0}, **who)

    with pytest.raises(WrongTransfer):
        send_transfer(transfer=row, **who)
    with pytest.raises(WrongTransfer):
        change_lines(transfer=row, quantities={teapot.pk: -1}, **who)


@pytest.mark.django_db
def test_no_more_arrives_than_was_sent():
    teapot, row, who = drafted()
    send_transfer(transfer=row, **who)

    for count in (4, -1):
        with pytest.raises(WrongTransfer):
            receive_transfer(transfer=row, received={teapot.pk: count}, **who)
    assert in_transit([teapot.pk]) == {teapot.pk: 3}


@pytest.mark.django_db
def test_nothing_is_sent_from_a_place_to_itself_or_to_a_closed_one():
    teapot = sku(stock=3)
    first, second = teapot.stocks.get().warehouse, warehouse(shop=teapot.shop)
    who = {"by": shopper(), "now": NOON}

    with pytest.raises(WrongTransfer):
        draft_transfer(source=first, target=first, **who)
    close_warehouse(warehouse=second, **who)
    second.refresh_from_db()
    with pytest.raises(WarehouseClosed):
        draft_transfer(source=first, target=second, **who)


def test_sent_and_received_by_ten_at_once_they_move_once(committed_db):
    teapot, row, who = drafted()

    def ask(verb):
        try:
            VERBS[verb](transfer=row, **who)
        except WrongStatus:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(10) as pool:
        done = [sum(pool.map(ask, [verb] * 10)) for verb in ("send", "receive")]

    assert (done, on_hand(teapot)) == ([1, 1], [2, 3])
    assert verify_stock()["ok"]


def test_two_transfers_that_cross_never_wait_for_each_other_in_a_ring(committed_db):
    rows = [sku(stock=50)]
    rows += [sku(stock=50, shop=rows[0].shop) for _number in range(3)]
    first, second = rows[0].stocks.get().warehouse, warehouse(shop=rows[0].shop)
    for row in rows:
        receive(sku=row, quantity=50, warehouse=second, now=NOON)
    clerk = shopper()

    def back_and_forth(number):
        ways = (first, second) if number % 2 else (second, first)
        mine = rows if number % 3 else rows[::-1]
        try:
            row = draft_transfer(
                source=ways[0], target=ways[1], quantities={one.pk: 1 for one in mine}, by=clerk, now=NOON
            )
            send_transfer(transfer=row, by=clerk, now=NOON)
            receive_transfer(transfer=row, by=clerk, now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(back_and_forth, range(24)))

    assert all(sum(on_hand(row)) == 100 for row in rows)
    assert verify_stock()["ok"]
