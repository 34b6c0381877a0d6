"""What the demonstration shows of gifts: one that is kept and paid for, and one that came back with the goods."""

import pytest

from mall.clock import now as moment
from orders.after_sales.gifts import outlook_of
from orders.models import AfterSale
from settlement.demo.gifts import SHOP, give_gifts
from settlement.demo.shops import SHOPPER
from settlement.verification import verify_ledger
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import placed_order


@pytest.mark.django_db
def test_one_keeps_the_gift_and_another_one_sends_it_back():
    friend = placed_order().shopper
    owner = shopper()
    here = shop(slug=SHOP, owner=owner)
    address(shopper(email=SHOPPER))
    for price in ("128.00", "29.00"):
        sku(shop=here, price=price, stock=20)

    give_gifts(shops={SHOP: here}, owners={SHOP: owner}, now=moment())

    hers, theirs = AfterSale.objects.order_by("pk")
    assert (hers.shopper.email, hers.status, outlook_of(hers).refund_if_kept.minor) == (SHOPPER, "asked", 9_900)
    assert (theirs.shopper, theirs.status, theirs.refund_goods.minor) == (friend, "done", 12_800)
    assert theirs.gifts.get().sellable_count == 1
    assert verify_ledger().ok
