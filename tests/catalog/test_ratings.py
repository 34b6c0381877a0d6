"""C6: what reviews come to – sums, a score that one voice moves little and time outweighs, pages to leaf through."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from catalog.listing import Asked, listing
from catalog.models import Review
from catalog.models.product import UNRATED
from catalog.reviews import ratings
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku

pytestmark = pytest.mark.django_db


def said(goods, *stars: int, days_ago: int = 0, **fields) -> list[Review]:
    rows = [
        Review(
            shop=goods.shop,
            product=goods,
            shopper=fields.pop("by", None) or shopper(),
            order_line_id=Review.objects.count() + place + 1,
            stars=given,
            written_at=NOON - timedelta(days=days_ago, minutes=place),
            **fields,
        )
        for place, given in enumerate(stars)
    ]
    Review.objects.bulk_create(rows)
    for row in rows:
        ratings.count(row, now=NOON)
    return rows


def score(goods) -> int:
    goods.stats.refresh_from_db()
    return goods.stats.score


def test_one_voice_moves_the_score_but_little_and_many_move_it_far():
    nobody, one, many = product(), product(), product()
    said(one, 5)
    said(many, *[5] * 40)

    assert score(nobody) == UNRATED
    assert UNRATED < score(one) < 435
    assert 480 < score(many) <= 500


def test_what_was_said_of_late_weighs_more():
    worse, better = product(), product()
    said(worse, *[5] * 10, days_ago=720)
    said(worse, *[1] * 10)
    said(better, *[1] * 10, days_ago=720)
    said(better, *[5] * 10)

    assert score(worse) < 300 < 400 < score(better)


def test_the_night_writes_scores_anew_and_only_where_they_changed():
    goods = product()
    said(goods, 1, 1, 1)
    before = score(goods)

    assert ratings.score_all(now=NOON) == 0
    assert ratings.score_all(now=NOON + timedelta(days=360)) == 1
    assert before < score(goods) < UNRATED


def test_lists_are_ordered_by_the_score():
    low, high = sku().product, sku().product
    said(low, 5)
    said(high, *[5] * 20)

    cards = listing(Asked(path="/search/", sort="rating")).cards

    assert [card.public_id for card in cards] == [high.public_id, low.public_id]


def test_the_page_leafs_through_everything_once_in_every_order(client):
    goods = sku().product
    rows = said(goods, *[1, 2, 3, 4, 5] * 5)
    Review.objects.filter(pk__in=[row.pk for row in rows[::3]]).update(helpful_count=2)
    for order in ("helpful", "newest", "lowest"):
        url, seen = f"{reverse('storefront:catalog:reviews', args=[goods.public_id])}?sort={order}", []
        while url:
            page = client.get(url).context["reviews"]
            seen += [row.pk for row in page.rows]
            url = page.next_url

        assert sorted(seen) == sorted(row.pk for row in rows), order


def test_the_page_is_narrowed_by_links(client):
    goods = sku().product
    said(goods, 5, 5, 3)
    said(goods, 4, pictures=["reviews/x-100x100.webp"])
    said(goods, 2, follow_up="…", followed_up_at=NOON)
    url = reverse("storefront:catalog:reviews", args=[goods.public_id])

    def shown(query: str) -> list[int]:
        cache.clear()
        return [row.stars for row in client.get(f"{url}?{query}").context["reviews"].rows]

    found = {
        query: shown(query)
        for query in ("stars=5", "pictures=1", "follow_up=1", "stars=9", "after=x", "sort=nonsense&after=1-1")
    }
    cache.clear()
    page = client.get(url).context

    assert found["stars=5"] == [5, 5]
    assert (found["pictures=1"], found["follow_up=1"]) == ([4], [2])
    assert len(found["stars=9"]) == len(found["after=x"]) == 5
    assert [choice.value for choice in page["reviews"].filters] == ["", "pictures", "follow_up", "5", "4", "3", "2"]
    assert page["rating"]["by_stars"][0] == (5, 2, 40)


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_costs_the_same_however_many_and_nothing_when_warm(client, django_assert_num_queries, many):
    goods = sku().product
    said(goods, *[5] * many)
    url = reverse("storefront:catalog:reviews", args=[goods.public_id])
    client.get("/healthz/")
    cache.clear()
    client.get("/search/suggest/?q=")
    with django_assert_num_queries(6):  # tunables, menu, product, picture, summary, rows
        client.get(url)
    with django_assert_num_queries(0):
        client.get(url)
