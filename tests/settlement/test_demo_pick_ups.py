"""What the demonstration shows of stores, codes without network and halls that are nearer."""

import pytest

from catalog.models import Stock
from mall.clock import now as moment
from orders.models import OfflineUse, Order, Routing
from settlement.demo.pick_ups import show_pick_ups
from settlement.demo.shops import SHOPPER
from settlement.verification import verify_ledger
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku, warehouse
from tests.factories.merchants import seat, shop


@pytest.mark.django_db
def test_one_is_prepared_one_lies_ready_one_was_noted_twice_and_one_goes_out_from_the_south():
    lakeside, halls, she = shop(), shop(), shopper(email=SHOPPER)
    address(she, province="广东省", city="深圳市")
    owners = {one.slug: seat(one).user for one in (lakeside, halls)}
    tea, cup = sku(shop=lakeside, stock=9), sku(shop=halls, stock=9)
    store = warehouse(shop=lakeside, kind="store", province="浙江省", city="杭州市", address="上城区湖滨路 8 号")
    south = warehouse(shop=halls, name="华南仓", english="Southern warehouse")
    for place, ware in ((store, tea), (south, cup)):
        Stock.objects.create(shop=place.shop, warehouse=place, sku=ware, on_hand=6)

    show_pick_ups(shops={one.slug: one for one in (lakeside, halls)}, owners=owners, now=moment())

    fetched = Order.objects.filter(store=store).order_by("pk")
    assert [(order.status, order.ready_at is not None) for order in fetched] == [
        ("booked", False), ("booked", True), ("delivered", True),
    ]  # fmt: skip
    assert sorted(OfflineUse.objects.values_list("outcome", flat=True)) == ["conflict", "used"]
    (routing,) = Routing.objects.all()
    assert (routing.warehouse, routing.choice["because"]) == (south, "nearest")
    assert verify_ledger().ok
