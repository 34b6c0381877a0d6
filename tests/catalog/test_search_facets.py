"""C5: every facet counts as if it alone were not chosen – held against counting by hand, few and very many products."""

import random
from dataclasses import replace
from itertools import combinations

import pytest
from django.db import connection
from django.http import QueryDict

from catalog.listing import asked, listing
from catalog.models import FacetName, FacetValue, Product, ProductStats
from catalog.products import take_off_sale
from catalog.search.engine import Filters, Question, engine
from catalog.search.index import index_products
from catalog.search.words import PRICE_STEPS, SHARES
from catalog.stock import correct, reserve
from merchants.models import Shop
from tests.conftest import NOON
from tests.factories.catalog import brand, category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

KINDS = ("categories", "brands", "shops", "regions", "price", "in_stock", "well_rated", "features")


@pytest.fixture
def shelf():
    """Sixty products whose every feature is drawn by lot; what counting by hand must know of each."""
    dice = random.Random(5)
    categories = [category(slug=f"c{n}", name=f"类{n}") for n in range(3)]
    brands = [brand(slug=f"b{n}", name=f"牌{n}") for n in range(3)] + [None]
    shops = [shop(slug=f"s{n}", province=province) for n, province in enumerate(["浙江省", "浙江省", "云南省", ""])]
    facts = []
    for _number in range(60):
        told = {
            "categories": dice.choice(categories),
            "brands": dice.choice(brands),
            "shops": dice.choice(shops),
            "price": dice.choice([30, 60, 200, 2000]),
            "in_stock": dice.random() < 0.7,
            "stars": dice.choice([0, 3, 4, 5]),
            "features": (dice.choice(["瓷", "竹"]), dice.choice(["红", "蓝", "白"])),
        }
        row = product(
            shop=told["shops"],
            category=told["categories"],
            brand=told["brands"],
            title=f"盖碗{_number}",
            attributes=[
                {"name": {"zh-hans": name, "en": name}, "value": {"zh-hans": value, "en": value}}
                for name, value in zip(("材质", "颜色"), told["features"], strict=True)
            ],
        )
        if told["stars"]:
            ProductStats.objects.filter(product=row).update(
                review_count=2, review_stars=2 * told["stars"], score=100 * told["stars"]
            )
        sku(product=row, price=f"{told['price']}.00", stock=5 if told["in_stock"] else 0)
        facts.append(told)
    return facts


def fits(told: dict, kind: str, filters: Filters, features: dict) -> bool:
    """Whether a product fits one kind of filter, the plain way."""
    if kind == "price":
        low, high = filters.price_min or 0, filters.price_max
        return low <= told["price"] * 100 and (high is None or told["price"] * 100 <= high)
    if kind == "in_stock":
        return told["in_stock"] or not filters.in_stock
    if kind == "well_rated":
        return told["stars"] >= 4 or not filters.well_rated
    if kind == "regions":
        return told["shops"].province in filters.regions or not filters.regions
    if kind == "features":
        return all(any(features[value] in told["features"] for value in values) for values in filters.features.values())
    chosen = getattr(filters, kind)
    return not chosen or (told[kind] is not None and told[kind].slug in chosen)


def by_hand(facts: list[dict], filters: Filters, without: str = "") -> list[dict]:
    features = dict(FacetValue.objects.values_list("pk", "key"))
    return [told for told in facts if all(fits(told, kind, filters, features) for kind in KINDS if kind != without)]


def tally(rows, of) -> dict:
    counts: dict = {}
    for told in rows:
        if value := of(told):
            counts[value] = counts.get(value, 0) + 1
    return counts


def filters_of_all_kinds() -> list[Filters]:
    names = {name.key: name.pk for name in FacetName.objects.all()}
    values = {value.key: value.pk for value in FacetValue.objects.all()}
    single = [
        {"categories": ("c0",)},
        {"categories": ("c0", "c2")},
        {"brands": ("b1",)},
        {"shops": ("s0", "s3")},
        {"regions": ("浙江省",)},
        {"price_min": 5000, "price_max": 25_000},
        {"in_stock": True},
        {"well_rated": True},
        {"features": {names["材质"]: (values["瓷"],)}},
        {"features": {names["材质"]: (values["竹"],), names["颜色"]: (values["红"], values["蓝"])}},
    ]
    pairs = [one | other for one, other in combinations(single, 2)]
    return [Filters(**chosen) for chosen in [{}, *single, *pairs]]


@pytest.mark.parametrize("words", ["", "盖碗"])
def test_all_counts_are_those_of_counting_by_hand(shelf, words):
    features = dict(FacetValue.objects.values_list("pk", "key"))

    for filters in filters_of_all_kinds():
        order = "relevance" if words else "popular"
        found = engine().find(Question(words=words, filters=filters, order=order, limit=100))

        told = {
            kind: {count.value: count.count for count in found.counts[kind]}
            for kind in ("category", "brand", "shop", "region")
        }
        assert found.total == len(found.ids) == len(by_hand(shelf, filters)), filters
        assert (found.matching, found.share) == (60, 1)
        assert told == {
            "category": tally(by_hand(shelf, filters, "categories"), lambda row: row["categories"].slug),
            "brand": tally(by_hand(shelf, filters, "brands"), lambda row: row["brands"] and row["brands"].slug),
            "shop": tally(by_hand(shelf, filters, "shops"), lambda row: row["shops"].slug),
            "region": tally(by_hand(shelf, filters, "regions"), lambda row: row["shops"].province),
        }, filters
        assert sum(count.count for count in found.counts["price"]) == len(by_hand(shelf, filters, "price")), filters
        assert found.counts["in_stock"][0].count == sum(
            row["in_stock"] for row in by_hand(shelf, filters, "in_stock")
        ), filters
        assert found.counts["rating"][0].count == sum(
            row["stars"] >= 4 for row in by_hand(shelf, filters, "well_rated")
        ), filters
        for count in found.counts["feature"]:
            others = {name: values for name, values in filters.features.items() if name != count.group}
            rows = by_hand(shelf, replace(filters, features=others))
            value = features[int(count.value)]
            assert count.count == sum(value in (*row["features"], "physical") for row in rows), (filters, value)


def test_a_list_with_every_kind_of_filter_takes_three_queries(shelf, django_assert_max_num_queries):
    name, value = FacetValue.objects.filter(key="瓷").values_list("of", "pk")[0]
    query = f"category=c0&brand=b1&shop=s0&from=浙江省&is={name}-{value}&price_min=10&in_stock=1&rating=4&sort=price_up"
    wanted = asked(QueryDict(query), path="/c/x/")

    with django_assert_max_num_queries(3):
        page = listing(wanted)

    assert {choice.value for choice in page.chosen} == {
        "c0", "b1", "s0", "浙江省", f"{name}-{value}", "price", "in_stock", "rating",
    }  # fmt: skip
    assert page.clear_url == "/c/x/?sort=price_up"


def test_links_of_choices_switch_them_on_and_off(shelf):
    page = listing(asked(QueryDict("from=云南省"), path="/c/x/"))
    regions = next(facet for facet in page.facets if facet.key == "from")

    assert [(choice.label, choice.selected) for choice in regions.choices] == [("云南省", True), ("浙江省", False)]
    assert regions.choices[0].url == "/c/x/"
    assert QueryDict(regions.choices[1].url.partition("?")[2]).getlist("from") == ["云南省", "浙江省"]


def test_a_facet_folds_what_is_beyond_the_first_choices():
    tea = category()
    for number in range(11):
        sku(product=product(category=tea, brand=brand(slug=f"b{number:02}")))

    brands = next(facet for facet in listing(asked(QueryDict(), path="/c/x/")).facets if facet.key == "brand")

    assert (len(brands.choices), len(brands.more)) == (6, 5)


# What is written with the product follows what happens to it


def listed(words="盖碗") -> list[tuple[str, bool]]:
    page = listing(asked(QueryDict("sort=price_up"), path="/search/", words=words))
    in_stock = next(
        (choice.count for facet in page.facets for choice in facet.choices if choice.value == "in_stock"), 0
    )
    return [len(page.cards), in_stock]


def test_sold_out_products_stand_last_and_the_filter_knows_at_once():
    first, second = sku(stock=1, product=product(title="盖碗一")), sku(stock=5, product=product(title="盖碗二"))
    ProductStats.objects.filter(product=first.product).update(sold_count=100)
    index_products([first.product_id])

    def order():
        return [card.public_id for card in listing(asked(QueryDict(), path="/search/", words="盖碗")).cards]

    before = order()
    reserve(document="ord_1", quantities={first.pk: 1}, now=NOON)
    after = order()

    assert before == [first.product.public_id, second.product.public_id]
    assert after == before[::-1]
    assert listed() == [2, 1]
    correct(sku=first, on_hand=3, now=NOON)
    assert (order(), listed()) == (before, [2, 2])


def test_what_goes_off_sale_leaves_all_lists_in_the_same_transaction():
    row = sku(product=product(title="盖碗")).product

    take_off_sale(product=row, by=None, now=NOON)

    assert listed() == [0, 0]


@pytest.mark.parametrize("status", [Shop.Status.FROZEN, Shop.Status.HOLIDAY, Shop.Status.CLOSED])
def test_a_shop_that_does_not_sell_leaves_all_lists_at_once(status):
    row = sku(product=product(title="盖碗"))

    Shop.objects.filter(pk=row.shop_id).update(status=status, frozen_at=NOON)

    assert listed() == [0, 0]


# Very many


@pytest.fixture
def very_many():
    """Forty thousand rows of search that all have one word, half of them another one; one in a hundred a third."""
    row = product()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_productsearch (product_id, words, is_listed, in_stock, shop_id, category_id, brand_id,"
            " price, sold, stars, weight, on_sale_at, facets) SELECT 1000000 + n, array_to_tsvector("
            " ARRAY['袜子', '#', '@c' || 7 + n %% 4] || CASE WHEN n %% 2 = 0 THEN ARRAY['黑色'] ELSE ARRAY['白色'] END"
            " || CASE WHEN n %% 100 = 0 THEN ARRAY['羊毛'] ELSE '{}'::text[] END"
            " || ('$' || width_bucket(1000 + n %% 7 * 4000, %s))"
            " || ARRAY(SELECT '#' || share FROM unnest(%s) AS share WHERE s %% share = 0)),"
            " true, n %% 10 > 0, %s, %s, NULL, 1000 + n %% 7 * 4000, n %% 1000, n %% 51, n %% 977, %s, '{}'"
            " FROM (SELECT n, (n * 2654435761 %% 4294967296) >> 8 AS s"
            " FROM generate_series(1::bigint, 40000) AS n) numbers",
            [list(PRICE_STEPS), list(SHARES), row.shop_id, row.category_id, NOON],
        )
        cursor.execute("ANALYZE catalog_productsearch")
    return row


@pytest.mark.parametrize(("words", "many"), [("袜子", 40_000), ("黑色袜子", 20_000)])
def test_of_very_many_a_fair_share_is_counted_and_said_so(very_many, words, many, django_assert_num_queries):
    question = Question(words=words, order="relevance")
    engine().find(question)

    with django_assert_num_queries(3):  # about how many, the share of them, the page
        found = engine().find(question)

    assert found.share in {8, 16, 32}
    assert found.matching == pytest.approx(many, rel=0.1)
    assert found.counts["in_stock"][0].count == pytest.approx(many * 0.9 if words == "袜子" else many * 0.8, rel=0.1)
    assert len(found.ids) == len(set(found.ids)) == 24
    assert found.reachable <= 1_200


def test_what_few_of_very_many_have_is_counted_exactly(very_many):
    narrow = Filters(price_min=1000, price_max=1000, in_stock=True, well_rated=True)
    plain = engine().find(Question(words="羊毛"))
    narrowed = engine().find(Question(words="袜子", filters=narrow))

    assert (plain.total, plain.share) == (400, 1)
    exact = sum(1 for n in range(1, 40_001) if n % 7 == 0 and n % 10 > 0 and n % 51 >= 40)
    assert (narrowed.total, narrowed.is_about, narrowed.share, len(narrowed.ids)) == (exact, False, 16, 24)


@pytest.mark.parametrize("order", ["relevance", "popular", "newest", "price_up", "price_down", "rating"])
def test_pages_of_very_many_are_in_order_and_never_overlap(very_many, order):
    pages = [engine().find(Question(words="袜子", order=order, first=first)).ids for first in (0, 24, 456)]

    assert len({pk for page in pages for pk in page}) == 72
    if order == "popular":
        assert all(pk % 1000 == 999 for pk in pages[0])
    assert engine().find(Question(words="袜子", order=order, first=100_000)).ids == []


def test_a_total_beyond_what_is_counted_says_that_it_is_about_right(very_many):
    page = listing(asked(QueryDict("price_max=10&in_stock=1"), path="/search/", words="袜子"))

    exact = sum(1 for n in range(1, 40_001) if n % 7 == 0 and n % 10 > 0)
    assert page.total == pytest.approx(exact, rel=0.1)
    assert page.total_text[0] == "≈"


def test_totals_beyond_ten_thousand_are_not_pretended_to_be_exact(very_many):
    page = listing(asked(QueryDict(), path="/search/", words="袜子"))

    assert (page.total_text, page.share) == ("10,000+", 16)
    assert {str(choice.count)[0] for facet in page.facets for choice in facet.choices} == {"≈"}
    assert Product.objects.count() == 1
