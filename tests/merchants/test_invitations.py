"""Invitations (A4): by e-mail, with a token that expires; for people with and without an account."""

import re
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import IntegrityError
from django.urls import reverse

from mall import clock
from mall.accounts.models import User
from mall.events import deliver_everything
from mall.notifications.models import Notice
from merchants import invitations
from merchants.invitations import (
    AlreadySeated,
    ForSomebodyElse,
    InvitationGone,
    accept,
    find,
    invite,
    path_of,
    withdraw,
)
from merchants.models import Invitation, Seat
from merchants.seats import take_seat_away
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _memory_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def invited(email="new@example.com", role="clerk", place=None, now=NOON):
    place = place or shop(owner=shopper())
    return invite(shop=place, email=email, role=role, by=place.seats.first().user, now=now)


def test_invitation_is_mailed_with_a_link_that_nobody_can_make_up():
    invitation = invited()

    assert invitations.mail(public_id=invitation.public_id, now=NOON)

    (message,) = outbox.outbox
    path = re.search(r"/invitations/\S+", message.body)[0]
    assert (message.to, path) == (["new@example.com"], path_of(invitation))
    token = path.split("/")[2]
    assert find(token) == invitation
    assert find(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert find(invitation.public_id) is None


def test_who_is_invited_takes_the_seat_and_works_at_the_next_request(client):
    place = shop(owner=shopper())
    invitation = invited(place=place)
    person = shopper(email="New@Example.com")
    client.force_login(person)
    page = reverse("backoffice:merchants:dashboard", args=[place.slug])
    assert client.get(page).status_code == 404

    accept(invitation=invitation, by=person, now=NOON + DAY)

    assert client.get(page).status_code == 200
    assert Seat.objects.get(user=person).role == "clerk"
    take_seat_away(seat=Seat.objects.get(user=person), by=place.seats.first().user, now=NOON + DAY)
    assert client.get(page).status_code == 404


def test_owner_hears_that_it_was_accepted():
    place = shop(owner=(owner := shopper()))
    accept(invitation=invited(place=place), by=shopper(email="new@example.com"), now=NOON)

    deliver_everything()

    assert list(Notice.objects.values_list("person", "kind")) == [(owner.pk, "merchants.invitation_accepted")]


@pytest.mark.parametrize(("after", "is_good"), [(7 * DAY - timedelta(seconds=1), True), (7 * DAY, False)])
def test_invitation_expires(after, is_good):
    invitation, person = invited(), shopper(email="new@example.com")

    if is_good:
        assert accept(invitation=invitation, by=person, now=NOON + after).user == person
    else:
        with pytest.raises(InvitationGone):
            accept(invitation=invitation, by=person, now=NOON + after)
        assert not invitations.mail(public_id=invitation.public_id, now=NOON + after)
        assert not Seat.objects.filter(user=person).exists()


def test_invitation_is_taken_once():
    invitation, person = invited(), shopper(email="new@example.com")
    accept(invitation=invitation, by=person, now=NOON)

    with pytest.raises(InvitationGone):
        accept(invitation=invitation, by=person, now=NOON)


def test_somebody_else_cannot_take_it():
    invitation, thief = invited(), shopper()

    with pytest.raises(ForSomebodyElse, match=r"new@example\.com"):
        accept(invitation=invitation, by=thief, now=NOON)
    assert not Seat.objects.filter(user=thief).exists()


def test_withdrawn_invitation_is_no_longer_good():
    invitation, person = invited(), shopper(email="new@example.com")
    withdraw(invitation=invitation, by=shopper(), now=NOON)

    with pytest.raises(InvitationGone):
        accept(invitation=invitation, by=person, now=NOON)
    with pytest.raises(InvitationGone):
        withdraw(invitation=invitation, by=shopper(), now=NOON)


def test_later_invitation_replaces_the_earlier():
    place = shop(owner=shopper())
    first, second = invited(place=place), invited(email="NEW@example.com", role="finance", place=place)

    first.refresh_from_db()
    assert first.withdrawn_at == NOON
    accept(invitation=second, by=shopper(email="new@example.com"), now=NOON)
    assert Seat.objects.filter(shop=place, role="finance").count() == 1


def test_database_keeps_one_open_invitation_for_an_address():
    invitation = invited()
    with pytest.raises(IntegrityError, match="invitation_one_open"):
        Invitation.objects.create(
            shop=invitation.shop, email="NEW@example.com", role="clerk", language="en",
            invited_by=invitation.invited_by, invited_at=NOON, expires_at=NOON + DAY,
        )  # fmt: skip


def test_who_works_there_already_is_not_invited():
    place = shop(owner=shopper())
    seat(place, person := shopper(), "clerk")

    with pytest.raises(AlreadySeated):
        invited(email=person.email.upper(), place=place)


def test_person_without_an_account_signs_up_on_the_way_and_takes_the_seat(client):  # A4
    place = shop(owner=shopper())
    invitation = invited(place=place, now=clock.now())
    path = path_of(invitation)

    page = client.get(path)
    assert page.status_code == 200 and f"?next={path}".replace(":", "%3A") in page.content.decode()
    answer = client.post(
        reverse("account_signup"), {"email": "new@example.com", "password1": "correct-horse-7", "next": path}
    )
    assert answer["Location"] == path
    answer = client.post(path)

    assert answer["Location"] == reverse("backoffice:merchants:dashboard", args=[place.slug])
    person = User.objects.get(email="new@example.com")
    assert Seat.objects.get(shop=place, user=person).role == "clerk"
    assert client.get(answer["Location"]).status_code == 200


def test_guest_cannot_post_and_strangers_token_is_not_found(client):
    invitation = invited(now=clock.now())

    assert "login" in client.post(path_of(invitation))["Location"]
    assert client.get(reverse("storefront:merchants:invitation", args=["inv_x:y"])).status_code == 404


def test_owner_invites_and_withdraws_on_the_page(client):
    place = shop(owner=(owner := shopper()))
    client.force_login(owner)
    page = reverse("backoffice:merchants:invitations", args=[place.slug])

    client.post(page, {"email": "new@example.com", "role": "editor"})
    invitation = Invitation.objects.get()
    assert (invitation.role, "new@example.com" in client.get(page).content.decode()) == ("editor", True)
    client.post(reverse("backoffice:merchants:invitation-withdraw", args=[place.slug, invitation.public_id]))

    assert "new@example.com" not in client.get(page).content.decode()


def test_manager_does_not_invite(client):
    place = shop()
    seat(place, manager := shopper(), "manager")
    client.force_login(manager)

    page = reverse("backoffice:merchants:invitations", args=[place.slug])
    assert client.post(page, {"email": "new@example.com", "role": "owner"}).status_code == 403
    assert Invitation.objects.count() == 0
