"""The demonstration shows parcels in every state: in part, on their way, taken late, come back (O5, O6)."""

import pytest

from catalog.stock_check import verify_stock
from orders.models import Order, ParcelScan
from settlement.demo.parcels import show_parcels
from settlement.demo.shops import OWNER, SHOPPER
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop


@pytest.mark.django_db
def test_her_orders_show_parcels_in_every_state():
    her, owner, place = shopper(email=SHOPPER), shopper(email=OWNER), shop(province="浙江", city="杭州")
    address(her, province="四川", city="成都")
    seat(place, owner)
    wares = [sku(shop=place, stock=20) for _ware in range(3)]

    show_parcels(
        shops={place.slug: place},
        owners={place.slug: owner},
        goods={place.slug: [ware.product for ware in wares]},
        now=NOON,
    )

    orders = Order.objects.filter(shopper=her).order_by("pk")
    assert [order.is_partly_shipped for order in orders] == [True, False, False, False]
    statuses = [order.status for order in orders]
    assert statuses[:2] == ["paid", "shipped"] and statuses[2] in {"shipped", "delivered"} and statuses[3] == "shipped"
    assert list(orders.with_returns()) == [orders[3]]
    assert ParcelScan.objects.filter(parcel__order=orders[2], reason="nobody_home").exists()
    assert verify_stock()["ok"]
