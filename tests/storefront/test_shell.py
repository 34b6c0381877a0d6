"""Finished pages are kept for everybody; what is a person's own is filled in, and nobody sees another's."""

import re

import pytest
from django.urls import reverse

from mall.storefront import shell
from mall.texts import Text
from orders.cart import add_to_cart
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import product, sku

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


def seen(client, url="/", **cookies):
    for name, value in cookies.items():
        client.cookies[name] = value
    return client.get(url, headers=ENGLISH).content.decode()


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def test_each_person_sees_her_own_corner():
    ada, eve, root = shopper(email="ada@example.com"), shopper(email="eve@example.com"), staff()

    pages = {person: seen(signed_in(person)) for person in (ada, eve, root)}
    nobody = seen(Client())

    assert "ada@example.com" in pages[ada]
    assert "ada@example.com" not in pages[eve] + nobody
    assert reverse("admin:index") in pages[root]
    assert reverse("admin:index") not in pages[ada] + nobody
    assert reverse("account_login") in nobody


def test_a_changed_name_and_a_fuller_cart_show_at_once():
    ada = shopper(display_name="Ada")
    client = signed_in(ada)
    assert "Ada" in seen(client)

    ada.display_name = "Countess"
    ada.save()

    page = seen(client, cart_count="7")
    assert "Countess" in page
    assert re.search(r'class="bubble"[^>]*>7<', page)
    assert "bubble" not in seen(client, cart_count="0")
    assert "<script>" not in seen(client, cart_count="<script>")


def test_the_token_of_a_kept_page_is_the_persons_own():
    row = sku().product
    url = reverse("storefront:catalog:product", args=[row.public_id])
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    tokens = [re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', seen(client, url)) for client in (first, second)]

    answers = [
        client.post(reverse("set_language"), {"language": "en", "csrfmiddlewaretoken": token}).status_code
        for client, token in ((first, tokens[0][0]), (second, tokens[1][0]), (first, tokens[1][0]))
    ]

    assert answers == [302, 302, 403]


def test_the_language_switch_returns_to_this_address():
    assert 'value="/search/?q=tea&amp;utm=1"' in seen(Client(), "/search/?q=tea&utm=1")
    assert 'value="/search/?q=tea&amp;utm=2"' in seen(Client(), "/search/?q=tea&utm=2")
    assert "<script>alert" not in seen(Client(), '/search/?q=tea&x="><script>alert(1)</script>')


def test_messages_are_shown_once(client, rf):
    client.get("/")
    client.force_login(shopper())
    client.post(reverse("storefront:orders:cart-add"), {"sku": "sku_unknown", "quantity": "1"})

    first, second = seen(client), seen(client)

    assert first.count("data-toast") <= 1
    assert "data-toast" not in second


def test_words_of_a_shop_cannot_become_somebodys_token():
    row = sku(product=product(title="茶 csrf_token {{ csrf_token }} {% csrf_token %}")).product
    row.description = Text({"zh-hans": "{{ csrf_token }}", "en": "<a href='https://x.example/?{{ csrf_token }}'>x</a>"})
    row.save()

    page = seen(Client(), reverse("storefront:catalog:product", args=[row.public_id]))

    assert "{{ csrf_token }}" in page
    assert not any(mark in page for mark in (shell.TOKEN, shell.CORNER, shell.MESSAGES, shell.PATH, shell.MAIN))


def test_a_framed_page_is_each_persons_own():
    """The frame of the checkout is kept; what is inside is made for who asks."""
    pages = []
    for name in ("Ada", "Eve"):
        person = shopper(display_name=name)
        address(person, consignee=f"Consignee {name}")
        add_to_cart(shopper=person, sku=sku(product=product(english=f"Teapot of {name}")).public_id, now=NOON)
        pages.append(seen(signed_in(person), reverse("storefront:orders:checkout")))

    assert ["Consignee Ada" in page and "Teapot of Ada" in page for page in pages] == [True, False]
    assert ["Consignee Eve" in page and "Teapot of Eve" in page for page in pages] == [False, True]
    assert not any(mark in page for page in pages for mark in (shell.TOKEN, shell.CORNER, shell.MAIN))
