"""Counters of products: sales and stars."""

from collections.abc import Mapping

from django.db import connection, transaction

from catalog.search.ranking import weigh_product, weigh_products


@transaction.atomic
def count_sales(quantities: Mapping[str, int]) -> None:
    """So many pieces of these products (by public id) were sold; who calls makes sure to call once per sale."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH sold AS (SELECT p.id, c.quantity FROM unnest(%s::text[], %s::int[]) AS c(public_id, quantity)"
            " JOIN catalog_product p ON p.public_id = c.public_id),"
            " locked AS (SELECT product_id FROM catalog_productstats WHERE product_id IN (SELECT id FROM sold)"
            " ORDER BY product_id FOR UPDATE)"
            " UPDATE catalog_productstats s SET sold_count = s.sold_count + sold.quantity"
            " FROM sold JOIN locked ON locked.product_id = sold.id WHERE s.product_id = sold.id",
            [list(quantities), list(quantities.values())],
        )
    weigh_products(quantities)


def count_review(*, product_id: int, stars: int) -> None:
    """One more review with so many stars."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_productstats SET review_count = review_count + 1, review_stars = review_stars + %s"
            " WHERE product_id = %s",
            [stars, product_id],
        )
    weigh_product(product_id)
