"""C2, C5: lists are narrowed by kind of goods, each kind counted as if kinds were not chosen, by links alone."""

from dataclasses import replace

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation

from catalog.listing import asked, listing
from catalog.products import save_product
from catalog.skus import SkuDraft
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category, sku
from tests.factories.kinds import abroad_sku, code_sku, service_sku

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def listed(where, query=""):
    return listing(replace(asked(QueryDict(query), path="/c/"), category_ids=(where.pk,)))


def kinds_of(found):
    facet = next((facet for facet in found.facets if facet.key == "kind"), None)
    return facet and {choice.label: (choice.count, choice.selected) for choice in facet.choices}


def test_kinds_are_alternatives_counted_beside_each_other_and_together_with_other_filters(client):
    shelf = category(slug="mixed")
    for make, price in ((sku, "20.00"), (sku, "30.00"), (sku, "900.00"), (code_sku, "30.00"), (abroad_sku, "30.00")):
        row = make(price=price)
        move(row.product, shelf)
    service = service_sku(price="900.00", category=shelf)

    everything = listed(shelf)
    assert kinds_of(everything) == {
        "Goods that are shipped": (3, False),
        "Codes": (1, False),
        "Service by appointment": (1, False),
        "From abroad, with duty": (1, False),
    }
    facet = next(facet for facet in everything.facets if facet.key == "kind")
    codes, abroad = facet.choices[1], facet.choices[3]

    narrowed = listed(shelf, codes.url.partition("?")[2])
    assert narrowed.total == 1
    assert kinds_of(narrowed)["Codes"] == (1, True) and kinds_of(narrowed)["Goods that are shipped"] == (3, False)
    both = listed(shelf, f"{codes.url.partition('?')[2]}&is={abroad.url.partition('is=')[2]}")
    assert both.total == 2
    cheap = listed(shelf, "price_max=100")
    assert kinds_of(cheap) == {
        "Goods that are shipped": (2, False), "Codes": (1, False), "From abroad, with duty": (1, False),
    }  # fmt: skip

    page = client.get(reverse("storefront:catalog:search"), {"q": "青瓷盖碗"}, headers={"accept-language": "en"})
    assert "Kind of goods" in page.text and service.product.kind == "service"


def move(row, shelf):
    drafts = [SkuDraft(price=one.price) for one in row.skus.all()]
    save_product(shop=row.shop, product=row, fields={"category": shelf}, skus=drafts, by=shopper(), now=NOON)


def test_a_list_of_one_kind_offers_no_choice():
    shelf = category(slug="alone")
    row = sku(price="20.00").product
    move(row, shelf)
    assert kinds_of(listed(shelf)) is None
    move(code_sku().product, shelf)
    assert set(kinds_of(listed(shelf))) == {"Goods that are shipped", "Codes"}
