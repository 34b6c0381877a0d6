"""The back office's frame: navigation by rights, the way to the person's other shops."""

import pytest
from django.urls import reverse

from mall.backoffice.navigation import NAVIGATION
from tests.clients import Client
from tests.factories.accounts import shopper
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db


def overview(person, of) -> str:
    client = Client()
    client.force_login(person)
    return client.get(reverse("backoffice:merchants:dashboard", args=[of.slug])).content.decode()


def links(text: str, of) -> set[str]:
    return {name for _right, _label, name, _icon in NAVIGATION if f'href="{reverse(name, args=[of.slug])}"' in text}


@pytest.mark.parametrize("role", ["owner", "clerk", "finance", "reader"])
def test_the_navigation_shows_what_the_role_opens_and_nothing_else(role):
    person, here = shopper(), shop()
    hers = seat(here, person, role=role)

    shown = overview(person, here).partition("<main")[0]

    assert links(shown, here) == {name for right, _label, name, _icon in NAVIGATION if hers.can(right)}


def test_who_sits_in_two_shops_finds_the_way_to_the_other_and_to_no_third():
    person = shopper()
    here, there, elsewhere = shop(), shop(), shop()
    for place in (here, there):
        seat(place, person)

    shown = overview(person, here)

    assert reverse("backoffice:merchants:dashboard", args=[there.slug]) in shown
    assert reverse("backoffice:merchants:dashboard", args=[elsewhere.slug]) not in shown


def test_the_place_where_one_is_is_marked():
    person, here = shopper(), shop()
    seat(here, person)

    assert overview(person, here).count('aria-current="page"') == 1


def test_who_has_no_shop_is_told_how_to_come_to_one():
    client = Client()
    client.force_login(shopper())

    shown = client.get(reverse("backoffice:merchants:home")).content.decode()

    assert reverse("storefront:merchants:apply") in shown
