"""Every message goes out as HTML and as text, in the reader's language, and both say the same."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper

FOLDER = Path(__file__).parents[2] / "templates" / "account" / "email"
MESSAGES = sorted(path.name.removesuffix("_message.html") for path in FOLDER.glob("*_message.html"))
HELLO = {"zh-hans": "您好", "en": "Hello,"}
CONTEXT = {
    "site_domain": "mall.example",
    "email": "ada@example.com",
    "activate_url": "https://mall.example/confirm/abc/?a=1&b=2",
    "password_reset_url": "https://mall.example/reset/abc/",
    "signup_url": "https://mall.example/signup/",
    "from_email": "ada@example.com",
    "to_email": "countess@example.com",
    "deleted_email": "old@example.com",
    "ip": "203.0.113.7",
    "user_agent": "<script>alert(1)</script>",
    "timestamp": NOON + timedelta(minutes=5),
}


def rendered(name: str, language: str, **more) -> tuple[str, str, str]:
    with translation.override(language):
        return tuple(
            render_to_string(f"account/email/{name}_{part}", CONTEXT | more)
            for part in ("subject.txt", "message.txt", "message.html")
        )


def words_of(html: str) -> str:
    """What a reader of the HTML sees."""
    body = re.sub(r"<(style|title)\b.*?</\1>|<!--.*?-->", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", body)).split())


def test_every_text_has_its_html_and_its_subject():
    texts = {path.name.removesuffix("_message.txt") for path in FOLDER.glob("*_message.txt")} - {"base"}
    subjects = {path.name.removesuffix("_subject.txt") for path in FOLDER.glob("*_subject.txt")}

    assert texts == subjects == set(MESSAGES)
    assert len(MESSAGES) >= 10


@pytest.mark.parametrize("language", HELLO)
@pytest.mark.parametrize("name", MESSAGES)
def test_text_and_html_say_the_same(name, language):
    subject, text, html = rendered(name, language)

    seen = words_of(html)
    for line in filter(None, map(str.strip, text.splitlines())):
        assert " ".join(line.split()) in seen, line
    assert HELLO[language] in text
    assert subject.strip() in seen
    assert f'<html lang="{language}">' in html
    assert "<script" not in html


@pytest.mark.parametrize("name", MESSAGES)
def test_languages_differ_in_every_word_of_ours(name):
    (subject, text, _html), (betreff, wording, _seite) = rendered(name, "en"), rendered(name, "zh-hans")

    assert subject != betreff
    ours = {line for line in text.splitlines() if re.search("[a-z]{4}", line)} & set(wording.splitlines())
    assert {line for line in ours if "://" not in line} == set()


@pytest.mark.parametrize("language", HELLO)
def test_a_code_stands_in_both(language):
    _subject, text, html = rendered("email_confirmation", language, code="G7K-2PX")

    assert "G7K-2PX" in text
    assert "G7K-2PX" in words_of(html)
    assert CONTEXT["activate_url"] not in text


def test_a_message_is_readable_in_the_dark_and_asks_nobody_for_pictures():
    _subject, _text, html = rendered("password_changed", "en")

    assert "prefers-color-scheme: dark" in html
    assert "<img" not in html
    assert not re.findall(r"url\(|@import|<link", html)


@pytest.mark.django_db
def test_what_is_sent_has_both_parts():
    person = shopper(email="ada@example.com", password="correct horse battery")
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    client = Client(headers={"accept-language": "en"})

    client.post(reverse("account_reset_password"), {"email": "ada@example.com"})
    client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    client.force_login(person)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": "correct horse battery", "password1": "staple battery 99", "password2": "staple battery 99"},
    )

    subjects = [message.subject for message in mail.outbox]
    assert [subject.partition("] ")[2] or subject for subject in subjects] == [
        "Choose a new password", "Choose a new password", "Your password was changed",
    ]  # fmt: skip
    for message in mail.outbox:
        ((html, kind),) = message.alternatives
        assert kind == "text/html"
        assert "127.0.0.1:8000" in html or "mall" in html
        assert "Hello," in message.body
