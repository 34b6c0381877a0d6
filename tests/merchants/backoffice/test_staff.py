"""The people of a shop: its owner seats them, gives them roles, takes the seats away."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from mall.audit.models import AuditRecord
from merchants.models import Seat
from tests.factories.accounts import shopper
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return shop(owner=shopper(display_name="林阿姨"))


@pytest.fixture
def owner(client, place):
    person = place.seats.get().user
    client.force_login(person)
    return person


def url(place, person=None, name="staff"):
    return reverse(f"backoffice:merchants:{name}", args=[place.slug] + ([person.public_id] if person else []))


def roles(place):
    return dict(place.seats.values_list("user__email", "role"))


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_an_account_is_seated_by_its_address(client, place, owner):
    person = shopper(email="clerk@example.com")

    answer = client.post(url(place), {"email": " Clerk@Example.com", "role": "clerk"})

    assert answer["Location"] == url(place)
    assert roles(place) == {owner.email: "owner", "clerk@example.com": "clerk"}
    row = AuditRecord.objects.get(action="merchants.give_seat")
    assert (row.actor, row.subject, row.after) == (owner, person.public_id, {"role": "clerk"})


@pytest.mark.parametrize(
    ("email", "role", "field"),
    [("nobody@example.com", "clerk", "email"), ("x", "clerk", "email"), ("", "clerk", "email"),
     ("gone@example.com", "clerk", "email"), ("here@example.com", "king", "role"), ("owner", "clerk", "email")],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field(client, place, owner, email, role, field):
    shopper(email="gone@example.com", is_active=False)
    shopper(email="here@example.com")

    answer = client.post(url(place), {"email": owner.email if email == "owner" else email, "role": role})

    assert list(answer.context_data["form"].errors) == [field]
    assert roles(place) == {owner.email: "owner"}


def test_a_role_is_changed_and_a_seat_taken_away(client, place, owner):
    person = shopper()
    seat(place, person, "clerk")

    client.post(url(place, person, "staff-role"), {"role": "finance"})
    assert roles(place)[person.email] == "finance"

    client.post(url(place, person, "staff-leave"))
    assert roles(place) == {owner.email: "owner"}
    assert set(AuditRecord.objects.values_list("action", flat=True)) == {
        "merchants.give_seat", "merchants.take_seat_away"
    }  # fmt: skip


@pytest.mark.parametrize(("name", "posted"), [("staff-role", {"role": "reader"}), ("staff-leave", {})])
def test_the_last_owner_stays(client, place, owner, name, posted):
    answer = client.post(url(place, owner, name), posted)

    assert roles(place) == {owner.email: "owner"}
    assert len(said(answer)) == 1
    assert answer["Location"] == url(place)


def test_who_gives_up_the_right_or_the_seat_is_led_to_where_she_still_may_be(client, place, owner):
    seat(place, shopper(), "owner")

    lowered = client.post(url(place, owner, "staff-role"), {"role": "manager"})
    assert lowered["Location"] == reverse("backoffice:merchants:dashboard", args=[place.slug])

    Seat.objects.filter(user=owner).update(role="owner")
    left = client.post(url(place, owner, "staff-leave"))
    assert left["Location"] == reverse("backoffice:merchants:home")


@pytest.mark.parametrize("role", [role for role in Seat.Role.values if role != "owner"])
def test_only_owners_come_in(client, place, role):
    person = shopper()
    seat(place, person, role)
    client.force_login(person)

    assert client.get(url(place)).status_code == 403
    assert client.post(url(place, person, "staff-role"), {"role": "owner"}).status_code == 403
    assert client.post(url(place, place.seats.first().user, "staff-leave")).status_code == 403


def test_a_seat_of_another_shop_is_not_found(client, place, owner):
    other = shop(owner=shopper())
    stranger = other.seats.get().user

    assert client.post(url(place, stranger, "staff-role"), {"role": "reader"}).status_code == 404
    assert client.post(url(other, stranger, "staff-leave")).status_code == 404
    assert roles(other) == {stranger.email: "owner"}


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_asks_the_same_for_one_and_three(client, place, owner, many, django_assert_num_queries):
    for _number in range(many):
        seat(place, shopper(), "clerk")
    client.get(url(place))

    with django_assert_num_queries(9):
        client.get(url(place))
