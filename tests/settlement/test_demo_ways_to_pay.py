"""What the demonstration shows of balances and bank transfers."""

import pytest

from mall.clock import now as moment
from mall.money import Money
from orders.models import BankLine, Order
from orders.purses import balance_of
from settlement.demo.shops import SHOPPER
from settlement.demo.ways_to_pay import SHOP, show_ways_to_pay
from settlement.verification import verify_ledger
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import placed_order


@pytest.mark.django_db
def test_a_balance_is_spent_and_transfers_of_every_kind_are_worked_off():
    for _friend in range(7):
        placed_order()
    here, she = shop(slug=SHOP), shopper(email=SHOPPER)
    address(she)
    sku(shop=here, price="168.00", stock=50)

    show_ways_to_pay(shops={SHOP: here}, staff=(staff(), staff()), now=moment())

    assert balance_of(she) == Money(100_000 - 16_800)
    assert sorted(she.orders.values_list("status", flat=True)) == ["canceled", "paid"]
    assert list(BankLine.objects.order_by("pk").values_list("why", "status")) == [
        ("exact", "done"), ("under", "open"), ("over", "proposed"), ("unknown", "open"),
    ]  # fmt: skip
    assert Order.objects.filter(shop=here, status="paid").count() == 2
    assert verify_ledger().ok
