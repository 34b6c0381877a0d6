"""The demonstration keeps goods in more than one place, and its books add up."""

from datetime import timedelta

import pytest

from catalog.models import StockAlarm, StockCount, StockTransfer, Warehouse
from catalog.stock_check import verify_stock
from settlement.demo.warehouses import make_warehouses
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.merchants import shop


@pytest.mark.django_db
def test_two_shops_have_a_second_place_a_transfer_under_way_and_goods_that_run_low():
    shops = {"tea": shop(), "silk": shop()}
    goods = {slug: [sku(shop=place, stock=40).product for _number in range(9)] for slug, place in shops.items()}
    owners = {slug: shopper() for slug in shops}

    make_warehouses(shops=shops, owners=owners, staff=staff(), goods=goods, now=NOON + timedelta(days=9))

    kinds = Warehouse.objects.order_by("pk").values_list("kind", flat=True)
    assert sorted(kinds) == ["merchant", "merchant", "merchant", "platform", "store"]
    ways = StockTransfer.objects.order_by("pk").values_list("status", flat=True)
    assert sorted(ways) == ["received", "received", "sent", "sent"]
    assert StockCount.objects.filter(status="open").count() == 2
    assert StockAlarm.objects.filter(fell_at__isnull=False).count() == 4
    assert verify_stock()["faults"] == []
