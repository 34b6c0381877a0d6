"""The account's pages and the address book as a shopper meets them."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from mall.accounts.addresses import MOST_ADDRESSES
from mall.accounts.models import Address
from tests.clients import Client
from tests.factories.accounts import address, shopper

pytestmark = pytest.mark.django_db

TYPED = {
    "consignee": "李雷",
    "phone": "199 0000 0001",
    "province": "浙江",
    "city": "杭州",
    "district": "西湖",
    "line": "龙井路 1 号",
    "is_default": "",
}
ADDRESSES = reverse("storefront:accounts:addresses")


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_nobody_sees_account_pages_without_signing_in():
    for name in ("home", "addresses", "address-add"):
        response = Client().get(reverse(f"storefront:accounts:{name}"))

        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))


def test_the_first_address_becomes_the_default_and_is_shown_whole_to_its_owner():
    person = shopper()

    response = signed_in(person).post(reverse("storefront:accounts:address-add"), TYPED, follow=True)

    saved = Address.objects.get(shopper=person)
    assert (saved.consignee, saved.phone, saved.is_default) == ("李雷", "+8619900000001", True)
    assert response.redirect_chain == [(ADDRESSES, 302)]
    assert "199 0000 0001" in response.content.decode()


def test_an_impossible_phone_number_is_said_at_the_field_and_nothing_typed_is_lost():
    person = shopper()

    response = signed_in(person).post(reverse("storefront:accounts:address-add"), {**TYPED, "phone": "12"})

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["phone"]
    assert 'value="龙井路 1 号"' in response.content.decode()
    assert not Address.objects.exists()


def test_an_address_is_changed_where_it_stands():
    person = shopper()
    home = address(person)

    signed_in(person).post(
        reverse("storefront:accounts:address-edit", args=[home.public_id]), {**TYPED, "city": "宁波"}
    )

    assert list(Address.objects.values_list("pk", "city")) == [(home.pk, "宁波")]


def test_another_persons_address_does_not_exist():
    theirs = address(shopper())
    client = signed_in(shopper())

    answers = [
        client.get(reverse("storefront:accounts:address-edit", args=[theirs.public_id])),
        client.post(reverse("storefront:accounts:address-edit", args=[theirs.public_id]), TYPED),
        client.post(reverse("storefront:accounts:address-remove", args=[theirs.public_id])),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert Address.objects.filter(pk=theirs.pk, city=theirs.city).exists()


def test_removing_the_default_hands_it_to_the_newest_of_the_others():
    person = shopper()
    first, second = address(person), address(person)

    signed_in(person).post(reverse("storefront:accounts:address-remove", args=[first.public_id]))

    assert list(person.addresses.values_list("pk", "is_default")) == [(second.pk, True)]


def test_a_full_address_book_takes_no_more():
    person = shopper()
    for _place in range(MOST_ADDRESSES):
        address(person)

    response = signed_in(person).post(reverse("storefront:accounts:address-add"), TYPED)

    assert response.url == ADDRESSES
    assert person.addresses.count() == MOST_ADDRESSES


def test_a_name_that_is_an_address_would_be_shown_to_others_and_is_refused():
    person = shopper()

    response = signed_in(person).post(reverse("storefront:accounts:home"), {"display_name": "a@example.com"})

    assert list(response.context["form"].errors) == ["display_name"]
    person.refresh_from_db()
    assert "@" not in person.display_name


@pytest.mark.parametrize("rows", [1, 3])
def test_the_address_book_costs_the_same_however_long_it_is(rows, django_assert_num_queries):
    person = shopper()
    for _place in range(rows):
        address(person)
    client = signed_in(person)
    client.get(ADDRESSES)  # the menu of categories is kept from here on

    with django_assert_num_queries(2), override("en"):  # the person, her addresses
        client.get(ADDRESSES)
