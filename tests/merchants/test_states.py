"""The table of shop life, cell by cell, at the doors that it guards (M3, M7, M9)."""

import pytest
from django.urls import reverse

from catalog.listing import newest_cards
from catalog.models import Product
from catalog.offers import buyable_skus
from merchants import states
from merchants.models import Holiday, Shop
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order

pytestmark = pytest.mark.django_db

YES, NO = True, False
MATRIX = {  # said once more by hand: list, buy, promote, ship, after-sale, withdraw, sign in, edit, offer
    "open": (YES, YES, YES, YES, YES, YES, YES, YES, YES),
    "holiday": (YES, NO, NO, YES, YES, YES, YES, YES, YES),
    "restricted_1": (YES, YES, NO, YES, YES, YES, YES, YES, YES),
    "restricted_2": (NO, YES, NO, YES, YES, YES, YES, YES, YES),
    "frozen": (NO, NO, NO, YES, YES, YES, YES, YES, YES),
    "exiting": (NO, NO, NO, YES, YES, YES, YES, NO, NO),
    "closed": (NO, NO, NO, NO, NO, NO, YES, NO, NO),
}


def put(place, name):
    """The shop in this state, as the row would say."""
    status, _, level = name.partition("_")
    Shop.objects.filter(pk=place.pk).update(
        status=status, restriction=int(level or 0), frozen_at=NOON if status == "frozen" else None
    )
    place.refresh_from_db()
    return place


def test_table_has_every_state_and_every_action():
    assert {
        name: tuple(state.may(action) for action in states.ACTIONS) for name, state in states.TABLE.items()
    } == MATRIX
    assert {state.status for state in states.TABLE.values()} == set(Shop.Status.values)


@pytest.mark.parametrize("name", MATRIX)
def test_every_door_does_what_the_table_says(name):
    listed, bought, _promoted, shipped, after_sale, _withdrawn, signed_in, edited, _offered = MATRIX[name]
    order = paid_order()
    place, piece = order.shop, order.lines.get().sku
    owner = shopper()
    seat(place, owner)
    put(place, name)
    people, guest = Client(), Client()
    people.force_login(owner)

    def door(view, *arguments):
        return reverse(f"backoffice:{view}", args=[place.slug, *arguments])

    def lets_in(path):
        return people.post(path, {}).status_code != 403

    found = {card.public_id for card in newest_cards(20)}
    assert (piece.product.public_id in found) == (listed and bought)
    assert (guest.get(reverse("storefront:catalog:shop", args=[place.slug])).status_code == 200) == (listed or bought)
    assert Product.objects.visible().filter(pk=piece.product_id).exists() == (listed or bought)
    assert buyable_skus([piece.public_id])[0].is_buyable == bought
    assert (people.get(door("merchants:dashboard")).status_code == 200) == signed_in
    assert lets_in(door("merchants:shop")) == edited
    assert lets_in(door("catalog:add")) == edited
    assert lets_in(door("orders:ship", order.public_id)) == shipped
    assert lets_in(door("orders:cancel", order.public_id)) == after_sale


@pytest.mark.parametrize("name", MATRIX)
@pytest.mark.parametrize("action", states.ACTIONS)
def test_questions_in_python_sql_and_the_orm_agree(name, action):
    place = put(shop(), name)

    allowed = MATRIX[name][list(states.ACTIONS).index(action)]

    assert states.may(place, action) == allowed
    assert (states.why_not(place, action) == "") == allowed
    assert Shop.objects.filter(states.in_states(action)).exists() == allowed
    assert Shop.objects.extra(where=[states.sql("merchants_shop", action)]).exists() == allowed
    if allowed:
        states.check(place, action)
    else:
        with pytest.raises(states.NotInThisState):
            states.check(place, action)


def test_no_state_keeps_what_is_in_flight_but_closed():  # M7: orders in flight go on
    for name, state in states.TABLE.items():
        assert all(state.may(action) for action in ("ship", "after_sale", "withdraw")) == (name != "closed")


def test_unknown_action_is_a_mistake():
    with pytest.raises(ValueError, match="no such action: dance"):
        states.sql("s", "dance")


def test_page_of_shop_life_shows_the_state_and_the_whole_table(client):
    place = put(shop(owner=(owner := shopper())), "restricted_2")
    client.force_login(owner)

    answer = client.get(reverse("backoffice:merchants:life", args=[place.slug]))

    assert answer.status_code == 200
    assert answer.context["state"].name == "restricted_2"
    assert [row["state"].name for row in answer.context["table"]] == list(MATRIX)
    assert [cell["is_allowed"] for cell in answer.context["actions"]] == list(MATRIX["restricted_2"])


def test_shop_on_holiday_shows_its_goods_and_says_why_they_cannot_be_bought(client):
    piece = sku()
    put(piece.shop, "holiday")
    Holiday.objects.all().delete()

    page = client.get(reverse("storefront:catalog:product", args=[piece.product.public_id]))
    of_shop = client.get(reverse("storefront:catalog:shop", args=[piece.shop.slug]))

    assert "休假" in page.content.decode() and "休假" in of_shop.content.decode()
    assert buyable_skus([piece.public_id])[0].why_not == str(states.TABLE["holiday"].because)
