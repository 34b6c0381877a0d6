"""C2: a gift card costs what it is worth, between one yuan and a thousand, wherever a price is typed."""

import pytest

from catalog.bulk_edit import change_skus
from catalog.models import Product
from catalog.products import save_product
from catalog.skus import SkuDraft, WrongPrice
from mall.money import Money
from mall.texts import Text
from marketing.rules import RuleMakesNoSense
from tests.catalog.transfer.bringing import brought_in, counts, use_private_folder
from tests.catalog.transfer.files import csv_file, cup
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category
from tests.factories.kinds import card_sku
from tests.factories.marketing import draft
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("price, list_price", [(99, None), (100_001, None), (10_000, 12_000)])
def test_other_face_values_and_crossed_out_prices_are_refused(price, list_price):
    fields = {"category": category(), "title": Text({"zh-hans": "礼品卡"}), "kind": Product.Kind.GIFT_CARD}
    prices = {"price": Money(price), "list_price": Money(list_price) if list_price else None}

    with pytest.raises(WrongPrice):
        save_product(shop=shop(), fields=fields, skus=[SkuDraft(**prices)], by=shopper(), now=NOON)

    assert not Product.objects.exists()


def test_the_edges_are_sold_and_the_grid_moves_no_card_beyond_them():
    fields = {"category": category(), "title": Text({"zh-hans": "礼品卡"}), "kind": Product.Kind.GIFT_CARD}
    product = save_product(shop=shop(), fields=fields, skus=[SkuDraft(price=Money(100_000))], by=shopper(), now=NOON)
    key = product.skus.get().public_id

    def edit(fen):
        edits = {key: {"price": Money(fen)}}
        return change_skus(product=product, seen_at=product.changed_at, edits=edits, by=shopper(), now=NOON)

    with pytest.raises(WrongPrice):
        edit(100_100)
    assert edit(100).skus.get().price == Money(100)


def test_a_gift_card_of_shopify_becomes_one_and_goes_out_as_one(settings, tmp_path):  # C8
    use_private_folder(settings, tmp_path)
    category(slug="teaware", name="茶具", english="Teaware")
    place, file = shop(), csv_file([cup(**{"Gift Card": "true", "Variant Price": "50.00"})])

    assert (counts(brought_in(place, file)), Product.objects.get().kind) == ((1, 0, 0, 0), "gift_card")
    assert counts(brought_in(place, file)) == (0, 0, 1, 0)


def test_no_offer_is_made_with_a_card():
    card = card_sku()

    with pytest.raises(RuleMakesNoSense):
        draft("bundle", shop=card.shop, rule={"pieces": [[card.pk, 2]], "price": 15_000})
