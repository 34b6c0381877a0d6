"""C1: a shop's own categories – two levels, in order, with products in several of them, and a way for visitors."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from catalog import shelves
from catalog.listing import asked
from catalog.models import ShelvedProduct, ShopCategory
from catalog.shelves import WrongShopCategory, add_category, put_in_categories
from catalog.showcase import shop_page
from mall.texts import Text
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def added(place, name, parent=None):
    return add_category(shop=place, name=Text({"zh-hans": name}), parent=parent, by=shopper(), now=NOON)


def names(place):
    return [(str(top.name), [str(row.name) for row in top.below]) for top in shelves.tree_of(place)]


def put(row, *chosen):
    return put_in_categories(product=row, categories=chosen, by=shopper(), now=NOON)


def test_a_shop_makes_orders_renames_and_removes_its_categories():
    place = shop()
    tea, ware = added(place, "茶"), added(place, "器")
    added(place, "绿茶", tea)
    added(place, "红茶", tea)

    shelves.move_category(category=ware, places=-1, by=shopper(), now=NOON)
    shelves.rename_category(category=tea, name={"zh-hans": "茗"}, by=shopper(), now=NOON)
    assert names(place) == [("器", []), ("茗", ["绿茶", "红茶"])]

    shelves.remove_category(category=tea, by=shopper(), now=NOON)
    assert names(place) == [("器", [])]


def test_no_third_level_no_name_twice_and_none_without_a_name():
    place = shop()
    tea = added(place, "茶")
    green = added(place, "绿茶", tea)

    for name, parent in (("明前", green), ("茶", None), ("绿茶", tea), (" ", None), ("长" * 41, None)):
        with pytest.raises(WrongShopCategory):
            added(place, name, parent)
    assert added(place, "绿茶").parent is None
    assert added(shop(), "茶").parent is None


def test_a_product_stands_in_several_and_visitors_find_it_in_each():
    place = shop()
    tea, gifts = added(place, "茶"), added(place, "礼物")
    green = added(place, "绿茶", tea)
    longjing, cup = product(shop=place, title="龙井"), product(shop=place, title="杯")
    sku(product=longjing)
    sku(product=cup)

    assert put(longjing, green, gifts)
    assert not put(longjing, gifts, green)
    put(cup, gifts)

    def found(row):
        query = QueryDict(f"shelf={row.public_id}")
        page = shop_page(place, asked(query, path=f"/shop/{place.slug}/", in_one_shop=True))
        return {card.title["zh-hans"] for card in page["listing"].cards}, page["shelf"]

    assert found(tea) == ({"龙井"}, tea)
    assert found(green) == ({"龙井"}, green)
    assert found(gifts) == ({"龙井", "杯"}, gifts)

    shelves.remove_category(category=gifts, by=shopper(), now=NOON)
    assert found(gifts)[1] is None
    assert ShelvedProduct.objects.count() == 1


def test_another_shops_category_is_refused():
    mine, theirs = product(), added(shop(), "茶")

    with pytest.raises(WrongShopCategory):
        put(mine, theirs)


def test_a_shop_keeps_its_categories_in_the_back_office(client):
    owner = shopper()
    client.force_login(owner)
    place = shop(owner=owner)
    url = reverse("backoffice:catalog:shelves", args=[place.slug])

    client.post(url, {"name_zh_hans": "茶", "name_en": "Tea"})
    tea = ShopCategory.objects.get()
    client.post(url, {"name_zh_hans": "绿茶", "name_en": "Green tea", "parent": tea.public_id})
    refused = client.post(url, {"name_zh_hans": "茶", "name_en": ""})
    assert refused.status_code == 200
    assert names(place) == [("Tea", ["Green tea"])] or names(place) == [("茶", ["绿茶"])]

    one = reverse("backoffice:catalog:shelf", args=[place.slug, tea.public_id])
    client.post(one, {"action": "rename", f"{tea.public_id}-name_zh_hans": "茗"})
    tea.refresh_from_db()
    assert tea.name["zh-hans"] == "茗"
    client.post(one, {"action": "remove"})
    assert not ShopCategory.objects.exists()


def test_the_form_of_a_product_puts_it_there_and_the_list_is_narrowed_by_it(client):
    owner = shopper()
    client.force_login(owner)
    place = shop(owner=owner)
    tea = added(place, "茶")
    row = product(shop=place, title="龙井", category=category())
    sku(product=row)
    product(shop=place, title="杯")
    data = {
        "title_zh_hans": "龙井", "category": row.category_id, "shelves": tea.public_id, "skus-TOTAL_FORMS": 1,
        "skus-INITIAL_FORMS": 1, "skus-0-choice": "", "skus-0-price": "10.00", "skus-0-is_active": "on",
    }  # fmt: skip

    assert client.post(reverse("backoffice:catalog:edit", args=[place.slug, row.public_id]), data).status_code == 302
    assert [one.category for one in row.shelved.all()] == [tea]

    url = reverse("backoffice:catalog:list", args=[place.slug])
    text = client.get(url, {"shelf": tea.public_id}).content.decode()
    assert "龙井" in text
    assert "杯" not in text
