"""The cart's pages: for guests and members, with every refusal said where it happened."""

from uuid import UUID

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from catalog.models import Product
from orders.models import Cart, CartLine
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.orders import cart

pytestmark = pytest.mark.django_db

CART, ADD, CHANGE = (reverse(f"storefront:orders:{name}") for name in ("cart", "cart-add", "cart-change"))


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def lines():
    return dict(CartLine.objects.values_list("sku__public_id", "quantity"))


def signed_in(client, user=None):
    client.force_login(user or shopper())
    return client


def test_a_guest_fills_a_cart_and_finds_it_again(client):
    teapot = sku()

    answer = client.post(ADD, {"sku": teapot.public_id, "quantity": 2})
    page = client.get(CART)

    assert (answer.status_code, answer["Location"]) == (302, CART)
    assert answer.cookies["cart_count"].value == "2"
    assert Cart.objects.get().token == UUID(client.session["cart"])
    assert [(line.sku.public_id, line.quantity) for line in page.context["cart"].lines] == [(teapot.public_id, 2)]


def test_the_guests_cart_is_the_members_after_she_signed_in(client):
    me, teapot, cup = shopper(), sku(), sku()
    cart({cup: 1}, shopper=me)
    client.post(ADD, {"sku": teapot.public_id, "quantity": 2})

    page = signed_in(client, me).get(CART)

    assert page.context["cart"].count == 3
    assert page.cookies["cart_count"].value == "3"
    assert list(Cart.objects.values_list("shopper", flat=True)) == [me.pk]
    assert "cart" not in client.session


def test_buying_now_leads_to_the_checkout(client):
    answer = signed_in(client).post(ADD, {"sku": sku().public_id, "quantity": 1, "next": "checkout"})

    assert answer["Location"] == reverse("storefront:orders:checkout")


@pytest.mark.parametrize(
    "posted",
    [{}, {"sku": "", "quantity": "1"}, {"sku": "sku_unknown", "quantity": "1"}, {"quantity": "0"},
     {"quantity": "-1"}, {"quantity": "many"}, {"quantity": "1.5"}, {"quantity": "99999999999999999999"},
     {"quantity": "101"}, {"sku": "\x00", "quantity": "1"}],
)  # fmt: skip
def test_bad_input_adds_nothing_and_says_so_where_she_was(client, posted):
    teapot = sku(stock=100)
    product_page = "http://testserver/p/whatever/"

    answer = client.post(ADD, {"sku": teapot.public_id, **posted}, headers={"referer": product_page})

    assert (answer.status_code, answer["Location"]) == (302, product_page)
    assert len(said(answer)) == 1
    assert lines() == {}


def test_nobody_is_sent_to_another_site(client):
    answer = client.post(ADD, {}, headers={"referer": "https://evil.example/"})

    assert answer["Location"] == CART


def test_quantities_change_and_lines_leave(client):
    me, teapot, cup = shopper(), sku(stock=5), sku()
    cart({teapot: 1, cup: 1}, shopper=me)
    signed_in(client, me)

    client.post(CHANGE, {"sku": teapot.public_id, "quantity": 5})
    answer = client.post(CHANGE, {"sku": cup.public_id, "quantity": 0})

    assert lines() == {teapot.public_id: 5}
    assert answer.cookies["cart_count"].value == "5"


@pytest.mark.parametrize(
    "posted", [{}, {"quantity": "6"}, {"quantity": "-1"}, {"quantity": "x"}, {"sku": "sku_x", "quantity": "1"}]
)
def test_bad_changes_change_nothing(client, posted):
    me, teapot = shopper(), sku(stock=5)
    cart({teapot: 1}, shopper=me)

    answer = signed_in(client, me).post(CHANGE, {"sku": teapot.public_id, **posted})

    assert (answer.status_code, len(said(answer))) == (302, 1)
    assert lines() == {teapot.public_id: 1}


def test_a_withdrawn_product_is_explained_at_its_line(client):
    me, teapot = shopper(), sku()
    cart({teapot: 1}, shopper=me)
    Product.objects.update(status=Product.Status.OFF_SALE)

    page = signed_in(client, me).get(CART)

    (line,) = page.context["cart"].lines
    assert line.problem and line.problem in page.content.decode()


def test_an_empty_cart_is_a_page_too(client):
    assert client.get(CART).status_code == 200
    assert client.get(ADD).status_code == client.get(CHANGE).status_code == 405
    assert not Cart.objects.exists()


@pytest.mark.parametrize("many", [1, 3])
def test_the_cart_asks_the_same_whatever_its_length(client, many, django_assert_num_queries):
    me = shopper()
    cart({sku(): 1 for _line in range(many)}, shopper=me)
    signed_in(client, me).get(CART)

    with django_assert_num_queries(5):  # the shopper, her default address, the cart's two, whether offers run
        client.get(CART)
