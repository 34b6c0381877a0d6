"""Whatever happens to a stock, in whatever order, it adds up – and when it does not, verify_stock says so (C4)."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import translation
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from catalog.models import Stock
from catalog.staff_queues import waiting
from catalog.stock import OutOfStock, WrongCount, consume, correct, receive, release, reserve, restock, write_off
from catalog.stock.counts import WrongSheet, apply_count, enter, open_count
from catalog.stock.expiry import expire_reservations
from catalog.stock.transfers import WrongTransfer, cancel_transfer, draft_transfer, receive_transfer, send_transfer
from catalog.stock.warehouses import change_warehouse
from catalog.stock_check import verify_stock
from catalog.tasks import verify_stock as verify_at_night
from mall.flow import WrongStatus
from mall.jobs import JobRun
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku, warehouse

PLACES = st.integers(0, 1)
GOODS = st.integers(0, 1)
FEW = st.integers(1, 4)
ONE_OF_THREE = st.integers(0, 2)


class Shelves(RuleBasedStateMachine):
    """Two SKUs in two warehouses, and the same counts kept by hand."""

    def __init__(self):
        super().__init__()
        self.goods = [sku(stock=6)]
        shop = self.goods[0].shop
        self.goods.append(sku(stock=6, shop=shop))
        self.places = [self.goods[0].stocks.get().warehouse, warehouse(shop=shop, name="店")]
        self.clerk, self.now = shopper(), NOON
        self.on_hand = {(good, place): 6 * (place == 0) for good in (0, 1) for place in (0, 1)}
        self.online = [True, True]
        self.held: dict[str, dict] = {}  # by document: quantity by (good, place), and when it expires
        self.expires: dict[str, object] = {}
        self.number = 0
        self.transfers: list[dict] = []
        self.sheet = None
        self.lost = self.came = 0

    def reserved(self, good, place):
        return sum(parts.get((good, place), 0) for parts in self.held.values())

    def left(self, good, place):
        return self.on_hand[good, place] - self.reserved(good, place)

    def name(self):
        self.number += 1
        return f"doc_{self.number}"

    @rule(many=FEW, few=st.integers(0, 4), minutes=st.none() | st.integers(0, 30))
    def reserve(self, many, few, minutes):
        document, wanted = self.name(), {0: many} | ({1: few} if few else {})
        expires_at = None if minutes is None else self.now + timedelta(minutes=minutes)
        parts, fits = {}, True
        for good, quantity in wanted.items():
            left = [self.left(good, place) if self.online[place] else 0 for place in (0, 1)]
            if sum(left) < quantity:
                fits = False
            elif whole := [place for place in (0, 1) if left[place] >= quantity]:
                parts[good, whole[0]] = quantity
            else:
                parts[good, 0], parts[good, 1] = left[0], quantity - left[0]
        try:
            reserve(
                document=document,
                quantities={self.goods[good].pk: quantity for good, quantity in wanted.items()},
                now=self.now,
                expires_at=expires_at,
            )
        except OutOfStock:
            assert not fits
        else:
            assert fits
            self.held[document] = {key: part for key, part in parts.items() if part}
            self.expires[document] = expires_at

    @rule(number=st.integers(1, 12))
    def consume(self, number):
        consume(document=f"doc_{number}", now=self.now)
        for key, part in self.held.pop(f"doc_{number}", {}).items():
            self.on_hand[key] -= part

    @rule(number=st.integers(1, 12))
    def release(self, number):
        release(document=f"doc_{number}", now=self.now)
        self.held.pop(f"doc_{number}", None)

    @rule(minutes=st.integers(1, 20))
    def time_passes_and_what_expired_is_given_back(self, minutes):
        self.now += timedelta(minutes=minutes)
        expire_reservations(now=self.now)
        limit = self.now - timedelta(minutes=10)
        for document in [name for name in self.held if self.expires[name] and self.expires[name] <= limit]:
            del self.held[document]

    @rule(good=GOODS, place=PLACES, quantity=FEW)
    def receive(self, good, place, quantity):
        receive(sku=self.goods[good], quantity=quantity, warehouse=self.places[place], now=self.now)
        self.on_hand[good, place] += quantity

    @rule(good=GOODS, quantity=FEW, number=ONE_OF_THREE)
    def come_back(self, good, quantity, number):
        document = f"return_{self.number}_{number}"
        for _again in range(2):
            restock(document=document, sku=self.goods[good], quantity=quantity, now=self.now)
        if (document, good) not in self.expires:
            self.expires[document, good] = True
            self.on_hand[good, 0] += quantity

    @rule(good=GOODS, place=PLACES, quantity=FEW, reason=st.sampled_from(["damaged", "lost", "own_use"]))
    def write_off(self, good, place, quantity, reason):
        fits = self.left(good, place) >= quantity
        try:
            write_off(
                sku=self.goods[good], quantity=quantity, reason=reason, warehouse=self.places[place], now=self.now
            )
        except WrongCount:
            assert not fits
        else:
            assert fits
            self.on_hand[good, place] -= quantity

    @rule(good=GOODS, place=PLACES, count=st.integers(0, 9))
    def correct(self, good, place, count):
        fits = count >= self.reserved(good, place)
        try:
            correct(sku=self.goods[good], on_hand=count, warehouse=self.places[place], now=self.now)
        except WrongCount:
            assert not fits
        else:
            assert fits
            self.on_hand[good, place] = count

    @rule(place=PLACES)
    def switch(self, place):
        self.online[place] = not self.online[place]
        row = self.places[place]
        change_warehouse(warehouse=row, name=row.name, sells_online=self.online[place], by=self.clerk, now=self.now)

    @rule(good=GOODS, source=PLACES, quantity=FEW)
    def draft(self, good, source, quantity):
        row = draft_transfer(
            source=self.places[source],
            target=self.places[1 - source],
            quantities={self.goods[good].pk: quantity},
            by=self.clerk,
            now=self.now,
        )
        self.transfers.append({"row": row, "key": (good, source), "quantity": quantity, "status": "draft"})

    @precondition(lambda self: self.transfers)
    @rule(number=ONE_OF_THREE)
    def send(self, number):
        way = self.transfers[-1 - number % len(self.transfers)]
        fits = way["status"] == "draft" and self.left(*way["key"]) >= way["quantity"]
        try:
            send_transfer(transfer=way["row"], by=self.clerk, now=self.now)
        except (WrongTransfer, WrongStatus):
            assert not fits
        else:
            assert fits
            way["status"] = "sent"
            self.on_hand[way["key"]] -= way["quantity"]

    @precondition(lambda self: self.transfers)
    @rule(number=ONE_OF_THREE, missing=st.integers(0, 2))
    def arrive(self, number, missing):
        way = self.transfers[-1 - number % len(self.transfers)]
        good, source = way["key"]
        arrived = max(way["quantity"] - missing, 0)
        try:
            receive_transfer(transfer=way["row"], received={self.goods[good].pk: arrived}, by=self.clerk, now=self.now)
        except WrongStatus:
            assert way["status"] != "sent"
        else:
            assert way["status"] == "sent"
            way["status"] = "received"
            self.on_hand[good, 1 - source] += arrived

    @precondition(lambda self: self.transfers)
    @rule(number=ONE_OF_THREE)
    def cancel(self, number):
        way = self.transfers[-1 - number % len(self.transfers)]
        try:
            cancel_transfer(transfer=way["row"], by=self.clerk, now=self.now)
        except WrongStatus:
            assert way["status"] != "draft"
        else:
            assert way["status"] == "draft"
            way["status"] = "canceled"

    @rule(place=PLACES, counts=st.lists(st.none() | st.integers(0, 9), min_size=2, max_size=2))
    def count_on_a_sheet(self, place, counts):
        row = open_count(warehouse=self.places[place], by=self.clerk, now=self.now)
        entries = {self.goods[good].pk: count for good, count in enumerate(counts)}
        enter(count=row, counted=entries, by=self.clerk, now=self.now)
        found = {good: count - self.on_hand[good, place] for good, count in enumerate(counts) if count is not None}
        self.sheet = (row, place, found)

    @precondition(lambda self: self.sheet)
    @rule()
    def apply_the_sheet(self):
        (row, place, found), self.sheet = self.sheet, None
        fits = bool(found) and all(
            not off or self.on_hand[good, place] + off >= self.reserved(good, place) or off > 0
            for good, off in found.items()
        )
        try:
            apply_count(count=row, by=self.clerk, now=self.now)
        except WrongSheet:
            assert not fits
        else:
            assert fits
            for good, off in found.items():
                self.on_hand[good, place] += off

    @invariant()
    def it_is_as_kept_by_hand(self):
        rows = Stock.objects.filter(sku__in=self.goods).values_list("sku", "warehouse", "on_hand", "reserved")
        keys = {good.pk: number for number, good in enumerate(self.goods)}
        places = {place.pk: number for number, place in enumerate(self.places)}
        found = {(keys[good], places[place]): (on_hand, held) for good, place, on_hand, held in rows}
        wanted = {key: (count, self.reserved(*key)) for key, count in self.on_hand.items()}
        assert {key: counts for key, counts in wanted.items() if key in found or counts != (0, 0)} == found

    def teardown(self):
        assert verify_stock()["faults"] == []


@pytest.mark.django_db
def test_random_histories_add_up():
    run_state_machine_as_test(
        Shelves,
        settings=settings(
            max_examples=20, stateful_step_count=22, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def verified(capsys):
    try:
        call_command("verify_stock")
    except SystemExit as ended:
        code = ended.code
    else:
        code = 0
    return code, json.loads(capsys.readouterr().out)


def on_its_way(goods, quantity):
    """So many of a SKU in transit to a store of its shop."""
    place = goods.stocks.get().warehouse
    row = draft_transfer(
        source=place,
        target=warehouse(shop=goods.shop),
        quantities={goods.pk: quantity},
        by=None,
        now=NOON,
    )
    return send_transfer(transfer=row, by=None, now=NOON)


def test_stock_that_adds_up_is_verified(committed_db, capsys):
    teapot = sku(stock=5)
    reserve(document="ord_1", quantities={teapot.pk: 2}, now=NOON)
    on_its_way(teapot, 1)

    assert verified(capsys) == (
        0,
        {"ok": True, "stocks": 1, "movements": 2, "reservations": 1, "transfers": 1, "faults": []},
    )


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE catalog_stock SET on_hand = on_hand + 1",
        "UPDATE catalog_stock SET reserved = reserved - 1",
        "UPDATE catalog_reservation SET status = 'consumed'",
        "ALTER TABLE catalog_stockmovement DISABLE TRIGGER written_once; DELETE FROM catalog_stockmovement",
        "ALTER TABLE catalog_stock DROP CONSTRAINT stock_never_below_what_is_reserved;"
        "UPDATE catalog_stock SET on_hand = 1",
        "UPDATE catalog_stocktransfer SET status = 'draft', sent_at = NULL",
        "UPDATE catalog_stocktransferline SET quantity = 2",
        "UPDATE catalog_stocktransfer SET status = 'received', ended_at = now();"
        "UPDATE catalog_stocktransferline SET received = quantity",
        "DELETE FROM catalog_stocktransferline",
    ],
)
def test_a_planted_fault_is_caught(committed_db, owner_connection, capsys, fault):
    teapot = sku(stock=5)
    reserve(document="ord_1", quantities={teapot.pk: 2}, now=NOON)
    on_its_way(teapot, 1)

    with owner_connection.cursor() as cursor:
        cursor.execute(fault)

    code, report = verified(capsys)
    assert (code, report["ok"], {row["sku"] for row in report["faults"]}) == (1, False, {teapot.public_id})


def queues_of(clerk) -> dict:
    with translation.override("en"):
        return {queue.label: (queue.count, queue.is_trouble) for queue in waiting(clerk)}


def test_the_nightly_check_puts_what_is_off_into_the_queue_of_staff_until_it_is_right(committed_db, owner_connection):
    clerk = staff()
    sku(stock=5)
    with owner_connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_stock SET on_hand = on_hand + 1")

    verify_at_night()
    off = queues_of(clerk)
    with owner_connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_stock SET on_hand = on_hand - 1")
    verify_at_night()

    assert off["Stock that does not add up"] == (1, True)
    assert JobRun.objects.get(summary={}).ok
    assert "Stock that does not add up" not in queues_of(clerk)
