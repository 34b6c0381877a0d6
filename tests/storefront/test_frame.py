"""The storefront's frame: what every page carries, what it costs, and the pages for what went wrong."""

import re

import pytest
from django.test import RequestFactory
from django.urls import reverse

from mall.storefront.errors import broken
from tests.clients import Client
from tests.factories.accounts import shopper
from tests.factories.catalog import category

LOGIN = reverse("account_login")


def page(client: Client, path: str = LOGIN) -> str:
    return client.get(path).content.decode()


@pytest.mark.django_db
def test_the_frame_costs_a_stranger_no_query_once_the_menu_is_kept(django_assert_num_queries):
    category()
    page(Client())

    with django_assert_num_queries(0):
        page(Client())


@pytest.mark.django_db
def test_the_menu_shows_the_categories():
    shelf = category()

    assert reverse("storefront:catalog:category", args=[shelf.slug]) in page(Client())


@pytest.mark.django_db
@pytest.mark.parametrize(("told", "shown"), [("3", ["3", "3"]), ("0", []), ("<b>", []), ("²", []), ("9" * 9, [])])
def test_the_cart_count_is_what_the_cookie_says_when_it_is_a_count(told, shown):
    client = Client()
    client.cookies["cart_count"] = told

    assert re.findall(r'class="bubble">([^<]*)<', page(client)) == shown


@pytest.mark.django_db
def test_who_is_signed_in_finds_her_own_places_and_can_sign_out():
    client = Client()
    client.force_login(shopper())

    text = page(client, reverse("storefront:accounts:home"))

    for name in ("storefront:orders:list", "storefront:accounts:addresses", "account_logout"):
        assert reverse(name) in text


@pytest.mark.django_db
def test_the_language_changes_by_a_plain_form():
    client = Client()
    assert '<html lang="zh-hans">' in page(client)

    response = client.post(reverse("set_language"), {"language": "en", "next": LOGIN})

    assert response.url == LOGIN
    assert '<html lang="en">' in page(client)


@pytest.mark.django_db
def test_no_page_allows_inline_styles_or_scripts():
    policy = Client().get(LOGIN)["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_an_address_without_a_page_leads_on():
    response = Client().get("/no/such/page/")

    assert response.status_code == 404
    assert reverse("storefront:catalog:home") in response.content.decode()


def test_the_page_for_broken_things_asks_nothing_of_what_may_be_broken():
    response = broken(RequestFactory().get("/"))

    assert response.status_code == 500
    assert b"</html>" in response.content
