"""C2: the times of a service. Their places are stock: never given twice, given back, gone when the time has begun."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation

from catalog import stock
from catalog.models import Stock, TimeSlot
from catalog.slots import WrongSlots, bookable, close_slot, lapse_slots, open_slots, slots_by, weekly, why_not
from catalog.stock import OutOfStock
from catalog.stock.shelves import CountedByItself
from catalog.stock_check import verify_stock
from mall.flow import WrongStatus
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.kinds import service_sku, slot_of


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def reserve(one, slot, quantity=1, document="ord_1"):
    stock.reserve_all(documents={document: {one.pk: quantity}}, slots={one.pk: slot.pk}, now=NOON)


def counts(slot):
    return Stock.objects.values_list("on_hand", "reserved").get(slot=slot)


def test_the_same_hours_of_every_week_are_in_the_malls_time():
    spans = weekly(first=date(2026, 3, 2), last=date(2026, 3, 15), weekdays={0, 3}, start=time(9), end=time(10, 30))

    assert [f"{starts:%m-%d %H:%M}" for starts, _ends in spans] == [
        "03-02 09:00", "03-05 09:00", "03-09 09:00", "03-12 09:00",
    ]  # fmt: skip
    assert spans[0][0].utcoffset() == 8 * HOUR and spans[0][1] - spans[0][0] == 1.5 * HOUR


@pytest.mark.django_db
def test_opening_makes_places_and_what_is_open_stays():
    one = service_sku(slots=2, capacity=3)
    first = slot_of(one)

    again = [(first.starts_at, first.ends_at), (NOON + 5 * DAY, NOON + 5 * DAY + HOUR)]
    (fresh,) = open_slots(sku=one, spans=again, capacity=7, by=shopper(), now=NOON)

    assert (counts(first), counts(fresh)) == ((3, 0), (7, 0))
    assert stock.available([one.pk]) == {one.pk: 13}
    assert [(row.public_id, row.left) for row in bookable(one.pk, now=NOON)] == [
        (row.public_id, left) for row, left in zip(one.slots.order_by("starts_at"), (3, 3, 7), strict=True)
    ]
    assert verify_stock()["ok"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spans", "capacity", "said"),
    [
        ([], 1, "None of the days"),
        ([(NOON - HOUR, NOON + HOUR)], 1, "still to come"),
        ([(NOON + DAY, NOON + DAY)], 1, "after it starts"),
        ([(NOON + 400 * DAY, NOON + 401 * DAY)], 1, "a year ahead"),
        ([(NOON + DAY, NOON + DAY + HOUR)], 0, "between 1 and"),
        ([(NOON + DAY + number * HOUR, NOON + 2 * DAY + number * HOUR) for number in range(501)], 1, "at most 500"),
    ],
)
def test_times_that_cannot_be_are_refused_whole(spans, capacity, said):
    one = service_sku(slots=0)

    with pytest.raises(WrongSlots, match=said):
        open_slots(sku=one, spans=spans, capacity=capacity, by=shopper(), now=NOON)

    assert not TimeSlot.objects.exists()


@pytest.mark.django_db
def test_only_services_have_times_and_nobody_counts_them_by_hand():
    with pytest.raises(WrongSlots, match="services"):
        open_slots(sku=sku(), spans=[(NOON + DAY, NOON + 2 * DAY)], capacity=1, by=shopper(), now=NOON)
    with pytest.raises(CountedByItself):
        stock.receive(sku=service_sku(), quantity=1, now=NOON)


@pytest.mark.django_db
def test_places_of_one_time_are_not_those_of_another():
    one = service_sku(slots=2, capacity=2)
    first, second = slot_of(one), slot_of(one, 1)
    reserve(one, first, 2)

    with pytest.raises(OutOfStock):
        reserve(one, first, 1, "ord_2")
    reserve(one, second, 1, "ord_2")

    assert (counts(first), counts(second)) == ((2, 2), (2, 1))
    stock.release(document="ord_1", now=NOON)
    assert counts(first) == (2, 0)
    with pytest.raises(OutOfStock):  # without a time there is none
        stock.reserve(document="ord_3", quantities={one.pk: 1}, now=NOON)


@pytest.mark.django_db
def test_why_a_time_cannot_be_chosen_is_said():
    one, other = service_sku(slots=2, capacity=2), service_sku()
    first = slot_of(one)
    reserve(one, first)

    def said(slot, quantity=1, now=NOON):
        return why_not(slots_by([slot.pk]).get(slot.pk), one.pk, quantity, now=now)

    assert said(first) == ""
    assert "Only 1 places" in said(first, 2)
    assert "no longer" in said(first, now=first.starts_at)
    assert "Choose a time" in said(slot_of(other))
    close_slot(slot=first, by=shopper(), now=NOON)
    assert "no longer" in said(first)


@pytest.mark.django_db
def test_closing_keeps_what_is_booked_and_gives_up_the_rest():
    one = service_sku(capacity=5)
    slot = slot_of(one)
    reserve(one, slot, 2)

    assert close_slot(slot=slot, by=shopper(), now=NOON) == 3

    assert counts(slot) == (2, 2)
    assert not bookable(one.pk, now=NOON)
    with pytest.raises(WrongStatus):
        close_slot(slot=slot, by=shopper(), now=NOON)


@pytest.mark.django_db
def test_a_time_lapses_when_it_begins_and_what_comes_back_later_is_not_sold():
    one = service_sku(slots=2, capacity=2)
    first, second = slot_of(one), slot_of(one, 1)
    reserve(one, first, 1)

    assert lapse_slots(now=first.starts_at) == 1
    assert (counts(first), counts(second)) == ((1, 1), (2, 0))
    stock.release(document="ord_1", now=first.ends_at)
    assert lapse_slots(now=first.ends_at) == 0

    assert counts(first) == (0, 0)
    assert stock.available([one.pk]) == {one.pk: 2}
    assert verify_stock()["ok"]


def ask(one, slot, document):
    """Whether there was a place, asked on a connection of its own."""
    try:
        with transaction.atomic():
            reserve(one, slot, 1, document)
    except OutOfStock:
        return False
    finally:
        connection.close()
    return True


def test_fifty_at_once_never_get_more_than_the_places(committed_db):
    one = service_sku(slots=2, capacity=3)
    slot = slot_of(one)

    with ThreadPoolExecutor(10) as pool:
        taken = sum(pool.map(lambda number: ask(one, slot, f"ord_{number}"), range(50)))

    assert (taken, counts(slot), counts(slot_of(one, 1))) == (3, (3, 3), (3, 0))
