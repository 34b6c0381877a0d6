"""The demonstration shows invoices in the states that a visitor should see (O2, O9)."""

from datetime import timedelta

import pytest

from orders.models import Invoice
from settlement.demo.invoices import WISHES, show_invoices
from settlement.demo.shops import OWNER, SHOPPER
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import delivered_order


@pytest.mark.django_db
def test_her_orders_show_invoices_asked_for_refused_and_issued():
    her, owner, place = shopper(email=SHOPPER), shopper(email=OWNER), shop()
    seat(place, owner)
    for day in range(3):
        delivered_order(shopper=her, skus={sku(shop=place): 1}, now=NOON - timedelta(days=day + 1))

    made = show_invoices(owners={place.slug: owner}, now=NOON)

    found = Invoice.objects.filter(pk__in=[row.pk for row in made]).order_by("pk").prefetch_related("papers")
    assert [(row.kind, row.status) for row in found] == [(kind, until) for kind, until in WISHES[:3]]
    assert [row.papers.count() for row in found] == [0, 0, 1]
