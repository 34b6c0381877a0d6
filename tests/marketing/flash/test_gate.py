"""The gate of a flash sale: as many are let in as there are units, the others wait in turn; PostgreSQL knows better."""

from datetime import timedelta

import pytest
import redis

from mall import cache_server as server
from mall.cache_server import cache_server
from mall.events import deliver_everything
from marketing import tunables
from marketing.flash import clockwork, gate
from marketing.models import FlashUnits
from marketing.promotions import stop_promotion
from orders.cancellation import cancel_order
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import flash_sale
from tests.journeys import placed_group

HOUR = timedelta(hours=1)


@pytest.fixture
def sale(committed_db):
    """Three units of a tea, in a sale that runs; what is told to the gate is told after commits."""
    tea = sku(price="50.00", stock=9)
    made = flash_sale({tea: ("20.00", 3)})
    made.tea, made.key = tea, FlashUnits.objects.get().pk
    return made


def says(sale, *people, **how) -> list[tuple[str, int]]:
    found = [gate.ask(sale.key, shopper_id=person, now=NOON, **how) for person in people]
    return [(answer.what, answer.place) for answer in found]


def buys(sale, buyer):
    return placed_group(shopper=buyer, skus={sale.tea: 1})


def test_as_many_are_let_in_as_there_are_units_and_the_others_wait_in_turn(sale):
    assert says(sale, 1, 2, 3) == [("in", 0)] * 3
    assert says(sale, 4, 5, 4, 1) == [("wait", 1), ("wait", 2), ("wait", 1), ("in", 0)]

    gate.leave(sale.key, shopper_id=2)

    assert says(sale, 5, 6, 4, 5) == [("wait", 2), ("wait", 3), ("in", 0), ("wait", 1)]


def test_an_order_uses_the_pass_and_nobody_has_more_than_her_number(sale):
    buyers = [shopper() for _number in range(4)]
    says(sale, *[buyer.pk for buyer in buyers])
    for buyer in buyers[:2]:
        buys(sale, buyer)

    assert says(sale, buyers[0].pk, buyers[3].pk) == [("had", 0), ("wait", 1)]
    buys(sale, buyers[2])
    assert gate.is_sold_out(sale.key, now=NOON)
    assert says(sale, 99, buyers[3].pk) == [("sold_out", 0), ("sold_out", 1)]


def test_a_unit_that_comes_back_lets_the_next_of_those_who_wait_in(sale):
    groups = [buys(sale, shopper()) for _number in range(3)]
    assert says(sale, 7, 8, waits=True) == [("sold_out", 1), ("sold_out", 2)]

    cancel_order(order=groups[0].orders.get(), reason="no", by=groups[0].shopper, now=NOON)
    deliver_everything()

    assert says(sale, 8, 9) == [("wait", 2), ("wait", 3)]
    assert says(sale, 7, 8) == [("in", 0), ("wait", 1)]
    assert says(sale, groups[0].shopper_id) == [("wait", 3)]  # she may try again, behind the others


def test_passes_and_places_that_nobody_uses_end_by_themselves(sale, monkeypatch):
    says(sale, 1, 2, 3, 4, 5)
    later = gate.time.time() + tunables.FLASH_PASS_SECONDS.value + 1
    monkeypatch.setattr(gate.time, "time", lambda: later)

    assert says(sale, 5, 6, 7, 8) == [("in", 0), ("in", 0), ("in", 0), ("wait", 1)]  # 4 has not asked any more


def test_only_so_many_are_at_the_checkout_at_once(sale):
    tunables.FLASH_AT_ONCE.turn(1, by=staff(), now=NOON)

    assert says(sale, 1, 2) == [("in", 0), ("wait", 1)]


def test_before_and_after_its_time_nobody_is_let_in(sale):
    def at(moment):
        return gate.ask(sale.key, shopper_id=1, now=moment).what

    assert [at(NOON - 2 * HOUR), at(NOON), at(NOON + HOUR)] == ["early", "in", "over"]
    stop_promotion(promotion=sale, by=staff(), now=NOON)
    assert (at(NOON), gate.is_sold_out(sale.key, now=NOON)) == ("over", True)


def test_what_the_gate_has_forgotten_it_learns_from_the_rows(sale):
    buyer = shopper()
    buys(sale, buyer)
    cache_server().flushdb()

    assert not gate.is_sold_out(sale.key, now=NOON)
    assert says(sale, buyer.pk, 1001, 1002, 1003) == [("had", 0), ("in", 0), ("in", 0), ("wait", 1)]


def test_the_clock_puts_right_what_the_gate_was_not_told(sale):
    FlashUnits.objects.update(taken=3, moves=9)  # by somebody whose news got lost
    assert says(sale, 1) == [("in", 0)]

    assert clockwork.follow_flash_sales(now=NOON) == {"gates": 1}

    assert says(sale, 2) == [("sold_out", 0)]
    assert clockwork.follow_flash_sales(now=NOON + HOUR) == {"ended": 1}


def test_older_news_does_not_win_over_newer(sale):
    older = gate.select_rows(gate._STATE, [[sale.key]])
    buys(sale, shopper())

    def stale(*_asked):
        return older

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "select_rows", stale)
        gate.restore([sale.key])

    assert cache_server().hget(gate._key(sale.key, "state"), "taken") == b"1"


def test_without_its_server_nobody_is_let_in_and_the_rows_decide_alone(sale, monkeypatch):  # E3
    nowhere = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_timeout=1)
    monkeypatch.setattr(server, "_client", nowhere)
    monkeypatch.setattr(gate, "_scripts", {})

    assert says(sale, 1, 2, 3, 4) == [("away", 0)] * 4
    assert not gate.is_sold_out(sale.key, now=NOON)
    buys(sale, shopper())
    assert FlashUnits.objects.get().taken == 1
