"""Groups on many connections: never more seats than a group has, never more units than the quota (K4)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

from django.db import connection, connections

from mall.events import deliver_everything
from mall.refusals import Refusal
from marketing.groups import seats
from marketing.models import BuyingGroup, DealUnits, Seat
from orders.checkout import DealWanted, place_order
from orders.models import Order
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.marketing import group_buying
from tests.journeys import pay

THREADS, PEOPLE, SIZE = 8, 40, 6


def opened(tea, sale):
    who = shopper()
    address(who)
    wanted = DealWanted(sale.public_id, tea.public_id, 1)
    placed = place_order(
        shopper=who, checkout_key=uuid4(), address=who.addresses.first(), now=NOON, wanted=wanted
    )  # fmt: skip
    pay(placed)
    deliver_everything()
    return BuyingGroup.objects.get(public_id=placed.orders.get().deal)


def rush(key, tea):
    """Everybody wants a seat, on many connections; returns how many orders were placed."""
    waiting = []
    for _number in range(PEOPLE):
        who = shopper()
        waiting.append((who, address(who)))
    before = Order.objects.count()

    def join(number):
        try:
            for who, where in waiting[number::THREADS]:
                with suppress(Refusal):
                    wanted = DealWanted(key, tea.public_id, 1)
                    place_order(shopper=who, checkout_key=uuid4(), address=where, now=NOON, wanted=wanted)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(join, range(THREADS)))
    return Order.objects.count() - before


def test_on_many_connections_a_group_has_exactly_its_seats(committed_db):
    tea = sku(price="50.00", stock=100)
    group = opened(tea, group_buying({tea: ("30.00", 100)}, size=SIZE))

    assert rush(group.public_id, tea) == SIZE - 1

    group.refresh_from_db()
    assert (group.seats_taken, group.seats_paid) == (SIZE, 1)
    assert (Seat.objects.count(), DealUnits.objects.get().taken) == (SIZE, SIZE)


def test_without_its_guard_a_group_is_overfull(committed_db, monkeypatch):
    """The negative control: a join that reads the free seats first and counts what it read later."""
    tea = sku(price="50.00", stock=100)
    group = opened(tea, group_buying({tea: ("30.00", 100)}, size=SIZE))
    unguarded = """
        UPDATE marketing_buyinggroup g SET seats_taken = least(seen.seats_taken + 1, g.size)
        FROM (SELECT id, seats_taken, pg_sleep(0.002) FROM marketing_buyinggroup) seen
        WHERE seen.id = g.id AND g.public_id = %s AND g.ends_at > %s
        RETURNING g.id, g.for_newcomers
    """
    monkeypatch.setattr(seats, "_JOIN", unguarded)
    monkeypatch.setattr("marketing.deals.group_buying.why_not_join", lambda group, **facts: "")

    assert rush(group.public_id, tea) > SIZE - 1


def test_no_more_units_than_the_quota_over_all_groups(committed_db):
    tea = sku(price="50.00", stock=100)
    sale = group_buying({tea: ("30.00", 7)}, size=50)

    assert rush(sale.public_id, tea) == 7  # each opens a group

    assert (DealUnits.objects.get().taken, BuyingGroup.objects.count()) == (7, 7)


def test_the_clock_on_many_connections_ends_each_group_once(committed_db):
    tea = sku(price="50.00", stock=100)
    sale = group_buying({tea: ("30.00", 100)}, size=3)
    groups = [opened(tea, sale) for _number in range(6)]

    def end(_number):
        try:
            return seats.end_groups(now=groups[-1].ends_at).get("expired", 0)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        ended = sum(pool.map(end, range(4)))
    deliver_everything()

    assert ended == 6
    assert set(Order.objects.values_list("status", flat=True)) == {"canceled"}
    assert DealUnits.objects.get().taken == 0
