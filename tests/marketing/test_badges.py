"""What cards in lists say of offers (K1), and how parts taken off are told in both languages."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from mall.money import Money
from marketing import words
from marketing.promotions import stop_promotion
from marketing.showcase import for_cards, for_sku
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.catalog import category, product, sku
from tests.factories.marketing import flash_sale, promotion
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=400)


def said(*skus, now=NOON):
    return for_cards([one.product.public_id for one in skus], now=now)


@pytest.mark.usefixtures("in_english")
def test_a_card_says_what_is_on_offer_for_its_goods_and_at_most_two_things():  # K1
    tea, other = sku(), sku()
    place = tea.product.shop
    for kind in ("full_reduction", "nth_piece", "percentage", "coupon"):
        promotion(kind, shop=place)

    badges = said(tea, other)

    assert list(badges) == [tea.product.public_id]
    assert len(badges[tea.product.public_id]) == 2
    assert badges[tea.product.public_id][0].endswith("% off")
    assert badges[tea.product.public_id][1].startswith("Coupon: ")


def test_nothing_is_said_of_what_is_over_stopped_or_for_other_goods():
    place = shop()
    tea = sku(product=product(shop=place, category=category(slug="tea")))
    lamp = sku(product=product(shop=place, category=category(slug="lamps")))
    running = promotion("percentage", shop=place, scope="products", scope_ids=[lamp.product_id])

    assert list(said(tea, lamp)) == [lamp.product.public_id]
    assert said(tea, lamp, now=LATER) == {}

    stop_promotion(promotion=running, by=staff(), now=NOON)
    assert said(tea, lamp) == {}


@pytest.mark.usefixtures("in_english")
def test_a_running_flash_sale_stands_first_with_its_lowest_price_until_it_is_over_or_gone():  # K3
    place = shop()
    shelf = product(shop=place)
    tea, big = sku(product=shelf, price="50.00", choice=["v1"]), sku(product=shelf, price="90.00", choice=["v2"])
    soon = sku(product=product(shop=place), price="50.00")
    promotion("percentage", shop=place)
    sale = flash_sale({tea: ("19.90", 3), big: ("39.00", 3)})
    flash_sale({soon: ("19.90", 3)}, starts_at=NOON + timedelta(hours=1), ends_at=NOON + timedelta(hours=2))

    assert said(tea)[shelf.public_id][0] == "Flash ¥19.90"
    assert len(said(tea)[shelf.public_id]) == 2
    assert said(soon)[soon.product.public_id] == ["10% off"]
    sale.units.filter(sku=tea).update(taken=3)
    assert said(tea)[shelf.public_id][0] == "Flash ¥39"
    assert said(tea, now=NOON + timedelta(hours=1))[shelf.public_id] == ["10% off"]


def test_beside_a_flash_price_no_other_price_after_offers_is_told():
    tea = sku(price="50.00")
    promotion("percentage", shop=tea.shop)
    assert for_sku(tea, now=NOON).after == Money.parse("45.00")

    flash_sale({tea: ("19.90", 3)})

    assert for_sku(tea, now=NOON).after is None
    assert len(for_sku(tea, now=NOON).offers) == 1
    assert for_sku(tea, now=NOON + timedelta(hours=1)).after == Money.parse("45.00")


@pytest.mark.parametrize("many", [1, 5])
def test_badges_take_one_query_however_many_cards_and_promotions(many, django_assert_num_queries):
    skus = [sku() for _ in range(many)]
    for one in skus:
        promotion("percentage", shop=one.product.shop)
        flash_sale({one: ("1.00", 1)})

    with django_assert_num_queries(1):
        assert len(said(*skus)) == many


def test_a_part_taken_off_is_told_as_each_language_tells_it():
    with override("en"):
        english = [words.less(2000), words.less(1500), words.less(5000)]
    with override("zh-hans"):
        chinese = [words.less(2000), words.less(1500), words.less(5000)]

    assert english == ["20% off", "15% off", "50% off"]
    assert chinese == ["8 折", "8.5 折", "5 折"]


def test_badges_are_short_in_both_languages():
    rules = {
        "percentage": {"bps": 2000},
        "coupon": {"off": 2000, "at": 20000},
        "full_reduction": {"tiers": [{"at": 20000, "off": 3000}, {"at": 50000, "off": 9950}]},
        "nth_piece": {"n": 2, "bps": 5000},
        "n_for_price": {"n": 3, "price": 9950},
        "gift": {"at": 10000, "sku_id": 1, "quantity": 1},
    }
    with override("en"):
        english = [words.badge(kind, rule) for kind, rule in rules.items()]
    with override("zh-hans"):
        chinese = [words.badge(kind, rule) for kind, rule in rules.items()]

    assert english == [
        "20% off", "Coupon: ¥20", "¥30 off from ¥200", "No. 2: 50% off", "Any 3 for ¥99.50", "Gift with purchase",
    ]  # fmt: skip
    assert chinese == ["8 折", "券 ¥20", "满 ¥200 减 ¥30", "第 2 件 5 折", "任选 3 件 ¥99.50", "满赠"]
