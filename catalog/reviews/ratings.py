"""
What reviews come to: sums of a product and of a shop, and the product's score.

The score is what lists are ordered by. A product starts as if it had some usual reviews (Bayes), so that one review
moves it but little; a review weighs half as much after half a year, so that what is said of late counts. It is written
with each review and once a night for all, in hundredths of a star.
"""

from datetime import datetime

from django.db import connection, transaction

from catalog.models import Review
from catalog.models.product import UNRATED
from catalog.search.ranking import weigh_product
from catalog.tunables import RATING_HALF_LIFE_DAYS, RATING_PRIOR_WEIGHT

BATCH = 5_000  # products scored in one statement

_COUNT = """
    UPDATE catalog_productstats SET review_count = review_count + %(times)s,
        review_stars = review_stars + %(times)s * %(stars)s WHERE product_id = %(product)s
"""
_COUNT_FOR_SHOP = """
    INSERT INTO catalog_shopstats AS kept (shop_id, review_count, review_stars, service_count, service_stars,
        delivery_count, delivery_stars, follower_count)
    VALUES (%(shop)s, greatest(%(times)s, 0), greatest(%(times)s * %(stars)s, 0), greatest(%(served)s, 0),
        greatest(%(service)s, 0), greatest(%(carried)s, 0), greatest(%(delivery)s, 0), 0)
    ON CONFLICT (shop_id) DO UPDATE SET
        review_count = kept.review_count + %(times)s, review_stars = kept.review_stars + %(times)s * %(stars)s,
        service_count = kept.service_count + %(served)s, service_stars = kept.service_stars + %(service)s,
        delivery_count = kept.delivery_count + %(carried)s, delivery_stars = kept.delivery_stars + %(delivery)s
"""
_SCORE = """
    UPDATE catalog_productstats kept SET score = round(scored.score)
    FROM (
        SELECT asked.id, (%(prior)s * %(usual)s + 100 * coalesce(sum(weighed.weight * r.stars), 0))
            / (%(prior)s + coalesce(sum(weighed.weight), 0)) AS score
        FROM unnest(%(products)s::bigint[]) AS asked (id)
        LEFT JOIN catalog_review r ON r.product_id = asked.id AND r.hidden_at IS NULL AND r.excluded_at IS NULL
        LEFT JOIN LATERAL (SELECT power(0.5::float8,
            greatest(extract(epoch FROM %(now)s::timestamptz - r.written_at), 0)::float8 / (86400.0 * %(half_life)s)
        ) AS weight) AS weighed ON r.id IS NOT NULL
        GROUP BY asked.id
    ) AS scored
    WHERE kept.product_id = scored.id AND kept.score <> round(scored.score)
"""


@transaction.atomic
def count(review: Review, *, now: datetime, times: int = 1) -> None:
    """A review counts from now on, or no more (``times=-1``); who calls holds its row and makes sure to call once."""
    params = {
        "times": times,
        "stars": review.stars,
        "product": review.product_id,
        "shop": review.shop_id,
        "served": times if review.service_stars else 0,
        "service": times * (review.service_stars or 0),
        "carried": times if review.delivery_stars else 0,
        "delivery": times * (review.delivery_stars or 0),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, params)
        cursor.execute(_COUNT_FOR_SHOP, params)
    score([review.product_id], now=now)
    weigh_product(review.product_id)


def score(product_ids: list[int], *, now: datetime) -> int:
    """Write the score of these products; returns how many changed. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SCORE,
            {
                "products": product_ids,
                "now": now,
                "prior": RATING_PRIOR_WEIGHT.value,
                "usual": UNRATED,
                "half_life": RATING_HALF_LIFE_DAYS.value,
            },
        )
        return cursor.rowcount


def score_all(*, now: datetime) -> int:
    """Write the score of everything that has reviews, in batches that may be cut short; returns how many changed."""
    changed, last = 0, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT product_id FROM catalog_productstats WHERE product_id > %s"
                " AND (review_count > 0 OR score <> %s) ORDER BY product_id LIMIT %s",
                [last, UNRATED, BATCH],
            )
            ids = [pk for (pk,) in cursor.fetchall()]
        if not ids:
            return changed
        changed += score(ids, now=now)
        last = ids[-1]
