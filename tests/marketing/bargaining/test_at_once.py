"""Many friends and many buyers at once, over real connections (K1), and what happens without the guards."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from uuid import uuid4

from django.db import IntegrityError, connection

from mall.refusals import Refusal
from marketing.bargaining import bargains
from marketing.bargaining.bargains import BargainsEnough, help_cut, open_bargain
from marketing.bargaining.sequence import cuts
from marketing.bargaining.showing import proof
from marketing.deals import bargains as deal
from marketing.models import Bargain, BargainCut, BargainHelps, BargainUnits
from orders.checkout import DealWanted, place_order
from orders.models import Order
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.marketing import bargaining

THREADS = 12


def at_once(call, subjects):
    def one(subject):
        try:
            return call(subject)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, subjects))


def opened(tea, **rule):
    return open_bargain(promotion=bargaining({tea: "60.00"}, **rule), sku=tea, shopper=shopper(), now=NOON)


def test_forty_friends_at_once_make_each_cut_once_and_in_order(committed_db):  # K1
    bargain = opened(sku(price="100.00"), cuts=30)

    def cut(friend):
        with suppress(bargains.BargainOver):
            return help_cut(bargain=bargain, helper=friend, now=NOON)

    made = [cut for cut in at_once(cut, [shopper() for _number in range(40)]) if cut]

    bargain.refresh_from_db()
    rows = list(bargain.cuts.order_by("number").values_list("number", "amount"))
    assert len(made) == 29  # the thirtieth, which is the first, is the shopper's own
    assert rows == list(enumerate(cuts(bargain.seed, 4000, 30), 1))
    assert (bargain.status, bargain.off.minor, bargain.cut_count) == ("reached", 4000, 30)
    assert proof(bargain).holds
    assert BargainHelps.objects.count() == 29  # who came too late has not spent a help


def test_without_the_lock_help_is_lost(committed_db, monkeypatch):
    """The negative control: friends who read before they write want the same cut; the table lets one have it."""
    bargain, together = opened(sku(price="100.00"), cuts=30), Barrier(8)

    def read_then_write(friend):
        seen = Bargain.objects.get(pk=bargain.pk)
        together.wait(30)
        with suppress(IntegrityError):
            return bargains._cut(seen, friend, NOON)

    made = [cut for cut in at_once(read_then_write, [shopper() for _number in range(8)]) if cut]

    assert len(made) < 8
    assert BargainCut.objects.filter(bargain=bargain, number=2).count() == 1


def test_one_friend_who_presses_many_times_helps_once(committed_db):
    bargain, friend = opened(sku(price="100.00"), cuts=30), shopper()

    def cut(_number):
        with suppress(bargains.HelpedBefore, IntegrityError):
            return help_cut(bargain=bargain, helper=friend, now=NOON)

    made = [cut for cut in at_once(cut, range(24)) if cut]

    bargain.refresh_from_db()
    assert (len(made), bargain.cut_count, BargainHelps.objects.get().count) == (1, 2, 1)


def test_one_person_who_opens_many_times_has_one(committed_db):
    tea, me = sku(price="100.00"), shopper()
    promotion = bargaining({tea: "60.00"})

    def start(_number):
        with suppress(BargainsEnough):
            return open_bargain(promotion=promotion, sku=tea, shopper=me, now=NOON)

    assert len([row for row in at_once(start, range(24)) if row]) == 1
    assert Bargain.objects.count() == 1


def buyers(tea, count, **rule):
    promotion, ready = bargaining({tea: "60.00"}, cuts=2, **rule), []
    for _number in range(count):
        bargain = open_bargain(promotion=promotion, sku=tea, shopper=shopper(), now=NOON)
        help_cut(bargain=bargain, helper=shopper(), now=NOON)
        ready.append((bargain, address(bargain.shopper)))
    return ready


def buy(pair):
    bargain, where = pair
    wanted = DealWanted(bargain.public_id, bargain.sku.public_id, 1)
    with suppress(Refusal):
        return place_order(shopper=bargain.shopper, checkout_key=uuid4(), address=where, wanted=wanted, now=NOON)


def test_of_many_buyers_at_once_exactly_the_quota_gets_it(committed_db):  # K1
    placed = [group for group in at_once(buy, buyers(sku(price="100.00", stock=60), 30, quota=10)) if group]

    assert len(placed) == Order.objects.count() == 10
    assert BargainUnits.objects.values_list("taken", "quota").get() == (10, 10)
    assert Bargain.objects.filter(status="bought").count() == 10
    assert Bargain.objects.filter(status="reached", order_public_id="").count() == 20


def test_one_bargain_ordered_many_times_at_once_is_bought_once(committed_db):
    (pair,) = buyers(sku(price="100.00", stock=60), 1, quota=10)

    assert len([group for group in at_once(buy, [pair] * 12) if group]) == 1
    assert BargainUnits.objects.get().taken == 1


def test_without_the_condition_one_bargain_is_bought_twice(committed_db, monkeypatch):
    """The negative control: the same presses, with a statement that does not ask what the bargain is meanwhile."""
    (pair,) = buyers(sku(price="100.00", stock=60), 1, quota=10)
    asks_nothing = """
        UPDATE marketing_bargain SET status = 'bought', bought_at = %(now)s, order_public_id = %(order)s
        WHERE public_id = %(key)s RETURNING units_id
    """
    monkeypatch.setattr(deal, "_BUY", asks_nothing)
    together, found = Barrier(4), deal.find

    def slow(key, **given):
        seen = found(key, **given)
        together.wait(30)
        return seen

    monkeypatch.setattr(deal, "find", slow)

    at_once(buy_as_somebody_of_two_carts, [pair] * 4)

    assert Bargain.objects.filter(status="bought").count() == 1
    assert BargainUnits.objects.get().taken > 1


def buy_as_somebody_of_two_carts(pair):
    """The cart's lock keeps a person's presses apart; here the deal is taken without it."""
    bargain, _where = pair
    seen = deal.find(bargain.public_id, sku_id=bargain.sku_id, shopper_id=bargain.shopper_id, now=NOON)
    deal.take(seen, order_id="ord_x", group_id="", shopper_id=bargain.shopper_id, quantity=1, now=NOON)
