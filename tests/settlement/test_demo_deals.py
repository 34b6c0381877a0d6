"""What people buy together in the demonstration (K4, K1), on a small mall of its own."""

from collections import Counter
from datetime import timedelta

import pytest

from marketing.models import BuyingGroup, Funding, Promotion
from orders.models import Order
from settlement.demo import deals
from settlement.demo.shops import OWNER, SHOPPER
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import product, sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order

pytestmark = pytest.mark.django_db


def test_groups_stand_in_every_state_and_a_new_product_is_supported():
    shops, owners, goods = {}, {}, {}
    for slug in ("one", "two", "three"):
        shops[slug] = shop()
        owners[slug] = shopper(email=OWNER) if slug == "one" else shopper()
        seat(shops[slug], owners[slug])
        goods[slug] = [product(shop=shops[slug]) for _number in range(6)]
        for row in goods[slug]:
            sku(product=row, price="88.00", stock=60)
    for person in [shopper(email=SHOPPER)] + [shopper() for _number in range(12)]:
        address(person, is_default=True)
        if person.email != SHOPPER:
            paid_order(shopper=person, skus={goods["one"][0].skus.get(): 1}, now=NOON - timedelta(days=20))

    deals.show_deals(shops=shops, owners=owners, goods=goods, now=NOON)

    assert Counter(BuyingGroup.objects.values_list("status", flat=True)) == {"open": 3, "formed": 1, "expired": 1}
    assert set(Promotion.objects.values_list("kind", "status")) == {("group_buying", "live"), ("crowdfunding", "live")}
    assert Funding.objects.get().backer_count == 6
    hers = Order.objects.filter(shopper__email=SHOPPER).order_by("placed_at")
    assert list(hers.values_list("status", "awaits_deal")) == [("canceled", True), ("paid", True)]
