"""Where a person is signed in: noted, listed, ended; what is ended is nobody's at its next request (A1)."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django import test
from django.urls import reverse

from mall.accounts.sessions import NOTED_EVERY, device_of
from mall.audit.models import AuditRecord
from tests.clients import Client
from tests.factories.accounts import shopper

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-7"
HOME = "/account/"
LIST = "/accounts/sessions/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


@pytest.fixture
def person():
    return shopper(password=PASSWORD)


def signed_in(person, agent=DESK) -> Client:
    client = Client(headers={"user-agent": agent, "accept-language": "en"})
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client) -> bool:
    return client.get(HOME).status_code == 200


def row_of(client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_each_browser_stands_in_the_list_and_this_one_first(person):
    phone, desk = signed_in(person, PHONE), signed_in(person, DESK)

    page = phone.get(LIST)

    shown = [(row.browser, row.system, row.is_phone, row.is_this) for row in page.context["sessions"]]
    assert shown == [("Safari", "iPhone", True, True), ("Chrome", "Windows", False, False)]
    assert page.content.decode().count("This browser") == 1
    assert "127.0.0.1" in page.content.decode()
    assert is_in(desk)


def test_one_is_signed_out_at_its_next_request_and_no_other(person):
    one, two, three = (signed_in(person) for _ in range(3))

    one.post(reverse("storefront:accounts:session-end", args=[row_of(two).pk]))

    assert (is_in(one), is_in(two), is_in(three)) == (True, False, True)
    record = AuditRecord.objects.get(action="accounts.end_sessions")
    assert (record.subject, record.after) == (person.public_id, {"ended": 1})


def test_all_others_are_signed_out_at_their_next_request(person):
    one, two, three = (signed_in(person) for _ in range(3))

    one.post(reverse("storefront:accounts:sessions-end"))

    assert (is_in(one), is_in(two), is_in(three)) == (True, False, False)


def test_everywhere_means_here_too(person):
    one, two = (signed_in(person) for _ in range(2))

    answer = one.post(reverse("storefront:accounts:sessions-end"), {"this_too": "1"})

    assert answer["Location"] == reverse("account_login")
    assert (is_in(one), is_in(two)) == (False, False)
    assert not UserSession.objects.filter(user=person).exists()


def test_nobody_ends_anothers_session_nor_this_one_by_its_number(person):
    mine, theirs = signed_in(person), signed_in(shopper(password=PASSWORD))

    others = mine.post(reverse("storefront:accounts:session-end", args=[row_of(theirs).pk]))
    own = mine.post(reverse("storefront:accounts:session-end", args=[row_of(mine).pk]))

    assert (others.status_code, own.status_code) == (404, 404)
    assert is_in(mine)
    assert is_in(theirs)


def test_a_new_password_signs_all_others_out(person):
    one, two = (signed_in(person) for _ in range(2))
    form = {"oldpassword": PASSWORD, "password1": "another-horse-8", "password2": "another-horse-8"}

    one.post(reverse("account_change_password"), form)

    assert (is_in(one), is_in(two)) == (True, False)
    assert [row.is_this for row in one.get(LIST).context["sessions"]] == [True]


def test_a_session_that_began_unnoticed_is_noted_at_its_next_request(person):
    client = test.Client()
    client.force_login(person)
    assert not UserSession.objects.exists()

    client.get(HOME)

    assert row_of(client).user == person


def test_it_is_written_down_only_now_and_then(person, django_assert_max_num_queries):
    client = signed_in(person)
    before = row_of(client).last_seen_at

    client.get(HOME)
    assert row_of(client).last_seen_at == before

    session = client.session
    key, at = session["session_noted"]
    session["session_noted"] = (key, at - NOTED_EVERY - 1)
    session.save()
    client.get(HOME)

    assert row_of(client).last_seen_at > before
    assert time.time() - client.session["session_noted"][1] < 60


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (PHONE, ("Safari", "iPhone")),
        (DESK, ("Chrome", "Windows")),
        (DESK + " Edg/131.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36 MicroMessenger/8.0", ("WeChat", "Android")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", ("Firefox", "Linux")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", ("Safari", "macOS")),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_known_by_what_it_says_of_itself(agent, device):
    assert device_of(agent) == device
