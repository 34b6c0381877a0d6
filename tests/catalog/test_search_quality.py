"""
C5: search finds what people mean. The demonstration's three hundred products are asked for in a hundred ways, half of
them Chinese; for each the place of the first right product counts (mean reciprocal rank).
"""

from pathlib import Path
from statistics import mean

import pytest
from django.http import QueryDict

from catalog.listing import asked, listing
from catalog.models import Brand, Category, Product, ProductStats
from catalog.search.building import build_index
from catalog.search.rules import save_rule
from catalog.search.spelling import learn_words
from mall.texts import Text
from settlement.demo import data
from settlement.demo.search import RULES
from tests.conftest import NOON
from tests.factories.merchants import shop

QUESTIONS = [
    line.split(" | ")
    for line in (Path(__file__).parent / "search_questions.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
LEAST = 0.8
LEAST_OF_EACH = 0.75


@pytest.fixture
def catalogue(db):
    """The demonstration's goods as plain rows; by public id the address of the English title."""
    shelf = shop(province="浙江省")
    categories = {}
    for drawer in data.categories():
        categories[drawer.slug] = Category.objects.add_root({"slug": drawer.slug, "name": Text(drawer.name)})
    brands = {brand.slug: Brand.objects.create(slug=brand.slug, name=Text(brand.name)) for brand in data.brands()}
    rows = [
        Product(
            shop=shelf,
            category=categories[listed.category],
            brand=brands[listed.brand],
            title=Text(listed.title),
            subtitle=Text(listed.subtitle),
            attributes=[{"name": dict(a.name), "value": dict(a.value)} for a in listed.attributes],
            options=[
                {
                    "id": option.id,
                    "name": dict(option.name),
                    "values": [{"id": value.id, "name": dict(value.name)} for value in option.values],
                }
                for option in listed.options
            ],
            status=Product.Status.ON_SALE,
            currency="CNY",
            price_from=listed.skus[0].price,
            price_to=listed.skus[0].price,
            created_at=NOON,
            changed_at=NOON,
            on_sale_at=NOON,
        )
        for listed in data.products()
    ]
    Product.objects.bulk_create(rows)
    ProductStats.objects.bulk_create(
        ProductStats(product=row, sold_count=listed.popularity)
        for row, listed in zip(rows, data.products(), strict=True)
    )
    build_index()
    learn_words()
    for kind, words, target in RULES:
        save_rule(kind=kind, words=words, target=target, by=None, now=NOON)
    return {row.public_id: listed.slug for row, listed in zip(rows, data.products(), strict=True)}


def place_of(words: str, meant: str, catalogue: dict[str, str]) -> int:
    """At which place the first product stands that was meant; 0 when none is on the first page."""
    shown = [catalogue[card.public_id] for card in listing(asked(QueryDict(), path="/search/", words=words)).cards]
    right = [place for place, slug in enumerate(shown, 1) if any(part in slug for part in meant.split())]
    return right[0] if right else 0


def is_chinese(words: str) -> bool:
    return any(character >= "㐀" for character in words)


def test_the_first_right_product_stands_near_the_top(catalogue, django_capture_on_commit_callbacks, proof):
    from django.core.cache import cache

    cache.clear()  # the rules were written inside the test's transaction
    places = {words: place_of(words, meant, catalogue) for words, meant in QUESTIONS}
    score = {words: 1 / place if place else 0 for words, place in places.items()}
    chinese = mean(points for words, points in score.items() if is_chinese(words))
    english = mean(points for words, points in score.items() if not is_chinese(words))
    proof("search_quality", questions=len(places), mrr=round(mean(score.values()), 3), chinese=round(chinese, 3))

    late = {words: place for words, place in places.items() if place != 1}
    assert len(places) >= 60
    assert abs(sum(map(is_chinese, places)) - len(places) / 2) <= 5
    assert mean(score.values()) >= LEAST, late
    assert min(chinese, english) >= LEAST_OF_EACH, late
    assert [words for words, place in places.items() if not place] == []
