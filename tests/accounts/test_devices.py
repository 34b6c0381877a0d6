"""R9: who signs in on a device that is not known is told, with when, roughly where, and what to do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from mall.accounts.devices import hours_known, see_device
from mall.accounts.models import KnownDevice
from mall.notifications.models import Notice
from mall.notifications.sending import mail as send_mail
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper

PASSWORD = "correct-horse-7"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def sign_in(person, client=None, **headers) -> Client:
    client = client or Client()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD}, **headers)
    return client


def told(person):
    return Notice.objects.filter(person=person, kind="accounts.new_device")


@pytest.mark.django_db
def test_the_first_device_is_known_quietly_and_the_next_one_is_told_of_with_when_where_and_what_to_do():
    person = shopper(password=PASSWORD, language="en")

    browser = sign_in(person)
    browser.post(reverse("account_logout"))
    sign_in(person, browser)
    assert (told(person).count(), person.devices.count()) == (0, 1)
    sign_in(person, headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.77")

    (notice,) = told(person)
    assert (notice.facts["device"], notice.facts["network"]) == ("Firefox · Windows", "203.0.113.0/24")
    assert notice.url == reverse("usersessions_list")
    send_mail(ids=[notice.pk], now=NOON)
    (letter,) = mail.outbox
    assert letter.to == [person.email]
    assert "Firefox · Windows" in letter.body
    assert "203.0.113.77" not in letter.body
    assert reverse("usersessions_list") in letter.body
    assert reverse("storefront:accounts:sessions-end") in sign_in(person).get(notice.url).content.decode()


@pytest.mark.django_db
def test_a_wrong_password_makes_no_device_known_and_tells_nobody():
    person = shopper(password=PASSWORD)
    sign_in(person)

    Client().post(reverse("account_login"), {"login": person.email, "password": "wrong"})

    assert (told(person).count(), person.devices.count()) == (0, 1)


@pytest.mark.django_db
def test_a_device_belongs_to_each_person_for_herself():
    ada, eve = shopper(password=PASSWORD), shopper(password=PASSWORD)
    sign_in(eve)
    browser = sign_in(ada)
    browser.post(reverse("account_logout"))

    sign_in(eve, browser)

    assert (told(ada).count(), told(eve).count()) == (0, 1)
    (mark,) = set(ada.devices.values_list("device", flat=True)) & set(eve.devices.values_list("device", flat=True))
    assert mark not in str(browser.cookies["device"].value)


@pytest.mark.django_db
def test_how_long_a_device_is_known_is_counted_from_its_first_time():
    person = shopper()
    for days in (5, 1):
        see_device(person=person, device="a", user_agent="", network="", now=NOON - timedelta(days=days))

    hours = [hours_known(person=person, device=device, now=NOON) for device in ("a", "b", "")]

    assert hours == [120, 0, 0]


def test_two_sign_ins_on_one_new_device_at_once_tell_once(committed_db):
    person = shopper()
    see_device(person=person, device="first", user_agent="", network="", now=NOON)

    def see(_number) -> bool:
        try:
            return see_device(person=person, device="second", user_agent="", network="", now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(see, range(16)))

    assert sum(answers) == 1
    assert (KnownDevice.objects.count(), told(person).count()) == (2, 1)
