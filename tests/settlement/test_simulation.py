"""S6: what another commission would have cost, counted over the orders of a month as they stand now."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mall.money import Money
from settlement.models import Share
from settlement.simulation import simulate
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop
from tests.journeys import completed_order
from tests.orders.after_sales.cases import accepted, case_of, paid_back, three_cups

pytestmark = pytest.mark.django_db
MARCH = NOON.date()


def goods_of(wares, price: str = "33.33", place=None):
    return sku(product=product(shop=place or shop(), category=wares), price=price)


def test_at_the_rate_that_was_it_is_what_was_taken_to_the_fen():
    wares = category(commission_bps=700)
    for price in ("33.33", "0.07", "19.99"):
        completed_order(skus={goods_of(wares, price): 1}, now=NOON)

    found = simulate(month=MARCH, bps=700).total

    taken = sum(share.commission.minor for share in Share.objects.all())
    assert (found.taken, found.simulated, found.difference) == (Money(taken), Money(taken), Money(0))
    assert found.orders == 3


def test_another_rate_concerns_one_category_with_what_is_below_it_and_one_shop():
    above = category(commission_bps=500)
    below, other = category(parent=above, commission_bps=500), category(commission_bps=500)
    place = shop()
    for wares, of in ((below, place), (below, shop()), (other, place)):
        completed_order(skus={goods_of(wares, "100.00", of): 1}, now=NOON)

    all_of_it = simulate(month=MARCH, bps=200)
    in_category = simulate(month=MARCH, bps=200, category=above)
    of_shop = simulate(month=MARCH, bps=200, category=above, shop=place)

    assert [found.total.difference for found in (all_of_it, in_category, of_shop)] == [
        Money(-900), Money(-600), Money(-300),
    ]  # fmt: skip
    assert [row.name for row in of_shop.shops] == [place.slug]
    assert all_of_it.shops[0].name == place.slug  # whom it concerns the most stands first


def test_what_went_back_and_other_months_do_not_count():
    order = completed_order(skus=three_cups(), now=NOON)
    accepted(case_of(order))
    paid_back()
    completed_order(now=NOON + timedelta(days=40))

    found = simulate(month=MARCH, bps=1_000).total

    line = order.lines.get()
    assert (found.orders, found.base) == (1, Money(5_600))
    assert found.taken == Money(5_600).share(line.commission_bps)
    assert found.simulated == Money(560)


def test_staff_ask_on_a_page_and_a_wrong_rate_is_said_beside_its_field(client):
    completed_order(now=NOON)
    client.force_login(staff())
    page = reverse("admin:settlement_simulation")

    empty = client.get(page)
    wrong = client.get(page, {"month": "2026-03-01", "rate": "51"})
    found = client.get(page, {"month": "2026-03-31", "rate": "2.5", "shop": ""})

    assert (empty.context_data["found"], list(empty.context_data["form"].errors)) == (None, [])
    assert (wrong.context_data["found"], list(wrong.context_data["form"].errors)) == (None, ["rate"])
    assert found.context_data["found"].total.orders == 1
