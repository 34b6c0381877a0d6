"""O6: an order goes out from the warehouse that can deliver it best, the shop reads why, and may move it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from catalog import stock
from catalog.models import Reservation, Stock, Warehouse
from catalog.stock import OutOfStock, Place, WarehouseClosed
from catalog.stock.warehouses import close_warehouse
from mall.flow import WrongStatus
from mall.tunables.registry import forget
from orders import tunables
from orders.addresses import mark_packed
from orders.checkout import place_order
from orders.models import Order, Routing
from orders.routing import NotMoved, choose, distance, move_order, other_places, told
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku, warehouse
from tests.factories.merchants import seat, shop
from tests.journeys import filled_cart, paid_order, shipped_order
from tests.orders.test_parcels_at_once import at_once


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


CUP, POT = 1, 2
HANGZHOU, BEIJING, SUZHOU = ("浙江省", "杭州市"), ("北京市", "北京市"), ("江苏省", "苏州市")


def place(key, where=("", ""), cost=None, position=None, **free):
    counts = {CUP: free.get("cup", 0), POT: free.get("pot", 0)}
    return Place(key, key if position is None else position, False, *where, cost, counts)


GOLDEN = {
    "the only one that holds all of it": (
        {CUP: 2, POT: 1},
        [place(1, HANGZHOU, cup=9), place(2, BEIJING, cup=2, pot=1)],
        ((2,), "only"),
    ),
    "the nearest of those that do": (
        {CUP: 1},
        [place(1, BEIJING, cup=1), place(2, SUZHOU, cup=1), place(3, cup=1)],
        ((2,), "nearest"),
    ),
    "in the same city before another city of the province": (
        {CUP: 1},
        [place(1, ("浙江省", "宁波市"), cup=1), place(2, ("Zhejiang", "Hangzhou"), cup=1)],
        ((2,), "nearest"),
    ),
    "the cheapest before the nearest, where all costs are known": (
        {CUP: 1},
        [place(1, HANGZHOU, cost=900, cup=1), place(2, BEIJING, cost=300, cup=1)],
        ((2,), "cheapest"),
    ),
    "a cost that one of them does not say decides nothing": (
        {CUP: 1},
        [place(1, HANGZHOU, cup=1), place(2, BEIJING, cost=300, cup=1)],
        ((1,), "nearest"),
    ),
    "the shop's own order where nothing else tells": (
        {CUP: 1},
        [place(1, position=5, cup=1), place(2, position=4, cup=1)],
        ((2,), "first"),
    ),
    "two parcels rather than three": (
        {CUP: 4, POT: 2},
        [place(1, HANGZHOU, cup=2), place(2, HANGZHOU, cup=2), place(3, BEIJING, cup=1, pot=2), place(4, cup=3)],
        ((3, 4), "only"),
    ),
    "the nearer two of several": (
        {CUP: 2},
        [place(1, BEIJING, cup=1), place(2, SUZHOU, cup=1), place(3, HANGZHOU, cup=1)],
        ((3, 2), "nearest"),
    ),
    "what holds nothing of it is not looked at": (
        {CUP: 1},
        [place(1, HANGZHOU, pot=5), place(2, BEIJING, cup=1)],
        ((2,), "only"),
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_choice_is_the_one_that_stands_in_the_table(name):
    wanted, places, expected = GOLDEN[name]

    choice = choose(wanted, places, HANGZHOU)

    assert (choice.warehouses, choice.because) == expected


def test_the_order_in_which_warehouses_are_named_changes_nothing():
    for wanted, places, _expected in GOLDEN.values():
        assert choose(wanted, places, HANGZHOU).warehouses == choose(wanted, places[::-1], HANGZHOU).warehouses


def test_fifty_warehouses_are_chosen_from_without_looking_at_every_combination():
    places = [place(key, SUZHOU if key % 2 else BEIJING, cup=1 + key % 3) for key in range(50)]

    choice = choose({CUP: 30}, places, HANGZHOU)

    assert len(choice.warehouses) == 10  # three pieces each
    assert sum(1 for one in places if one.warehouse_id in choice.warehouses and one.free[CUP] == 3) == 10


def test_distances_are_told_however_a_place_is_written():
    assert distance(HANGZHOU, ("Zhejiang", "Hangzhou")) == 0
    assert distance(("浙江省", "宁波市"), HANGZHOU) == 120
    assert 100 < distance(SUZHOU, HANGZHOU) < distance(BEIJING, HANGZHOU)
    assert distance(("", ""), HANGZHOU) is None


def held(order):
    rows = Reservation.objects.filter(document=order.public_id, status="held").order_by("stock__warehouse")
    return list(rows.values_list("stock__warehouse", "stock__sku", "quantity"))


def two_places(**given):
    """A shop whose goods lie in the main warehouse in Beijing and in another one in Hangzhou."""
    mine = shop()
    cup, pot = sku(shop=mine, stock=9, **given), sku(shop=mine, stock=9)
    main = stock.default_warehouse(mine)
    Warehouse.objects.filter(pk=main.pk).update(province="北京市", city="北京市")
    near = warehouse(shop=mine, province="浙江省", city="杭州市")
    return mine, cup, pot, main, near


def put(where, one, count):
    return Stock.objects.create(shop=where.shop, warehouse=where, sku=one, on_hand=count)


@pytest.mark.django_db
def test_an_order_is_reserved_whole_where_it_goes_out_from_and_the_reason_is_kept():
    _mine, cup, pot, _main, near = two_places()
    put(near, cup, 5), put(near, pot, 5)

    order = paid_order(skus={cup: 2, pot: 1})

    assert held(order) == [(near.pk, cup.pk, 2), (near.pk, pot.pk, 1)]
    (one,) = told(order)
    assert one.sentence == ("It goes out from “Second warehouse”: of 2 warehouses that hold all of it the nearest.")
    assert [words.partition(": ")[2] for words in one.candidates] == [
        "holds 2 of 2 lines · about 1122 km away", "holds 2 of 2 lines · in the same city",
    ]  # fmt: skip
    assert Routing.objects.get().by is None


@pytest.mark.django_db
def test_a_near_warehouse_that_holds_a_part_does_not_make_two_parcels():
    _mine, cup, pot, main, near = two_places()
    put(near, cup, 5)

    order = paid_order(skus={cup: 2, pot: 1})

    assert {row[0] for row in held(order)} == {main.pk}


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [1, 4])
def test_a_choice_costs_a_checkout_one_statement_however_many_lines(lines, django_assert_num_queries):
    mine, *_goods, near = two_places()
    goods = [sku(shop=mine, stock=9) for _line in range(lines)]
    for one in goods:
        put(near, one, 5)
    me = filled_cart(skus=dict.fromkeys(goods, 1))
    where = me.addresses.first()
    forget(), tunables.UNPAID_MINUTES.value

    with django_assert_num_queries(15):  # one more than of a shop that has nothing to choose
        place_order(shopper=me, checkout_key=uuid4(), address=where, now=NOON)

    assert Routing.objects.owned_by(mine).count() == 1


@pytest.mark.django_db
def test_staff_move_an_order_before_it_is_packed_and_back_again():
    mine, cup, pot, main, near = two_places()
    put(near, cup, 5), put(near, pot, 5)
    order, clerk = paid_order(skus={cup: 2, pot: 1}), shopper()

    for target in (main, near, main):
        assert [row.pk for row in other_places(order)] == [target.pk]
        move_order(order=order, warehouse=target, by=clerk, now=NOON)
        assert held(order) == [(target.pk, cup.pk, 2), (target.pk, pot.pk, 1)]

    assert sum(Stock.objects.filter(sku__shop=mine).values_list("reserved", flat=True)) == 3
    assert told(order)[0].sentence == "Moved by hand from “Second warehouse” to “Main warehouse”."
    with pytest.raises(NotMoved, match="already"):
        move_order(order=order, warehouse=main, by=clerk, now=NOON)
    mark_packed([order], now=NOON)
    with pytest.raises(NotMoved, match="packing list"):
        move_order(order=order, warehouse=near, by=clerk, now=NOON)


@pytest.mark.django_db
def test_an_order_does_not_move_to_where_it_is_not_free_or_when_it_has_left():
    mine, cup, _pot, main, near = two_places()
    put(near, cup, 1)
    order, clerk = paid_order(skus={cup: 2}), shopper()

    with pytest.raises(OutOfStock):
        move_order(order=order, warehouse=near, by=clerk, now=NOON)
    closed = close_warehouse(warehouse=warehouse(shop=mine), by=clerk, now=NOON)
    with pytest.raises(WarehouseClosed):
        move_order(order=order, warehouse=closed, by=clerk, now=NOON)
    assert held(order) == [(main.pk, cup.pk, 2)]
    with pytest.raises(WrongStatus):
        move_order(order=shipped_order(skus={cup: 1}), warehouse=near, by=clerk, now=NOON)


@pytest.mark.django_db
def test_staff_read_why_in_the_back_office_and_move_it_there():
    mine, cup, pot, main, near = two_places()
    put(near, cup, 5)
    put(near, pot, 5)
    order = paid_order(skus={cup: 2})
    desk = Client()
    desk.cookies["django_language"] = "en"
    desk.force_login(seat(mine).user)
    page = reverse("backoffice:orders:detail", args=[mine.slug, order.public_id])
    assert "the nearest" in desk.get(page).content.decode()

    move = reverse("backoffice:orders:move", args=[mine.slug, order.public_id])
    desk.post(move, {"warehouse": main.public_id})
    assert held(order) == [(main.pk, cup.pk, 2)]
    assert "Moved by hand" in desk.get(page).content.decode()
    desk.post(move, {"warehouse": stock.default_warehouse(shop()).public_id})  # another shop's is not known
    assert held(order) == [(main.pk, cup.pk, 2)]


def test_two_orders_move_to_the_last_pieces_and_one_of_them_stays(committed_db):
    """At once, on real connections: nothing is reserved twice, and nothing is lost."""
    _mine, cup, _pot, _main, near = two_places()
    orders, clerk = [paid_order(skus={cup: 2}) for _order in range(2)], shopper()
    put(near, cup, 3)

    came = at_once_refused(lambda number: move_order(order=orders[number], warehouse=near, by=clerk, now=NOON))

    assert sorted(isinstance(one, Order) for one in came) == [False, True]
    assert list(Stock.objects.filter(sku=cup).order_by("warehouse").values_list("on_hand", "reserved")) == [
        (9, 2), (3, 2),
    ]  # fmt: skip


def test_one_order_is_moved_by_two_at_once_to_two_places_and_is_held_once(committed_db):
    mine, cup, _pot, _main, near = two_places()
    far = warehouse(shop=mine)
    order, clerk = paid_order(skus={cup: 2}), shopper()
    put(near, cup, 9), put(far, cup, 9)

    at_once_refused(lambda number: move_order(order=order, warehouse=(near, far)[number], by=clerk, now=NOON))

    assert len(held(order)) == 1
    assert sum(Stock.objects.filter(sku=cup).values_list("reserved", flat=True)) == 2
    assert Routing.objects.filter(order=order).count() == 2


def test_without_the_condition_two_moves_would_hold_more_than_there_is(committed_db):
    """The negative control: who adds up what he read before, as without the lock, is refused by the row itself."""
    _mine, cup, _pot, _main, near = two_places()
    row, ready = put(near, cup, 3), Barrier(2)

    def reserve_blindly(_number):
        left = Stock.objects.get(pk=row.pk).available
        ready.wait()
        assert left >= 2
        with connection.cursor() as cursor:
            cursor.execute("UPDATE catalog_stock SET reserved = reserved + 2 WHERE id = %s", [row.pk])

    came = at_once(reserve_blindly, 2)

    assert sorted(one is None for one in came) == [False, True]  # stock_never_below_what_is_reserved


def at_once_refused(call) -> list:
    def run(number):
        try:
            return call(number)
        except (OutOfStock, NotMoved) as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))
