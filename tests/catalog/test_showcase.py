from datetime import timedelta

import pytest

from catalog import showcase, tunables
from mall.money import Money
from merchants.models import Shop
from tests.conftest import NOON
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def opened(days_ago: int, *, products: int = 1, **fields) -> Shop:
    row = shop(opened_at=NOON - timedelta(days=days_ago), **fields)
    for _number in range(products):
        sku(product=product(shop=row))
    return row


def test_shops_that_opened_of_late_stand_on_the_home_page_newest_first():
    older, newest = opened(9), opened(1, products=7)
    opened(tunables.NEW_SHOP_DAYS.value + 1)
    opened(2, products=0)
    opened(3, status=Shop.Status.FROZEN, frozen_at=NOON)
    opened(-1)

    shown = showcase.home(now=NOON)["new_shops"]

    assert shown == [newest, older]
    assert [len(row.newest_pictures) for row in shown] == [6, 1]


@pytest.mark.parametrize("many", [1, 3])
def test_new_shops_cost_two_queries_however_many(many, django_assert_num_queries):
    for number in range(many):
        opened(number + 1)
    showcase.home(now=NOON)

    with django_assert_num_queries(12):
        assert len(showcase.home(now=NOON)["new_shops"]) == many


def test_a_product_is_accompanied_by_others_of_its_shop_and_their_rating():
    tea = category()
    house = shop()
    cup, pot, strange = (product(shop=house, category=tea), product(shop=house, category=tea), product(category=tea))
    for row in (cup, pot, strange):
        sku(product=row, price="12.00")

    page = showcase.product_page(showcase.find_product(cup.public_id))

    assert [(card.public_id, card.price) for card in page["of_shop"]] == [(pot.public_id, Money(1_200))]
    assert page["shop_rating"] == {
        "average": None, "count": 0, "service": None, "delivery": None, "followers": 0,
    }  # fmt: skip
    assert page["shipping"]["hours"] == 48
