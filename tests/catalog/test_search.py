"""C5: goods are found by Chinese words of any length, by sound, in English; only what can be bought is shown."""

import pytest
from django.http import QueryDict

from catalog.listing import asked, listing
from catalog.models import Product
from catalog.search.suggestions import suggestions
from merchants.models import Shop
from tests.factories.catalog import brand, category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def found(words, **query):
    typed = QueryDict("&".join(f"{name}={value}" for name, value in query.items()))
    return [str(card.title["en"]) for card in listing(asked(typed, path="/search/", words=words)).cards]


@pytest.fixture
def goods():
    tea, clothes = category(name="茶具", english="Teaware"), category(name="女装", english="Women's clothing")
    jingdezhen = brand(name="景德镇", english="Jingdezhen")
    product(title="青瓷盖碗三才杯", english="Celadon gaiwan", category=tea, brand=jingdezhen)
    product(title="夏季新款连衣裙女士显瘦", english="Summer dress", category=clothes)
    product(title="补水保湿面膜十片装", english="Moisturizing mask", category=clothes)
    product(title="空气净化器家用", english="Air purifier", category=tea)


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("盖碗", ["Celadon gaiwan"]),
        ("青瓷", ["Celadon gaiwan"]),
        ("面膜", ["Moisturizing mask"]),
        ("净化", ["Air purifier"]),  # part of a word
        ("才杯", ["Celadon gaiwan"]),  # across words, as no dictionary cuts it
        ("连衣裙", ["Summer dress"]),
        ("夏季连衣裙", ["Summer dress"]),
        ("女士 连衣裙 显瘦", ["Summer dress"]),
        ("裙", ["Summer dress"]),
        ("袋", []),
        ("茶具 净化", ["Air purifier"]),  # the category counts
        ("景德镇", ["Celadon gaiwan"]),  # the brand counts
        ("qcgw", ["Celadon gaiwan"]),
        ("gaiwan", ["Celadon gaiwan"]),
        ("lianyiqun", ["Summer dress"]),
        ("lyq", ["Summer dress"]),
        ("celadon", ["Celadon gaiwan"]),
        ("CELA", ["Celadon gaiwan"]),
        ("ＤＲＥＳＳ", ["Summer dress"]),
        ("dress summer", ["Summer dress"]),
        ("jingdezhen gaiwan", ["Celadon gaiwan"]),
        ("洗衣机", []),
        ("'; DROP TABLE", []),
        ("!!! ( & | :*", []),
        ("\\' \\", []),
    ],
)
def test_words_find(goods, words, titles):
    assert found(words) == titles


def test_words_that_stand_nowhere_together_are_looked_for_one_by_one(goods):
    page = listing(asked(QueryDict(), path="/search/", words="青瓷 连衣裙"))

    assert not page.found_all_words
    assert {str(card.title["en"]) for card in page.cards} == {"Celadon gaiwan", "Summer dress"}


def test_a_whole_word_stands_before_a_part_of_one():
    product(title="净化水壶", english="exact")
    product(title="自净化石", english="gram")

    assert found("净化水壶")[0] == "exact"


@pytest.mark.parametrize("status", [status for status in Product.Status if status != Product.Status.ON_SALE])
def test_what_is_not_on_sale_is_not_found(status):
    product(title="青瓷盖碗", status=status)

    assert found("青瓷") == []
    assert suggestions("青瓷") == []


def test_frozen_shops_are_not_found():
    product(title="青瓷盖碗", shop=shop(status=Shop.Status.FROZEN, frozen_at="2026-03-01T00:00Z"))

    assert found("青瓷") == []


def test_suggestions_are_titles_that_begin_so(goods, django_assert_num_queries):
    suggestions("warm")  # hot words and names of categories are kept
    with django_assert_num_queries(3):
        offered = suggestions("qing")

    assert [row["text"] for row in offered] == ["青瓷盖碗三才杯"]


def test_a_renamed_product_is_found_by_its_new_name(goods):
    from catalog.search.building import build_index

    Product.objects.filter(title__en="Air purifier").update(title={"zh-hans": "加湿器", "en": "Humidifier"})

    build_index()

    assert (found("加湿器"), found("净化器")) == (["Humidifier"], [])


# Lists


def facet(page, key):
    return {choice.value: (choice.count, choice.selected) for f in page.facets if f.key == key for choice in f.choices}


def list_of(query="", **fixed):
    return listing(asked(QueryDict(query), path="/c/tea/", **fixed))


def test_facets_count_as_if_they_alone_were_not_chosen():
    one, two = brand(slug="one"), brand(slug="two")
    for maker, price in [(one, "10.00"), (one, "60.00"), (two, "60.00")]:
        sku(price=price, product=product(brand=maker))

    page = list_of("brand=one&price_min=50&price_max=99.99")

    assert page.total == 1
    assert facet(page, "brand") == {"one": (1, True), "two": (1, False)}
    assert facet(page, "price") == {"-50": (1, False), "50-100": (1, True)}
    assert [choice.url for choice in page.chosen] == ["/c/tea/?price_min=50&price_max=99.99", "/c/tea/?brand=one"]
    assert page.clear_url == "/c/tea/"


def test_filters_narrow_and_sorting_orders():
    cheap, dear, sold_out = sku(price="5.00"), sku(price="500.00"), sku(price="50.00", stock=0)
    everything = {row.product.public_id for row in (cheap, dear, sold_out)}

    def shown(query):
        return [card.public_id for card in list_of(query).cards]

    assert set(shown("")) == everything
    assert shown("sort=price_up") == [cheap.product.public_id, sold_out.product.public_id, dear.product.public_id]
    assert shown("sort=price_down&in_stock=1") == [dear.product.public_id, cheap.product.public_id]
    assert shown("price_max=49.99") == [cheap.product.public_id]
    assert shown("rating=4") == []
    assert set(shown("sort=nonsense&price_min=abc&page=%00&brand=%00")) == everything
    assert [card.sold_out for card in list_of("sort=price_up").cards] == [False, True, False]


def test_a_page_that_does_not_exist_is_the_last_one():
    shelf = shop()
    tea = category()
    for _number in range(25):
        product(shop=shelf, category=tea)

    page = list_of("page=99")

    assert (page.page.number, len(page.cards), page.total, page.previous_url, page.next_url) == (
        2,
        1,
        25,
        "/c/tea/",
        "",
    )


@pytest.mark.parametrize("many", [1, 3])
def test_a_list_takes_four_queries_however_many(many, django_assert_num_queries):
    for _number in range(many):
        sku()

    with django_assert_num_queries(4):
        page = list_of("in_stock=1")

    assert len(page.cards) == many
