"""The account's pages and the address book as a shopper meets them."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from mall.accounts.addresses import MOST_ADDRESSES, save_address
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
        reverse("storefront:accounts:address-edit", args=[home.public_id]),
        {**TYPED, "city": "宁波", "district": "海曙"},
    )

    assert list(Address.objects.values_list("pk", "city", "district")) == [(home.pk, "宁波市", "海曙区")]


ADD = reverse("storefront:accounts:address-add")


def selects(response, name: str) -> list[str]:
    """The values that a select of the page's form offers."""
    return [value for value, _label in response.context["form"][name].field.choices]


def test_without_scripts_each_choice_brings_the_next_and_nothing_typed_is_lost():  # A2
    client = signed_in(shopper())

    first = client.get(ADD)
    second = client.post(ADD, {**TYPED, "city": "", "district": "", "look": "divisions"})
    third = client.post(ADD, {**TYPED, "district": "", "look": "divisions"})

    assert (len(selects(first, "province")), selects(first, "city")) == (35, [""])
    assert "宁波市" in selects(second, "city") and selects(second, "district") == [""]
    assert "西湖区" in selects(third, "district") and third.context["form"]["city"].value() == "杭州市"
    assert not third.context["form"].errors and 'value="龙井路 1 号"' in third.content.decode()
    assert not Address.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"province": "某省"}, "province"),
        ({"city": "南京市"}, "city"),  # of another province
        ({"district": "玄武区"}, "district"),  # of another city
        ({"district": ""}, "district"),
        ({"province": "湖北", "city": "仙桃"}, "district"),  # a city that has none
    ],
)
def test_the_city_lies_in_the_province_and_the_district_in_the_city(typed, field):  # A2
    answer = signed_in(shopper()).post(ADD, {**TYPED, **typed})

    assert answer.status_code == 200 and field in answer.context["form"].errors
    assert not Address.objects.exists()


def test_a_city_without_districts_needs_none():  # A2
    person = shopper()

    signed_in(person).post(ADD, {**TYPED, "province": "湖北", "city": "仙桃", "district": ""})

    home = Address.objects.get(shopper=person)
    assert (home.province, home.city, home.district) == ("湖北省", "仙桃市", "")


def test_the_verb_refuses_what_lies_elsewhere():  # A2
    person = shopper()
    fields = {**TYPED, "is_default": False}

    for wrong in ({"city": "南京市"}, {"district": "玄武区"}, {"province": "Atlantis"}, {"city": ""}):
        with pytest.raises(ValidationError):
            save_address(shopper=person, fields=fields | wrong)

    assert not person.addresses.exists()


def test_scripts_are_given_what_lies_in_a_choice_in_the_readers_language():  # A2
    way = reverse("storefront:accounts:divisions")

    def asked(language, **query):
        return Client().get(way, query, headers={"accept-language": language}).json()["divisions"]

    assert ["杭州市", "Hangzhou"] in asked("en", province="浙江省")
    assert ["西湖区", "西湖区"] in asked("zh-hans", province="浙江省", city="杭州市")
    assert asked("en", province="湖北省", city="仙桃市") == asked("en", province="x") == asked("en") == []


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
