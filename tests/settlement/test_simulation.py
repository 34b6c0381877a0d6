"""S6: what another commission would have cost, counted over the orders of a month as they stand now."""

from datetime import timedelta

import pytest
from django.urls import reverse

from catalog.commission import rules_at
from catalog.commission_rules import rules_with
from mall.money import Money
from settlement.models import Share
from settlement.simulation import simulate, simulate_rules
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.catalog import category, product, sku
from tests.factories.commission import proposed_version, rule_in_force
from tests.factories.merchants import shop
from tests.journeys import completed_order
from tests.orders.after_sales.cases import accepted, case_of, paid_back, three_cups

pytestmark = pytest.mark.django_db
MARCH = NOON.date()
BEFORE = NOON - timedelta(days=30)


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


def test_by_the_rules_that_were_it_is_what_was_taken_to_the_fen():
    rule_in_force(since=BEFORE, position=1, price_from="100.00", ladder=[[0, 500], [15_000, 100]], fixed="0.33")
    rule_in_force(since=BEFORE, position=2, shop_days=90, bps=150, floor="0.50")
    new = shop(opened_at=BEFORE)
    for ware, pieces in ((goods_of(category(), "120.00"), 2), (goods_of(category(), "9.99", new), 1),
                         (goods_of(category(commission_bps=700), "33.33"), 3)):  # fmt: skip
        completed_order(skus={ware: pieces}, now=NOON)
    order = completed_order(skus=three_cups(), now=NOON)
    accepted(case_of(order))
    paid_back()

    found = simulate_rules(month=MARCH, rules=rules_at(NOON))
    at_rate = simulate(month=MARCH, bps=700)

    assert (found.total.orders, found.total.difference) == (4, Money(0))
    assert {row.name: row.difference for row in found.shops} == {row.name: Money(0) for row in at_rate.shops}
    assert (found.total.taken, found.total.base) == (at_rate.total.taken, at_rate.total.base)


def test_a_rule_that_only_waits_can_be_tried_beside_those_of_today():
    place = shop()
    standing = rule_in_force(since=BEFORE, bps=1_000)
    completed_order(skus={goods_of(category(), "100.00", place): 1}, now=NOON)
    completed_order(skus={goods_of(category(), "100.00"): 1}, now=NOON)
    waiting = proposed_version(shop=place, position=1, fixed="1.00")
    instead = proposed_version(rule=standing.rule, bps=200)
    ends = proposed_version(rule=rule_in_force(position=1, shop=place, bps=100).rule, is_end=True)

    found = {version: simulate_rules(month=MARCH, rules=rules_with(version, NOON)).total for version in
             (waiting, instead, ends)}  # fmt: skip

    assert [found[version].taken for version in found] == [Money(2_000)] * 3
    assert [found[version].simulated for version in found] == [Money(1_100), Money(300), Money(2_000)]


def test_staff_ask_on_a_page_and_a_wrong_rate_is_said_beside_its_field(client):
    completed_order(now=NOON)
    client.force_login(staff())
    page = reverse("admin:settlement_simulation")

    empty = client.get(page)
    wrong = client.get(page, {"month": "2026-03-01", "rate": "51"})
    found = client.get(page, {"month": "2026-03-31", "rate": "2.5", "shop": ""})
    version = proposed_version(bps=100)
    by_rule = client.get(page, {"month": "2026-03-31", "version": version.pk})
    both = client.get(page, {"month": "2026-03-31", "version": version.pk, "rate": "1"})

    assert (empty.context_data["found"], list(empty.context_data["form"].errors)) == (None, [])
    assert (wrong.context_data["found"], list(wrong.context_data["form"].errors)) == (None, ["rate"])
    assert found.context_data["found"].total.orders == 1
    assert by_rule.context_data["found"].total.orders == 1
    assert list(both.context_data["form"].errors) == ["rate"]
