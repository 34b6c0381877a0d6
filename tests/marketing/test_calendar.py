"""K1: a shop plans its promotions on a calendar that says which of them get in each other's way."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from mall.clock import start_of
from marketing.calendar import bars, conflicts, month_of, planned
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.marketing import draft, promotion
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


def days(first: int, last: int) -> dict:
    """From the first moment of one day of March until the last moment of another."""
    return {
        "starts_at": start_of(MARCH + timedelta(days=first - 1)),
        "ends_at": start_of(MARCH + timedelta(days=last)),
    }


def found(here) -> list[tuple]:
    return [
        (str(row.one.kind), str(row.other.kind), row.since.day, row.until.day, row.skus, row.is_said)
        for row in conflicts(here, planned(here, MARCH))
    ]


def test_each_promotion_lies_on_its_days_cut_at_the_ends_of_the_month():
    here = shop()
    draft("percentage", shop=here, **days(-4, 3))
    draft("percentage", shop=here, **days(10, 10))
    draft("percentage", shop=here, **days(30, 40))
    draft("percentage", shop=here, **days(40, 44))

    assert [(bar.before, bar.days, bar.after) for bar in bars(planned(here, MARCH), MARCH)] == [
        (0, 3, 28), (9, 1, 21), (29, 2, 0),
    ]  # fmt: skip
    assert month_of(date(2027, 12, 31)) == (date(2027, 12, 1), date(2028, 1, 1))


def test_the_malls_running_ones_stand_beside_the_shops_and_nobody_elses_nor_stopped_ones():
    here = shop()
    mine, of_the_mall = draft(shop=here), promotion(shop=None, shop_bps=0)
    draft(shop=None, shop_bps=0)
    promotion(shop=shop())
    promotion("percentage", shop=here).__class__.objects.filter(kind="percentage").update(
        status="stopped", stopped_at=NOON
    )

    assert set(planned(here, MARCH)) == {mine, of_the_mall}


def test_two_offers_of_one_group_on_the_same_goods_and_days_are_in_each_others_way():
    here = shop()
    tea, cup = sku(shop=here), sku(shop=here)
    draft("percentage", shop=here, **days(3, 10))
    draft("nth_piece", shop=here, scope="products", scope_ids=[tea.product_id], **days(8, 20))
    draft("n_for_price", shop=here, scope="products", scope_ids=[cup.product_id], **days(11, 20))

    assert found(here) == [("percentage", "nth_piece", 8, 10, 1, False)]


def test_offers_of_different_groups_stand_together_until_one_says_otherwise():
    here = shop()
    sku(shop=here), sku(shop=here)
    draft("percentage", shop=here, **days(3, 10))
    draft("coupon", shop=here, **days(3, 10))
    draft("coupon", shop=here, rule={"at": 9000, "off": 900}, **days(3, 10))
    assert found(here) == []

    draft("full_reduction", shop=here, excludes=["goods"], **days(9, 12))

    assert found(here) == [("percentage", "full_reduction", 9, 10, 2, True)]


def test_bundles_are_in_the_way_of_what_they_hold_only():
    here = shop()
    tea, cup, tray = sku(shop=here), sku(shop=here), sku(shop=here)
    draft("bundle", shop=here, rule={"pieces": [[tea.pk, 1], [cup.pk, 1]], "price": 5000}, **days(3, 10))
    draft("percentage", shop=here, scope="products", scope_ids=[tray.product_id], **days(3, 10))
    draft("nth_piece", shop=here, scope="products", scope_ids=[cup.product_id], **days(3, 10))

    assert found(here) == [("bundle", "nth_piece", 3, 10, 1, False)]


def test_a_promotion_of_the_mall_is_in_the_way_when_one_says_so_and_two_of_the_mall_never():
    here = shop()
    sku(shop=here)
    promotion(shop=None, shop_bps=0, **days(1, 31))
    promotion(shop=None, shop_bps=0, **days(1, 31))
    draft("percentage", shop=here, excludes=["mall"], **days(3, 4))

    assert found(here) == [("full_reduction", "percentage", 3, 4, 1, True)] * 2


def test_the_page_shows_the_month_asked_for_and_takes_no_query_for_each_promotion(
    client, django_assert_max_num_queries
):
    owner = shopper()
    here = shop(owner=owner)
    sku(shop=here)
    for first in (3, 4, 5):
        draft("percentage", shop=here, **days(first, 10))
    client.force_login(owner)
    url = reverse("backoffice:marketing:calendar", args=[here.slug])
    client.get(url)

    with django_assert_max_num_queries(14):
        page = client.get(url, {"month": "2026-03"})

    assert len(page.context["bars"]) == len(page.context["conflicts"]) == 3
    assert client.get(url, {"month": "2026-04"}).context["bars"] == []
    for nonsense in ("2026-13", "March", "9999-01", "２０２６-03"):
        assert client.get(url, {"month": nonsense}).status_code == 200
