"""C4: what runs low is told once for each fall, from the threshold of the SKU, of its shop or of the mall."""

import pytest

from catalog.models import StockAlarm
from catalog.stock import WrongCount, receive, reserve, write_off
from catalog.stock.low import set_threshold, threshold_of, watch_low_stock
from catalog.stock.warehouses import WrongWarehouse, set_low_stock
from mall.events import deliver_everything
from mall.notifications.models import Notice
from merchants.models import Seat
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku, warehouse
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    owner = shopper()
    found = shop(owner=owner)
    seat(found, shopper(), Seat.Role.READER)
    return found


def low():
    return set(StockAlarm.objects.filter(fell_at__isnull=False).values_list("sku", flat=True))


def told():
    deliver_everything()
    return [(notice.facts["count"], notice.person_id) for notice in Notice.objects.filter(kind="catalog.stock_low")]


def test_a_shop_is_told_once_when_goods_fall_and_again_only_after_they_rose(place):
    teapot, cup, plate = sku(stock=10, shop=place), sku(stock=0, shop=place), sku(stock=11, shop=place)
    owner = place.seats.get(role=Seat.Role.OWNER).user_id

    assert watch_low_stock(now=NOON) == {"fallen": 2}
    assert (watch_low_stock(now=NOON), low(), told()) == ({}, {teapot.pk, cup.pk}, [(2, owner)])
    reserve(document="ord_1", quantities={plate.pk: 1}, now=NOON)
    receive(sku=teapot, quantity=1, now=NOON)
    assert watch_low_stock(now=NOON) == {"fallen": 1, "risen": 1}
    assert (low(), told()) == ({cup.pk, plate.pk}, [(2, owner), (1, owner)])
    write_off(sku=teapot, quantity=1, reason="lost", now=NOON)
    assert watch_low_stock(now=NOON) == {"fallen": 1}
    assert told() == [(2, owner), (1, owner), (1, owner)]


def test_a_sku_has_its_own_threshold_else_the_shops_else_the_malls(place):
    clerk = shopper()
    teapot, cup = sku(stock=30, shop=place), sku(stock=30, shop=place)
    elsewhere = sku(stock=30)
    assert threshold_of(place) == 10

    set_low_stock(shop=place, low_stock=30, by=clerk, now=NOON)
    set_threshold(sku=cup, threshold=29, by=clerk, now=NOON)
    watch_low_stock(now=NOON)
    assert (low(), threshold_of(place)) == ({teapot.pk}, 30)
    set_threshold(sku=cup, threshold=None, by=clerk, now=NOON)
    watch_low_stock(now=NOON)
    assert low() == {teapot.pk, cup.pk}
    assert elsewhere.pk not in low()
    with pytest.raises(WrongCount):
        set_threshold(sku=cup, threshold=-1, by=clerk, now=NOON)
    with pytest.raises(WrongWarehouse):
        set_low_stock(shop=place, low_stock=-1, by=clerk, now=NOON)


def test_only_what_is_offered_counts_and_only_what_lies_where_it_is_sold(place):
    sku(product=product(shop=place, status="off_sale"), stock=0)
    teapot = sku(stock=1, shop=place)
    receive(sku=teapot, quantity=50, warehouse=warehouse(shop=place, sells_online=False), now=NOON)
    cup = sku(stock=1, shop=place)
    receive(sku=cup, quantity=50, warehouse=warehouse(shop=place), now=NOON)

    watch_low_stock(now=NOON)

    assert low() == {teapot.pk}
