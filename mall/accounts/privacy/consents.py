"""
Consents (A3): one for each purpose, off until a person says yes, on the record with the version of the words that she
read, and taken back as easily as given. When the words change, her yes was to others: she is asked anew.

What only a browser keeps is asked of the browser: its yes is the cookie ``choices``, with the version of the words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mall.accounts.models import Consent, User
from mall.audit.trail import record

Purpose = Consent.Purpose
COOKIE = "choices"
COOKIE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Words:
    """What a person agrees to: raise the version with every change of meaning."""

    version: int
    title: Promise
    text: Promise


WORDS = {
    Purpose.MARKETING: Words(
        1,
        _("Tell me of offers"),
        _(
            "Notices and e-mails about coupons that shops or the mall send me. What I have ordered or asked for is"
            " told anyway."
        ),
    ),
    Purpose.PERSONALISATION: Words(
        1,
        _("Remember what I look at"),
        _("The mall keeps with my account which products I looked at, to show them to me again, for me alone."),
    ),
    Purpose.COOKIES: Words(
        1,
        _("A cookie for what I looked at"),
        _("This browser keeps the last products that I looked at. Without it only cookies that a page needs are set."),
    ),
}


def given_by(person: User) -> dict[str, bool]:
    """To what a person agrees now; everything that she never answered is no."""
    latest = Consent.objects.filter(person=person).order_by("purpose", "-pk").distinct("purpose")
    said = {row.purpose: row.is_given and row.version == WORDS[Purpose(row.purpose)].version for row in latest}
    return {str(purpose): said.get(purpose, False) for purpose in Purpose}


def has(person, purpose: str) -> bool:
    return bool(among([person.pk], purpose))


def among(keys: Iterable[int], purpose: str) -> set[int]:
    """Who of these people (by key) agrees to this purpose now; in one question."""
    latest = Consent.objects.filter(person__in=list(keys), purpose=purpose).order_by("person", "-pk").distinct("person")
    version = WORDS[Purpose(purpose)].version
    return {row.person_id for row in latest if row.is_given and row.version == version}


@transaction.atomic
def choose(*, person: User, choices: Mapping[str, bool], now: datetime) -> list[str]:
    """Put down what a person agrees to and what no longer; returns the purposes of which that is new."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    before = given_by(person)
    changed = [purpose for purpose in Purpose if purpose in choices and choices[purpose] != before[purpose]]
    Consent.objects.bulk_create(
        Consent(
            person=person,
            purpose=purpose,
            is_given=choices[purpose],
            version=WORDS[purpose].version,
            language=get_language() or settings.LANGUAGE_CODE,
            at=now,
        )
        for purpose in changed
    )
    if changed:
        after = {str(purpose): choices[purpose] for purpose in changed}
        record("accounts.choose_consents", person.public_id, by=person, now=now, after=after)
    return [str(purpose) for purpose in changed]


# Of a browser


def browser_agrees(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE, "") == str(WORDS[Purpose.COOKIES].version)


def tell_browser(response: HttpResponse, agrees: bool) -> HttpResponse:
    """Keep the browser's yes, or take it back."""
    if agrees:
        response.set_cookie(
            COOKIE, str(WORDS[Purpose.COOKIES].version), max_age=COOKIE_SECONDS, samesite="Lax", httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
