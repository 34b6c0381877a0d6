"""Feeds: what is sold, in Google's words, for the mall and for each shop (C8)."""

import csv
import io
import xml.etree.ElementTree as ET

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from catalog.models import ProductPicture
from catalog.storefront import feeds
from catalog.storefront.feeds import is_gtin
from mall.money import Money
from mall.texts import Text
from merchants.models import Shop
from tests.factories.catalog import brand, category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
G = "{http://base.google.com/ns/1.0}"


def url(place=None, language="en", format="xml"):
    if place:
        return reverse("storefront:catalog:feed-of-shop", args=[place.slug, language, format])
    return reverse("storefront:catalog:feed", args=[language, format])


def items(address: str) -> list[dict]:
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/rss+xml; charset=utf-8")
    result = []
    for item in ET.fromstring(answer.content).iter("item"):
        told: dict = {}
        for part in item:
            name = part.tag.removeprefix(G)
            value = part.text if not len(part) else tuple(inner.text for inner in part)
            told[name] = [*told[name], value] if name in told else [value]
        result.append(told)
    return result


def test_an_item_says_what_a_sku_is(settings):
    place = shop(shipping_fee="8.00", free_shipping_over="99.00")
    tea = category(name="茶", english="Tea", slug="tea")
    options = [
        {
            "id": "o1",
            "name": {"zh-hans": "颜色", "en": "Colour"},
            "values": [
                {"id": "v1", "name": {"zh-hans": "青", "en": "Celadon"}},
                {"id": "v2", "name": {"zh-hans": "白", "en": "White"}},
            ],
        }
    ]
    row = product(
        shop=place,
        category=category(parent=tea, name="茶杯", english="Cups", slug="cups"),
        brand=brand(),
        english="Cup & <saucer>",
        options=options,
        description=Text({"en": "<p>Light \x0b in the hand.</p>"}),
    )
    celadon = sku(product=row, choice=["v1"], price="68.50", list_price=Money(8800), barcode="4006381333931")
    sku(product=row, choice=["v2"], price="120.00", stock=0, barcode="4006381333932", weight_grams=210)
    sku(product=row, choice=[], price="1.00", is_active=False)
    for position, (name, value) in enumerate((("a", ""), ("b", "v1"))):
        ProductPicture.objects.create(
            shop=place, product=row, image=f"products/aa/{name}-800x600.webp", position=position, value_id=value
        )

    first, second = items(url(place))

    base = settings.MALL_BASE_URL
    assert first == {
        "id": [celadon.public_id],
        "item_group_id": [row.public_id],
        "title": ["Cup & <saucer> – Celadon"],
        "description": ["Light in the hand."],
        "link": [f"{base}/p/{row.public_id}/?sku={celadon.public_id}"],
        "image_link": [f"{base}/media/products/aa/b-800x600.webp"],
        "additional_image_link": [f"{base}/media/products/aa/a-800x600.webp"],
        "availability": ["in_stock"],
        "price": ["88.00 CNY"],
        "sale_price": ["68.50 CNY"],
        "condition": ["new"],
        "brand": ["Jingdezhen"],
        "gtin": ["4006381333931"],
        "product_type": ["Tea > Cups"],
        "color": ["Celadon"],
        "shipping": [("CN", "8.00 CNY")],
    }
    assert (second["availability"], second["price"], second["shipping_weight"]) == (
        ["out_of_stock"], ["120.00 CNY"], ["210 g"],
    )  # fmt: skip
    assert "gtin" not in second and second["shipping"] == [("CN", "0.00 CNY")]


def test_only_what_is_sold_stands_there():
    good = sku()
    sku(product=product(status="in_review"))
    frozen = sku().product.shop
    Shop.objects.filter(pk=frozen.pk).update(status="frozen", frozen_at=good.product.created_at)

    assert [item["id"] for item in items(url())] == [[good.public_id]]
    assert [item["id"] for item in items(url(good.shop))] == [[good.public_id]]
    assert Client().get(url(frozen)).status_code == 404


def test_words_are_in_the_language_that_is_asked_for():
    sku(product=product(title="青瓷杯", english="Celadon cup"))

    assert items(url(language="zh-hans"))[0]["title"] == ["青瓷杯"]
    assert items(url(language="en"))[0]["title"] == ["Celadon cup"]
    assert Client().get(url(language="fr")).status_code == 404
    assert Client().get(url(format="json")).status_code == 404


def test_a_table_says_the_same(monkeypatch):
    row = sku(product=product(english="Tab\there"))

    answer = Client().get(url(format="tsv"))
    (line,) = csv.DictReader(io.StringIO(answer.content.decode()), delimiter="\t")

    assert answer["Content-Type"] == "text/tab-separated-values; charset=utf-8"
    assert (line["id"], line["title"], line["identifier_exists"]) == (row.public_id, "Tab here", "no")


def test_a_long_feed_takes_several_files_at_the_same_cost(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(feeds, "PER_FILE", 2)
    place = shop()
    rows = [sku(shop=place) for _number in range(5)]

    files = [items(f"{url()}?p={page}") for page in (1, 2, 3)]

    assert [item["id"][0] for file in files for item in file] == [row.public_id for row in rows]
    assert Client().get(url())["Link"].endswith('/feeds/en/google.xml?p=2>; rel="next"')
    assert Client().get(f"{url()}?p=4").status_code == 404
    assert Client().get(f"{url()}?p=0").status_code == 404
    cache.clear()
    with django_assert_max_num_queries(6):
        Client().get(url())


def test_a_feed_is_kept_for_a_while():
    sku()
    assert len(items(url())) == 1
    sku()

    assert len(items(url())) == 1
    assert Client().get(url())["Cache-Control"] == "public, max-age=1800"


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("4006381333931", True), ("4006381333932", False), ("96385074", True), ("036000291452", True), ("", False),
        ("10614141000415", True), ("2012345678900", False),
        ("400638133393", False), ("abc", False), ("00000000", False),
    ],
)  # fmt: skip
def test_numbers_of_gs1_are_known_by_their_check_digit(code, valid):
    assert is_gtin(code) is valid
