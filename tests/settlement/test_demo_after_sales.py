"""What the demonstration shows of after-sales: a difference that went back, and a compensation."""

import pytest

from orders.models import AfterSale
from settlement.demo.after_sales import WISHES, show_after_sales
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import delivered_order


@pytest.mark.django_db
def test_after_the_wishes_a_box_is_paid_for_and_a_price_falls():
    owner = shopper()
    here = shop(owner=owner)
    item = sku(price="40.00", stock=100, shop=here)
    for _order in range(len(WISHES) + 2):
        delivered_order(skus={item: 1}, now=NOON)

    made = show_after_sales(owners={here.slug: owner}, now=NOON)

    assert [case.kind for case in made[len(WISHES) :]] == ["compensate", "protect"]
    given, back = AfterSale.objects.filter(kind__in=AfterSale.MONEY_ONLY).order_by("pk")
    assert (given.status, given.refund.minor, back.status, back.refund.minor) == ("done", 500, "done", 200)
    assert verify_ledger().ok
