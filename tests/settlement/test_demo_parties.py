"""
What the demonstration shows of parties: a supplier, a brand, a carrier, a promoter whom the mall pays, paid and
waiting; a shop is asked.
"""

import pytest

from orders.models import Party, PartyPart
from orders.parties.rules import offered_to
from orders.parties.terms import terms_in_force
from settlement.demo.parties import DAY, HOME, TEAWARE, make_parties, pay_parties
from settlement.models import PartyPayout
from settlement.release import release_due_shares
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import completed_order

pytestmark = pytest.mark.django_db


def test_a_supplier_a_brand_and_a_carrier_get_their_parts_and_another_shop_is_asked():
    teaware, home, boss = shop(slug=TEAWARE, shipping_fee="10.00"), shop(slug=HOME), (staff(), staff())
    cup = sku(shop=teaware, price="100.00", stock=50)
    shops, owners = {TEAWARE: teaware, HOME: home}, {TEAWARE: shopper(), HOME: shopper()}

    make_parties(shops=shops, owners=owners, staff=boss, now=NOON)
    completed_order(skus={cup: 2}, now=NOON - 20 * DAY)
    release_due_shares(now=NOON - 5 * DAY)
    pay_parties(staff=boss, now=NOON)

    assert {terms.party_kind for terms in terms_in_force([teaware.pk], now=NOON)} == set(Party.Kind.values)
    parts = PartyPart.objects.order_by("pk").values_list("party__kind", "amount")
    assert list(parts) == [("brand", 600), ("supplier", 9_000), ("promoter", 200), ("carrier", 700)]
    assert [version.shop for version in offered_to(home) if version.shop] == [home]
    assert sorted(PartyPayout.objects.values_list("status", flat=True)) == ["drawn", "paid", "paid", "paid"]
    assert Party.objects.filter(bank_accounts__status="verified").count() == 4
    assert verify_ledger().faults == []
