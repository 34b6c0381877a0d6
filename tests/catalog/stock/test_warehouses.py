"""C4: several warehouses of a shop: what shoppers are offered, what an order takes from where, what may be closed."""

import pytest

from catalog.models import ProductSearch, Reservation, Stock, Warehouse
from catalog.offers import buyable_skus
from catalog.stock import OutOfStock, available, consume, default_warehouse, receive, release, reserve, write_off
from catalog.stock.counts import cancel_count, open_count
from catalog.stock.shelves import WarehouseClosed
from catalog.stock.transfers import draft_transfer
from catalog.stock.warehouses import (
    WarehouseInUse,
    WrongWarehouse,
    change_warehouse,
    close_platform_warehouse,
    close_warehouse,
    make_default,
    move_warehouse,
    open_platform_warehouse,
    open_warehouse,
)
from mall.events.models import OutboxEvent
from mall.texts import Text
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku, warehouse

pytestmark = pytest.mark.django_db
NAME = Text({"zh-hans": "南仓", "en": "South"})


def spread(*quantities, **fields):
    """A SKU with so many in the first warehouse, so many in the second, and so on; and the warehouses."""
    row = sku(stock=quantities[0], **fields)
    places = [default_warehouse(row.shop)]
    for quantity in quantities[1:]:
        places.append(warehouse(shop=row.shop))
        if quantity:
            receive(sku=row, quantity=quantity, warehouse=places[-1], now=NOON)
    return row, *places


def taken(document):
    rows = Reservation.objects.filter(document=document).order_by("stock__warehouse__position")
    return [(row.stock.warehouse, row.quantity) for row in rows.select_related("stock__warehouse")]


def switched(place, online):
    return change_warehouse(warehouse=place, name=place.name, sells_online=online, by=shopper(), now=NOON)


def test_shoppers_are_offered_what_lies_where_it_is_sold_online():
    teapot, _first, second = spread(3, 4)

    assert (available([teapot.pk]), buyable_skus([teapot.pk])[0].available) == ({teapot.pk: 7}, 7)
    switched(second, online=False)
    assert (available([teapot.pk]), buyable_skus([teapot.pk])[0].available) == ({teapot.pk: 3}, 3)
    with pytest.raises(OutOfStock):
        reserve(document="ord_1", quantities={teapot.pk: 4}, now=NOON)


def test_a_line_is_taken_whole_from_the_first_warehouse_that_has_as_much():
    teapot, first, second, _third = spread(2, 5, 9)

    reserve(document="ord_1", quantities={teapot.pk: 4}, now=NOON)
    reserve(document="ord_2", quantities={teapot.pk: 2}, now=NOON)

    assert (taken("ord_1"), taken("ord_2")) == ([(second, 4)], [(first, 2)])


def test_a_line_that_no_warehouse_has_whole_is_taken_from_all_in_their_order():
    teapot, first, _second, third = spread(2, 0, 3)

    reserve(document="ord_1", quantities={teapot.pk: 4}, now=NOON)

    assert taken("ord_1") == [(first, 2), (third, 2)]
    assert available([teapot.pk]) == {teapot.pk: 1}


def test_shipping_takes_exactly_what_was_reserved_and_canceling_gives_exactly_that_back():
    teapot, _first, _second = spread(2, 3)
    reserve(document="ord_1", quantities={teapot.pk: 4}, now=NOON)
    reserve(document="ord_2", quantities={teapot.pk: 1}, now=NOON)

    consume(document="ord_1", now=NOON)
    release(document="ord_2", now=NOON)

    counts = Stock.objects.filter(sku=teapot).order_by("pk").values_list("on_hand", "reserved")
    assert list(counts) == [(0, 0), (1, 0)]


def test_the_order_in_which_warehouses_are_taken_from_is_the_shops():
    teapot, _first, second = spread(5, 5)

    move_warehouse(warehouse=second, earlier=True, by=shopper(), now=NOON)
    reserve(document="ord_1", quantities={teapot.pk: 1}, now=NOON)

    assert taken("ord_1") == [(second, 1)]


def test_lists_and_alerts_follow_the_last_piece_of_all_warehouses_that_sell():
    teapot, first, second = spread(1, 1)
    in_stock = ProductSearch.objects.filter(product=teapot.product).values_list("in_stock", flat=True)

    write_off(sku=teapot, quantity=1, reason="lost", warehouse=first, now=NOON)
    after_the_first = in_stock.get()
    reserve(document="ord_1", quantities={teapot.pk: 1}, now=NOON)
    after_the_last = in_stock.get()
    back = OutboxEvent.objects.filter(name="ProductBackInStock")
    before = back.count()
    receive(sku=teapot, quantity=1, warehouse=first, now=NOON)
    release(document="ord_1", now=NOON)  # there was one already

    assert (after_the_first, after_the_last, in_stock.get()) == (True, False, True)
    assert back.count() == before + 1
    switched(first, online=False)
    assert in_stock.get()
    switched(second, online=False)
    assert not in_stock.get()
    switched(second, online=True)
    assert in_stock.get() and back.count() == before + 2


def test_a_store_has_an_address_and_a_shop_opens_no_warehouse_of_the_mall():
    shop = sku().shop
    owner = shopper()

    with pytest.raises(WrongWarehouse):
        open_warehouse(shop=shop, kind="store", name=NAME, by=owner, now=NOON)
    with pytest.raises(WrongWarehouse):
        open_warehouse(shop=shop, kind="platform", name=NAME, by=owner, now=NOON)
    with pytest.raises(WrongWarehouse):
        open_warehouse(shop=shop, kind="merchant", name=Text(), by=owner, now=NOON)
    store = open_warehouse(shop=shop, kind="store", name=NAME, address="人民路 1 号", by=owner, now=NOON)

    assert (store.position, store.sells_online, store.is_default) == (1, True, False)
    assert Warehouse.objects.owned_by(shop).count() == 2


def test_the_mall_keeps_one_warehouse_for_a_shop_which_the_shop_cannot_change():
    teapot, clerk, owner = sku(), staff(), shopper()
    first = default_warehouse(teapot.shop)

    kept = open_platform_warehouse(warehouse=first, name="万象仓", by=clerk, now=NOON)

    with pytest.raises(WrongWarehouse):
        open_platform_warehouse(warehouse=first, name="又一个", by=clerk, now=NOON)
    for verb in (close_warehouse, make_default):
        with pytest.raises(WrongWarehouse):
            verb(warehouse=kept, by=owner, now=NOON)
    with pytest.raises(WrongWarehouse):
        switched(kept, online=False)
    with pytest.raises(WrongWarehouse):
        close_platform_warehouse(warehouse=first, by=clerk, now=NOON)
    assert not close_platform_warehouse(warehouse=kept, by=clerk, now=NOON).is_open


def test_a_warehouse_closes_when_nothing_lies_there_is_reserved_or_under_way():
    teapot, first, second = spread(3, 2)
    owner = shopper()
    given = {"warehouse": second, "by": owner, "now": NOON}

    with pytest.raises(WarehouseInUse):
        close_warehouse(warehouse=first, by=owner, now=NOON)  # the main one
    with pytest.raises(WarehouseInUse):
        close_warehouse(**given)
    write_off(sku=teapot, quantity=2, reason="own_use", warehouse=second, now=NOON)
    sheet = open_count(**given)
    with pytest.raises(WarehouseInUse):
        close_warehouse(**given)
    cancel_count(count=sheet, by=owner, now=NOON)
    draft_transfer(source=first, target=second, quantities={teapot.pk: 1}, by=owner, now=NOON)
    with pytest.raises(WarehouseInUse):
        close_warehouse(**given)
    second.refresh_from_db()
    assert second.is_open


def test_nothing_comes_into_a_closed_warehouse():
    teapot, _first, second = spread(3, 0)
    closed = close_warehouse(warehouse=second, by=shopper(), now=NOON)

    with pytest.raises(WarehouseClosed):
        receive(sku=teapot, quantity=1, warehouse=second, now=NOON)
    for verb in (close_warehouse, make_default):
        with pytest.raises(WrongWarehouse):
            verb(warehouse=closed, by=shopper(), now=NOON)
    assert not closed.sells_online


def test_goods_arrive_in_the_main_warehouse_whichever_that_is():
    teapot, _first, second = spread(3, 0)

    make_default(warehouse=second, by=shopper(), now=NOON)
    receive(sku=teapot, quantity=2, now=NOON)

    assert Stock.objects.get(sku=teapot, warehouse=second).on_hand == 2
    assert Warehouse.objects.owned_by(teapot.shop).get(is_default=True) == second
