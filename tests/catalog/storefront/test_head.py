"""What the catalogue's pages say in their heads: one address, a card to share, structured data that nobody breaks."""

import json
import re
from html import unescape

import pytest
from django.urls import reverse

from catalog.models import Product
from mall.money import Money
from mall.structured import json_ld
from mall.texts import Text
from tests.clients import Client
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
HOSTILE = "</script><script>alert(1)</script> \"'&amp;\u2028"


def page(url: str) -> str:
    return Client().get(url, headers=ENGLISH).content.decode()


def data_of(text: str) -> dict[str, dict]:
    """The blocks of structured data, by type."""
    blocks = [json.loads(block) for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)]
    return {block["@type"]: block for block in blocks}


def metas_of(text: str) -> dict[str, str]:
    return {
        name: unescape(content)
        for name, content in re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)"', text)
    }


def canonical_of(text: str) -> list[str]:
    return re.findall(r'<link rel="canonical" href="([^"]*)">', text)


def test_home_says_whose_it_is_and_how_it_is_searched(settings):
    text = page("/")
    data = data_of(text)

    assert canonical_of(text) == [f"{settings.MALL_BASE_URL}/"]
    assert data["Organization"]["logo"].startswith(settings.MALL_BASE_URL)
    action = data["WebSite"]["potentialAction"]
    assert action["target"]["urlTemplate"] == f"{settings.MALL_BASE_URL}/search/?q={{search_term_string}}"
    assert metas_of(text)["og:image"].endswith("img/share.png")


def test_a_product_says_price_stock_stars_and_its_way(settings):
    row = sku(price="58.00", stock=3).product
    url = reverse("storefront:catalog:product", args=[row.public_id])

    text = page(url)
    data, metas = data_of(text), metas_of(text)

    offer = data["Product"]["offers"]
    assert (offer["@type"], offer["price"], offer["priceCurrency"]) == ("Offer", "58.00", "CNY")
    assert offer["availability"].endswith("InStock")
    assert offer["seller"]["url"].endswith(reverse("storefront:catalog:shop", args=[row.shop.slug]))
    assert "aggregateRating" not in data["Product"]
    assert [step["name"] for step in data["BreadcrumbList"]["itemListElement"]] == ["Home", "Teaware", "Celadon gaiwan"]
    assert canonical_of(text) == [f"{settings.MALL_BASE_URL}{url}"]
    assert (metas["product:price:amount"], metas["product:availability"]) == ("58.00", "in stock")
    assert metas["og:locale"] == "en_US"


def test_every_choice_of_a_product_has_the_same_one_address():
    row = sku()
    url = reverse("storefront:catalog:product", args=[row.product.public_id])

    assert canonical_of(page(f"{url}?sku={row.public_id}")) == canonical_of(page(url))


def test_prices_that_differ_are_a_range_and_what_is_sold_out_says_so():
    row = product()
    sku(product=row, price="10.00", stock=0, choice=["a"])
    sku(product=row, price="12.50", stock=0, choice=["b"])
    row.refresh_from_db()

    offer = data_of(page(reverse("storefront:catalog:product", args=[row.public_id])))["Product"]["offers"]

    assert row.price_to == Money(1250)
    assert (offer["@type"], offer["lowPrice"], offer["highPrice"]) == ("AggregateOffer", "10.00", "12.50")
    assert offer["availability"].endswith("OutOfStock")


def test_no_title_breaks_out_of_the_data_or_the_card():
    place = shop(name=HOSTILE)
    row = sku(product=product(shop=place, title=HOSTILE, english=HOSTILE, subtitle=Text({"en": HOSTILE}))).product

    for url in (
        reverse("storefront:catalog:product", args=[row.public_id]),
        reverse("storefront:catalog:shop", args=[place.slug]),
    ):
        text = page(url)
        assert "<script>alert" not in text
        kinds = data_of(text)
        assert (kinds.get("Product") or kinds["OnlineStore"])["name"] == HOSTILE
        assert metas_of(text)["og:title"] == HOSTILE


def test_data_is_escaped_and_says_nothing_empty():
    block = json_ld({"@type": "Thing", "name": "<!--<script>", "brand": None, "image": [], "offers": {"price": ""}})

    assert block.count("<") == 2  # the block's own tags
    found = json.loads(block.partition(">")[2].removesuffix("</script>"))
    assert found == {"@context": "https://schema.org", "@type": "Thing", "name": "<!--<script>"}


def test_filters_of_a_list_are_no_pages_of_their_own_but_its_further_pages_are(settings):
    place = category(slug="tea")
    for _ in range(2):
        sku(product=product(category=place))
    url = f"{settings.MALL_BASE_URL}/c/tea/"

    assert canonical_of(page("/c/tea/?sort=newest&in_stock=1")) == [url]
    assert canonical_of(page("/c/tea/?page=2")) == [f"{url}?page=2"]


def test_searches_and_what_is_gone_stay_out_of_indexes():
    gone = sku().product
    Product.objects.filter(pk=gone.pk).update(status="off_sale")
    url = reverse("storefront:catalog:product", args=[gone.public_id])

    for address in ("/search/?q=tea", url):
        text = page(address)
        assert (canonical_of(text), metas_of(text)["robots"]) == ([], "noindex, follow")


@pytest.mark.parametrize("address", ["/", "/search/", "/accounts/login/"])
def test_every_page_names_the_icons_and_the_manifest(address):
    text = page(address)

    assert 'rel="manifest"' in text
    assert 'rel="apple-touch-icon"' in text
