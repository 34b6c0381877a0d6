"""The pages of a balance, and of choosing how to pay."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mall import clock
from mall.money import Money
from orders.models import OrderGroup, Payment, Purse
from orders.purses import balance_of, purse_of
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.journeys import placed_group, topped_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["django_language"] = "en"


def waiting(price="100.00", who=None) -> OrderGroup:
    group = placed_group(shopper=who or shopper(), skus={sku(price=price): 1})
    OrderGroup.objects.filter(pk=group.pk).update(pay_by=clock.now() + timedelta(minutes=20))
    return group


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_where_no_way_to_pay_is_offered_the_page_says_so_and_nothing_breaks(client, settings):  # O3
    settings.PAYMENT_CHANNELS = []
    group = waiting()
    client.force_login(group.shopper)
    page = reverse("storefront:orders:pay", args=[group.public_id])

    assert "No way to pay is offered at the moment" in words(client.get(page))
    answer = client.post(reverse("storefront:orders:pay-start", args=[group.public_id]), follow=True)

    assert answer.redirect_chain[-1][0] == page
    assert "No way to pay is offered at the moment" in words(answer)
    assert "No way to top up is offered" in words(client.get(reverse("storefront:orders:balance")))
    assert Payment.objects.count() == 0


def test_a_channel_that_is_not_offered_is_refused_in_words(client):
    group = waiting()
    client.force_login(group.shopper)
    answer = client.post(
        reverse("storefront:orders:pay-start", args=[group.public_id]), {"channel": "cowries"}, follow=True
    )
    assert "There is no such way to pay." in words(answer)


def test_she_tops_up_and_comes_back_to_a_fuller_balance(client):
    me = shopper()
    client.force_login(me)
    url = reverse("storefront:orders:balance")

    cashier = client.post(url, {"amount": "50", "channel": "sandbox"})
    back = client.post(cashier["Location"], {"outcome": "success"})
    done = client.get(back["Location"])

    assert "It is on your balance." in words(done)
    assert balance_of(me) == Money(5_000)
    assert [move.left for move in client.get(url).context["page"]] == [Money(5_000)]


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "This field is required."), ("abc", "Enter an amount such as 12.30."), ("0.50", "Enter an amount between"),
     ("9000", "may come to at most")],
)  # fmt: skip
def test_a_wrong_amount_is_said_beside_its_field_and_stays(client, typed, told):
    client.force_login(shopper())
    answer = client.post(reverse("storefront:orders:balance"), {"amount": typed, "channel": "sandbox"})

    assert answer.status_code == 200
    assert told in str(answer.context["form"].errors["amount"])
    assert f'value="{typed}"' in words(answer) or not typed


def test_she_pays_an_order_from_her_balance(client):
    group = waiting()
    me = group.shopper
    topped_up(me, Money(15_000))
    client.force_login(me)

    assert "You have ¥150.00." in words(client.get(reverse("storefront:orders:pay", args=[group.public_id])))
    started = client.post(reverse("storefront:orders:pay-start", args=[group.public_id]), {"channel": "balance"})
    page = client.get(started["Location"])
    assert (page.context["left"], balance_of(me)) == (Money(5_000), Money(15_000))  # looking takes nothing
    done = client.post(started["Location"], follow=True)

    assert "Payment received" in words(done)
    assert (group.orders.get().status, balance_of(me)) == ("paid", Money(5_000))


def test_a_balance_that_is_too_small_cannot_be_chosen_and_is_said_when_it_is(client):
    group = waiting()
    client.force_login(group.shopper)
    way = next(
        way
        for way in client.get(reverse("storefront:orders:pay", args=[group.public_id])).context["ways"]
        if way.code == "balance"
    )
    assert (way.is_enough, way.is_first) == (False, False)

    started = client.post(reverse("storefront:orders:pay-start", args=[group.public_id]), {"channel": "balance"})
    answer = words(client.post(started["Location"]))

    assert "Your balance does not cover" in answer
    assert group.orders.get().status == "unpaid"


def test_she_chooses_where_refunds_go(client):
    me = shopper()
    client.force_login(me)
    url = reverse("storefront:orders:balance-refunds")

    client.post(url, {"to_balance": "on"})
    assert Purse.objects.get(shopper=me).takes_refunds
    client.post(url)
    assert not Purse.objects.get(shopper=me).takes_refunds


def test_the_page_takes_as_many_queries_for_one_movement_as_for_three(client):
    me = shopper()
    client.force_login(me)
    url, counts = reverse("storefront:orders:balance"), []
    for moves in (1, 2):
        for _move in range(moves):
            topped_up(me, Money(1_000))
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_purse_is_opened_once():
    me = shopper()
    assert purse_of(me, now=clock.now()).pk == purse_of(me, now=clock.now()).pk
