"""C3: a product is copied as a new draft: words, pictures, options and prices, without codes and stock."""

import pytest

from catalog import gallery
from catalog.copying import copy_product
from catalog.models import Stock
from catalog.products import save_product
from catalog.skus import SkuDraft
from mall.money import Money
from tests.catalog.test_pictures import drawn, upload
from tests.catalog.test_products import on_sale
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_a_copy_is_a_draft_with_everything_but_codes_and_stock():
    row = on_sale(attributes=[{"name": {"zh-hans": "材质"}, "value": {"zh-hans": "瓷"}}])
    drafts = [
        SkuDraft(choice=("v1",), price=Money(900), list_price=Money(1200), code="A", barcode="69", weight_grams=80),
        SkuDraft(choice=("v2",), price=Money(950), is_active=False),
    ]
    row = save_product(shop=row.shop, product=row, fields={"handle": "cup"}, skus=drafts, by=shopper(), now=NOON)
    picture = gallery.add_picture(product=row, image=upload(drawn()), value_id="v1", by=None, now=NOON)

    made = copy_product(product=row, by=shopper(), now=NOON)

    assert (made.status, made.handle, made.title) == (
        "draft", "", {"zh-hans": "青瓷盖碗（副本）", "en": "Celadon gaiwan (copy)"},
    )  # fmt: skip
    assert (made.options, made.attributes, made.category) == (row.options, row.attributes, row.category)
    facts = ("choice", "price", "list_price", "code", "barcode", "weight_grams", "is_active")
    assert list(made.skus.order_by("pk").values_list(*facts)) == [
        (["v1"], 900, 1200, "", "", 80, True), (["v2"], 950, None, "", "", 0, False),
    ]  # fmt: skip
    assert set(Stock.objects.filter(sku__product=made).values_list("on_hand", flat=True)) == {0}
    assert [(one.image.name, one.value_id) for one in made.pictures.all()] == [(picture.image.name, "v1")]


def test_a_copy_has_what_waits_for_a_reviewer():
    row = on_sale(category=category(needs_review=True))
    drafts = [SkuDraft(choice=(value,), price=Money(1000)) for value in ("v1", "v2")]
    long_title = {"title": {"zh-hans": "瓷" * 120}}
    save_product(shop=row.shop, product=row, fields=long_title, skus=drafts, by=shopper(), now=NOON)

    made = copy_product(product=row, by=shopper(), now=NOON)

    assert made.title["zh-hans"] == "瓷" * 116 + "（副本）"
