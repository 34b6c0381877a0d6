import pytest

from catalog.main_categories import tell_main_categories
from catalog.models import ProductStats
from merchants.models import ShopActivity
from tests.factories.catalog import category, product
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def test_shop_belongs_where_it_sells_most():  # M6, M8
    tea, food = category(slug="tea"), category(slug="food")
    gaiwan, honey = category(parent=tea, slug="gaiwan"), category(parent=food, slug="honey")
    seller, starter, idle = shop(), shop(), shop()
    product(shop=seller, category=gaiwan), product(shop=seller, category=gaiwan)
    sold = product(shop=seller, category=honey)
    product(shop=starter, category=tea)
    product(shop=idle, category=tea, status="draft")
    ProductStats.objects.filter(product=sold).update(sold_count=5)

    assert (tell_main_categories(), tell_main_categories()) == (2, 0)

    assert dict(ShopActivity.objects.values_list("shop", "category")) == {
        seller.pk: "food",
        starter.pk: "tea",
        idle.pk: "",
    }
