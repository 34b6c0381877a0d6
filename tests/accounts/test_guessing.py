"""Guessing passwords and flooding people, bounded; and no answer tells who has an account (R9, H7)."""

import re
import time

import pytest
from django.core import mail
from django.urls import reverse

from mall.accounts.guessing import may_send_code
from mall.accounts.tunables import CODES_A_DAY, NETWORK_FAILURES
from merchants.invitations import EnoughMessages, invite
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-9"
WAIT = "Too many failed login attempts. Try again later."


@pytest.fixture(autouse=True)
def _only_ours(settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": None, "reset_password": None}


def sign_in(email: str, password: str, address: str = "203.0.113.7"):
    client = Client(headers={"accept-language": "en"}, REMOTE_ADDR=address)
    return client.post(reverse("account_login"), {"login": email, "password": password})


def is_in(answer) -> bool:
    return answer.status_code == 302


def test_ten_wrong_passwords_lock_the_account_for_everybody():  # H7
    person = shopper(password=PASSWORD)

    wrong = [sign_in(person.email, "wrong", f"203.0.{n}.7") for n in range(10)]
    right = sign_in(person.email, PASSWORD, "198.51.100.1")

    assert not any(map(is_in, wrong))
    assert WAIT not in wrong[-1].text
    assert (is_in(right), WAIT in right.text) == (False, True)


def test_right_passwords_are_no_failures():
    person = shopper(password=PASSWORD)

    assert all(is_in(sign_in(person.email, PASSWORD)) for _ in range(12))


def test_a_right_password_between_wrong_ones_wipes_nothing():
    person = shopper(password=PASSWORD)

    for n in range(10):
        sign_in(person.email, "wrong", f"203.0.{n}.7")
        if n < 9:
            assert is_in(sign_in(person.email, PASSWORD))

    assert not is_in(sign_in(person.email, PASSWORD))


def test_a_network_that_tries_many_accounts_is_slowed_down_and_others_are_not():  # H7
    NETWORK_FAILURES.turn(10, by=staff(), now=NOON)
    person, other = shopper(password=PASSWORD), shopper(password=PASSWORD)

    stuffed = [sign_in(f"somebody{n}@example.com", "wrong", f"203.0.113.{n}") for n in range(20)]
    told = [WAIT in answer.text for answer in stuffed]

    assert told[:10] == [False] * 10
    assert told.count(False) == 11  # one more in ten seconds
    assert not is_in(sign_in(person.email, PASSWORD, "203.0.113.99"))
    assert is_in(sign_in(other.email, PASSWORD, "198.51.100.1"))


def test_a_browser_that_goes_from_network_to_network_is_known_by_its_number():
    client = Client()
    client.cookies["device"] = "0" * 32
    for n in range(20):
        form = {"login": f"somebody{n}@example.com", "password": "wrong"}
        client.post(reverse("account_login"), form, REMOTE_ADDR=f"203.0.{n}.7")

    person = shopper(password=PASSWORD)
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})

    assert answer.status_code == 200


def test_an_address_is_sent_five_links_a_day_and_the_page_says_the_same(mailoutbox):  # H7
    person = shopper(password=PASSWORD)
    url = reverse("account_reset_password")

    answers = [Client().post(url, {"email": who}) for _ in range(7) for who in (person.email.upper(), person.email)]

    assert len(mailoutbox) == CODES_A_DAY.value == 5
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, reverse("account_reset_password_done"))
    }


def test_invitations_count_too():
    place, owner = shop(), shopper()
    for _ in range(5):
        invite(shop=place, email="new@example.com", role="clerk", by=owner, now=NOON)

    with pytest.raises(EnoughMessages):
        invite(shop=place, email="New@example.com", role="clerk", by=owner, now=NOON)


def test_a_telephone_is_sent_five_codes_a_day():
    assert [may_send_code("+8613800138000") for _ in range(6)] == [True] * 5 + [False]


# Who has an account


def _plain(answer) -> tuple:
    """An answer without what differs from one request to the next."""
    text = re.sub(r'(value|nonce|token)="[^"]*"', "", answer.content.decode())
    return answer.status_code, answer.get("Location"), text, sorted(answer.headers), sorted(answer.cookies)


@pytest.mark.parametrize("who", ["known-person@example.com", "other-person@example.com"])
@pytest.mark.parametrize("door", ["account_login", "account_reset_password"])
def test_what_could_tell_is_answered_at_an_even_moment(settings, door, who):  # H7
    """How long it takes is measured by ``benchmarks enumeration``."""
    settings.MALL_EVEN_SECONDS = 0.2
    shopper(password=PASSWORD, email="known-person@example.com")
    began = time.monotonic()

    Client().post(reverse(door), {"login": who, "email": who, "password": "wrong"})

    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("door", ["login", "reset", "locked"])
def test_the_answer_does_not_tell_who_has_an_account(door):  # H7
    person = shopper(password=PASSWORD, email="known-person@example.com")
    said = []
    for who in (person.email, "other-person@example.com"):
        for _ in range(12 if door == "locked" else 1):
            client = Client()
            if door == "reset":
                answer = client.post(reverse("account_reset_password"), {"email": who})
            else:
                answer = client.post(reverse("account_login"), {"login": who, "password": "wrong"})
        said.append(tuple(str(part).replace(who, "") for part in _plain(answer)))

    assert said[0] == said[1]


def test_both_are_sent_a_message_when_they_ask_for_a_new_password():
    shopper(password=PASSWORD, email="known-person@example.com")
    for who in ("known-person@example.com", "other-person@example.com"):
        Client().post(reverse("account_reset_password"), {"email": who})

    assert [message.to for message in mail.outbox] == [["known-person@example.com"], ["other-person@example.com"]]
