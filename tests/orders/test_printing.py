"""Orders on paper: the shopper's own, and the shop's packing lists, which name no price unless asked to."""

import pytest
from django.urls import reverse

from tests.clients import Client
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def order():
    return paid_order(skus={sku(price="58.00", code="GW-1"): 2})


def signed_in(person) -> Client:
    client = Client(headers=ENGLISH)
    client.force_login(person)
    return client


def lists_of(place) -> str:
    return reverse("backoffice:orders:packing-lists", args=[place.slug])


def test_a_shopper_prints_what_she_bought(order):
    page = signed_in(order.shopper).get(reverse("storefront:orders:sheet", args=[order.public_id]))

    text = page.content.decode()
    assert page.status_code == 200
    for shown in (order.public_id, "Celadon gaiwan", "116", "张小云", "文三路 1 号", order.shop.merchant.credit_code):
        assert shown in text
    assert "no-store" in page["Cache-Control"]


def test_a_packing_list_names_goods_codes_and_where_to_but_no_price(order):
    clerk = seat(order.shop, role="clerk").user

    plain = signed_in(clerk).get(lists_of(order.shop), {"order": order.public_id}).content.decode()
    priced = signed_in(clerk).get(lists_of(order.shop), {"order": order.public_id, "prices": "1"}).content.decode()

    for shown in (order.public_id, "GW-1", "Celadon gaiwan", "张小云", "文三路 1 号"):
        assert shown in plain
    assert 'class="money"' not in plain
    assert 'class="money"' in priced


def test_many_are_printed_at_once_in_the_order_chosen(order):
    other = paid_order(skus={sku(shop=order.shop): 1})
    clerk = seat(order.shop, role="clerk").user

    page = signed_in(clerk).post(lists_of(order.shop), {"chosen": [other.public_id, order.public_id]})

    assert [printed for printed, _packed in page.context["orders"]] == [other, order]
    assert page.content.decode().count('class="sheet"') == 2


def test_sheets_cost_the_same_however_many(order, django_assert_num_queries):
    clerk = seat(order.shop, role="clerk").user
    orders = [order, *(paid_order(skus={sku(shop=order.shop): 1, sku(shop=order.shop): 2}) for _ in range(2))]
    client = signed_in(clerk)

    costs = []
    for chosen in (orders[:1], orders):
        with django_assert_num_queries(30, exact=False) as queries:
            client.get(lists_of(order.shop), {"order": [row.public_id for row in chosen]})
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_another_shops_order_is_not_printed(order):
    theirs = shop()
    clerk = seat(theirs, role="clerk").user

    page = signed_in(clerk).get(lists_of(theirs), {"order": order.public_id})

    assert page.context["orders"] == []
    assert order.public_id not in page.content.decode()


def test_another_shoppers_order_is_not_printed(order):
    assert signed_in(shopper()).get(reverse("storefront:orders:sheet", args=[order.public_id])).status_code == 404


@pytest.mark.parametrize("role", ["reader", "service", "editor", "finance"])
def test_who_does_not_ship_prints_no_addresses(order, role):
    person = seat(order.shop, role=role).user

    assert signed_in(person).get(lists_of(order.shop), {"order": order.public_id}).status_code == 403


def test_the_ways_to_the_printer_are_where_the_orders_are(order):
    clerk, buyer = signed_in(seat(order.shop, role="clerk").user), signed_in(order.shopper)
    place = order.shop.slug

    shown = {
        f"{lists_of(order.shop)}?order={order.public_id}": (clerk, "backoffice:orders:detail", place, order.public_id),
        lists_of(order.shop): (clerk, "backoffice:orders:list", place),
        reverse("storefront:orders:sheet", args=[order.public_id]): (
            buyer, "storefront:orders:detail", order.public_id,
        ),
    }  # fmt: skip

    for way, (client, name, *arguments) in shown.items():
        assert way in client.get(reverse(name, args=arguments)).content.decode()
