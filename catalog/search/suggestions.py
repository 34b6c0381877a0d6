"""What to offer while somebody types."""

from django.db import connection
from django.urls import reverse

from catalog.search.query import all_words
from mall.texts import Text
from merchants import states

MOST = 8


_SUGGESTED = f"""
    SELECT p.public_id, p.title ->> 'zh-hans', p.title ->> 'en' FROM catalog_productsearch w
        JOIN catalog_product p ON p.id = w.product_id
        JOIN merchants_shop s ON s.id = p.shop_id AND {states.sql("s", "list", "buy")}
        JOIN catalog_productstats t ON t.product_id = p.id
    WHERE w.words @@ %s::tsquery AND p.status = 'on_sale'
    ORDER BY t.sold_count DESC, p.id DESC LIMIT %s
"""  # noqa: S608 (words of merchants.states)


def suggestions(text: str) -> list[dict]:
    """Titles of goods on sale that have the typed words, most sold first: ``{"text", "url"}``. One query."""
    query = all_words(text)
    if not query:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _SUGGESTED,
            [query, MOST],
        )
        rows = cursor.fetchall()
    return [
        {
            "text": str(Text({"zh-hans": chinese or "", "en": english or ""})),
            "url": reverse("storefront:catalog:product", args=[public_id]),
        }
        for public_id, chinese, english in rows
    ]
