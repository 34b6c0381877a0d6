"""Whatever happens to a stock, in whatever order, it adds up – and when it does not, verify_stock says so."""

import json

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Stock
from catalog.stock import OutOfStock, WrongCount, consume, correct, receive, release, reserve
from catalog.stock_check import verify_stock
from tests.conftest import NOON
from tests.factories.catalog import sku

DOCUMENTS = st.sampled_from([f"ord_{number}" for number in range(5)])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), DOCUMENTS, st.integers(1, 4), st.integers(0, 4)),
        st.tuples(st.just("consume"), DOCUMENTS),
        st.tuples(st.just("release"), DOCUMENTS),
        st.tuples(st.just("receive"), st.integers(1, 5)),
        st.tuples(st.just("correct"), st.integers(0, 9)),
    ),
    max_size=25,
)


class Shelf:
    """The same counts, kept by hand."""

    def __init__(self, on_hand):
        self.on_hand, self.held, self.used = on_hand, {}, set()

    @property
    def left(self):
        return self.on_hand - sum(self.held.values())


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_random_histories_add_up(steps):
    first, second = sku(stock=6), sku(stock=6)
    shelves = {first.pk: Shelf(6), second.pk: Shelf(6)}
    one, two = shelves.values()

    for step in steps:
        match step:
            case ("reserve", document, many, few) if document not in one.used:
                wanted = {first.pk: many} | ({second.pk: few} if few else {})
                fits = all(shelves[pk].left >= quantity for pk, quantity in wanted.items())
                try:
                    reserve(document=document, quantities=wanted, now=NOON)
                except OutOfStock:
                    assert not fits
                else:
                    assert fits
                    for pk, quantity in wanted.items():
                        shelves[pk].held[document] = quantity
                    one.used.add(document)
            case ("consume", document):
                consume(document=document, now=NOON)
                for shelf in shelves.values():
                    shelf.on_hand -= shelf.held.pop(document, 0)
            case ("release", document):
                release(document=document, now=NOON)
                for shelf in shelves.values():
                    shelf.held.pop(document, 0)
            case ("receive", quantity):
                receive(sku=first, quantity=quantity, now=NOON)
                one.on_hand += quantity
            case ("correct", count):
                try:
                    correct(sku=second, on_hand=count, now=NOON)
                except WrongCount:
                    assert count < sum(two.held.values())
                else:
                    two.on_hand = count

    for pk, shelf in shelves.items():
        assert Stock.objects.values_list("on_hand", "reserved").get(sku=pk) == (
            shelf.on_hand,
            sum(shelf.held.values()),
        )
    assert verify_stock()["ok"]


def verified(capsys):
    try:
        call_command("verify_stock")
    except SystemExit as ended:
        code = ended.code
    else:
        code = 0
    return code, json.loads(capsys.readouterr().out)


def test_stock_that_adds_up_is_verified(committed_db, capsys):
    teapot = sku(stock=5)
    reserve(document="ord_1", quantities={teapot.pk: 2}, now=NOON)

    assert verified(capsys) == (0, {"ok": True, "stocks": 1, "movements": 1, "reservations": 1, "faults": []})


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE catalog_stock SET on_hand = on_hand + 1",
        "UPDATE catalog_stock SET reserved = reserved - 1",
        "UPDATE catalog_reservation SET status = 'consumed'",
        "ALTER TABLE catalog_stockmovement DISABLE TRIGGER written_once; DELETE FROM catalog_stockmovement",
        "ALTER TABLE catalog_stock DROP CONSTRAINT stock_never_below_what_is_reserved;"
        "UPDATE catalog_stock SET on_hand = 1",
    ],
)
def test_a_planted_fault_is_caught(committed_db, owner_connection, capsys, fault):
    teapot = sku(stock=5)
    reserve(document="ord_1", quantities={teapot.pk: 2}, now=NOON)

    with owner_connection.cursor() as cursor:
        cursor.execute(fault)

    code, report = verified(capsys)
    assert (code, report["ok"], [row["sku"] for row in report["faults"]]) == (1, False, [teapot.public_id])
