"""What the demonstration shows of fake trade: a case that was confirmed, and one in shadow (R3)."""

import pytest
from django.contrib.auth.models import Group

from mall.accounts.models import User
from merchants import fake_trade as told
from merchants.models import Shop
from risk.holds import held_subjects
from risk.models import TradeCase
from settlement.demo import shops
from settlement.demo.fake_trade import show_fake_trade
from settlement.demo.people import make_person
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def test_one_case_is_confirmed_and_one_waits_in_shadow():
    risk = make_person(shops.STAFF_OF_GROUPS["risk"][0], "风控", is_staff=True)
    risk.groups.add(Group.objects.get(name="risk"))
    mine, other = User.objects.create_user(email=shops.OWNER), shopper()
    places = {"mine": shop(slug="mine", owner=mine), "other": shop(slug="other", owner=other)}
    for place in places.values():
        sku(shop=place, price="20.00")

    show_fake_trade(shops=places, owners={"mine": mine, "other": other}, now=NOON)

    first, second = TradeCase.objects.order_by("-live_points")
    assert (first.status, first.is_live, first.shop_id) == ("confirmed", True, places["mine"].public_id)
    assert (second.status, second.is_live, second.shop_id) == ("open", False, places["other"].public_id)
    assert held_subjects("settlement", first.orders.values_list("order_id", flat=True)) == set(
        first.orders.values_list("order_id", flat=True)
    )
    assert [case.confirmed_by for case in told.cases_of(Shop.objects.get(slug="mine"))] == [risk.pk]
    assert told.cases_of(Shop.objects.get(slug="other")) == []
