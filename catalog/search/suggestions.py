"""What to offer while somebody types: words that many look for, categories and brands, goods."""

import json

from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.search import hot
from catalog.search.engine import engine
from catalog.search.rules import compared
from catalog.search.words import normalized, pinyin
from mall.texts import Text

MOST = 8
MOST_WORDS, MOST_PLACES = 3, 2
_PLACES, _PLACES_SECONDS = "suggested-places", 300


def suggestions(text: str) -> list[dict]:
    """
    At most eight: ``{"text", "url", "note"}``; without an address it is words to look for.

    Hot words and names of categories and brands that begin so, then goods that have the words, most sold first.
    """
    said = compared(text)
    if not said:
        return [{"text": words, "url": "", "note": ""} for words in hot.hot_words()[:MOST]]
    rows = [{"text": words, "url": "", "note": ""} for words in hot.beginning_with(text, MOST_WORDS)]
    rows += _places(said)
    return rows + _goods(text, MOST - len(rows))


def _goods(text: str, limit: int) -> list[dict]:
    ids = engine().titles(text, limit)
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.public_id, p.title ->> 'zh-hans', p.title ->> 'en' FROM unnest(%s::bigint[]) WITH ORDINALITY"
            " AS asked(id, place) JOIN catalog_product p ON p.id = asked.id ORDER BY place",
            [ids],
        )
        rows = cursor.fetchall()
    return [
        {
            "text": str(Text({"zh-hans": chinese or "", "en": english or ""})),
            "url": reverse("storefront:catalog:product", args=[public_id]),
            "note": "",
        }
        for public_id, chinese, english in rows
    ]


def _places(said: str) -> list[dict]:
    """Categories and brands one of whose names begins so, as it is written or as it sounds."""
    search = reverse("storefront:catalog:search")
    found = []
    for kind, slug, name in _names():
        words = [normalized(text) for text in name.values() if text]
        if any(text.startswith(said) or pinyin(text).startswith(said) for text in words):
            if kind == "category":
                url, note = reverse("storefront:catalog:category", args=[slug]), _("Category")
            else:
                url, note = f"{search}?brand={slug}", _("Brand")
            found.append({"text": str(Text(name)), "url": url, "note": note})
    return found[:MOST_PLACES]


def _names() -> list[tuple]:
    """All categories and brands, kept for five minutes."""
    names = cache.get(_PLACES)
    if names is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 'category', slug, name::text FROM catalog_category"
                " UNION ALL SELECT 'brand', slug, name::text FROM catalog_brand ORDER BY 1 DESC, 2 LIMIT 2000"
            )
            names = [(kind, slug, json.loads(name)) for kind, slug, name in cursor.fetchall()]
        cache.set(_PLACES, names, _PLACES_SECONDS)
    return names
