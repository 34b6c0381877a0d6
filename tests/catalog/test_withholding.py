"""Goods whose trade may not be sold now are hidden from lists, refused in carts and checkouts, and come back (M1)."""

from datetime import timedelta

import pytest

from catalog.listing import newest_cards
from catalog.models import Product
from catalog.offers import buyable_skus
from catalog.products import TradeNotAdmitted, put_on_sale, submit_product, take_off_sale
from catalog.withholding import follow_trades
from mall.events import deliver_everything
from merchants.licences import watch_documents
from merchants.models import AdmittedTrade, Trade
from tests.conftest import NOON
from tests.factories.catalog import category, product, sku
from tests.merchants.applying import opened

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def place():
    return opened(kind="individual", trades=["food", "general"]).shop


@pytest.fixture
def cake(place):
    food = category(name="食品", trade=Trade.objects.get(slug="food"))
    return sku(product=product(shop=place, category=food, title="糕", english="糕"), price="10.00", stock=5)


@pytest.fixture
def cup(place):
    return sku(product=product(shop=place, category=category(), title="杯", english="杯"), price="10.00", stock=5)


def suspend(place, *, suspended=True) -> None:
    AdmittedTrade.objects.filter(merchant=place.merchant, trade__slug="food").update(
        suspended_at=NOON if suspended else None
    )


def shown() -> set[str]:
    return {str(card.title) for card in newest_cards(10)}


def test_the_trade_is_hidden_and_refused_and_comes_back(place, cake, cup):  # M1
    assert shown() == {"糕", "杯"}
    suspend(place)

    assert follow_trades(shop=place, now=NOON) == {"withheld": 1}
    assert follow_trades(shop=place, now=NOON) == {}
    assert shown() == {"杯"}
    assert [offer.is_buyable for offer in buyable_skus([cake.pk, cup.pk])] == [False, True]

    suspend(place, suspended=False)
    assert follow_trades(now=NOON) == {"back": 1}
    assert shown() == {"糕", "杯"}


def test_it_follows_the_announcement_whatever_the_order(place, cake, cup):
    watch_documents(now=NOON + 500 * DAY)  # every paper but the licence has run out long ago
    deliver_everything()

    assert set(Product.objects.values_list("status", flat=True)) == {"withheld"}
    place.refresh_from_db()
    assert place.is_open


def test_nothing_of_the_trade_is_put_on_sale_meanwhile(place, cake):
    waiting = product(shop=place, category=cake.product.category, status="draft", on_sale_at=None)
    sku(product=waiting, price="10.00")
    resting = take_off_sale(product=cake.product, by=place.seats.get().user, now=NOON)
    suspend(place)

    for verb, row in ((submit_product, waiting), (put_on_sale, resting)):
        with pytest.raises(TradeNotAdmitted):
            verb(product=row, by=place.seats.get().user, now=NOON)


def test_a_shop_may_not_sell_in_a_trade_that_it_was_not_admitted_to(place):
    luxury = category(trade=Trade.objects.get(slug="luxury"))
    row = product(shop=place, category=luxury, status="draft", on_sale_at=None)
    sku(product=row, price="10.00")

    with pytest.raises(TradeNotAdmitted):
        submit_product(product=row, by=place.seats.get().user, now=NOON)
