"""
What a shopper looked at (C7): written by her own browser, poured into the mall's memory when she is known.

Who has not agreed is not remembered (``mall.accounts.privacy.consents``): the browser by its cookie, the account by a
consent. A page that is kept for everybody writes nothing: its answer sets a cookie with the last products and when. The
rows of a member are written from it at sign-in, when the cookie is half full, and when she looks at her history.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from catalog.models import Viewed
from catalog.tunables import HISTORY_DAYS
from mall.accounts.privacy import consents
from mall.accounts.privacy.consents import Purpose

COOKIE = "seen"
MOST_IN_COOKIE = 24
POURED_AT = 12  # so many in the cookie of a member are written down
MOST_KEPT = 200
_ENTRY = re.compile(r"(prd_[0-9a-z]{20})-([0-9a-z]{1,7})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Look:
    """A product, by public id, and the minute in which somebody looked at it."""

    product_id: str
    at: datetime


def looks_in(cookie: str) -> list[Look]:
    """What a cookie tells, newest first; what makes no sense is left out."""
    looks = {}
    for entry in cookie.split(".")[:MOST_IN_COOKIE]:
        if told := _ENTRY.fullmatch(entry):
            looks.setdefault(told[1], Look(told[1], datetime.fromtimestamp(int(told[2], 36) * 60 % 2**33, UTC)))
    return list(looks.values())


def with_look(cookie: str, product_id: str, now: datetime) -> str:
    """The cookie after one more look."""
    others = [look for look in looks_in(cookie) if look.product_id != product_id]
    return _told([Look(product_id, now), *others][:MOST_IN_COOKIE])


def _told(looks: Iterable[Look]) -> str:
    return ".".join(f"{look.product_id}-{_base36(int(look.at.timestamp()) // 60)}" for look in looks)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


@transaction.atomic
def pour(*, shopper, looks: Iterable[Look], now: datetime) -> int:
    """
    Write down what she looked at, at most two hundred products and for so many days; returns how many came.

    Poured twice is poured once. Nothing is written for who has not agreed.
    """
    looks = [look for look in looks if look.at <= now + timedelta(minutes=1)]
    if not looks or not remembers(shopper):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_viewed AS kept (shopper_id, product_id, viewed_at)"
            " SELECT %s, p.id, told.at FROM unnest(%s::text[], %s::timestamptz[]) AS told (public_id, at)"
            " JOIN catalog_product p ON p.public_id = told.public_id ORDER BY p.id"
            " ON CONFLICT (shopper_id, product_id) DO UPDATE SET viewed_at = EXCLUDED.viewed_at"
            " WHERE kept.viewed_at < EXCLUDED.viewed_at",
            [shopper.pk, [look.product_id for look in looks], [look.at for look in looks]],
        )
        came = cursor.rowcount
        cursor.execute(
            "DELETE FROM catalog_viewed WHERE shopper_id = %s AND id IN (SELECT id FROM catalog_viewed"
            " WHERE shopper_id = %s ORDER BY viewed_at DESC, id DESC OFFSET %s)",
            [shopper.pk, shopper.pk, MOST_KEPT],
        )
    return came


def remembers(shopper) -> bool:
    """Whether she wants the mall to keep what she looks at (A3)."""
    return consents.has(shopper, Purpose.PERSONALISATION)


@transaction.atomic
def turn_off(*, shopper, now: datetime) -> None:
    """Remember nothing from now on, and forget what there is."""
    consents.choose(person=shopper, choices={Purpose.PERSONALISATION: False, Purpose.COOKIES: False}, now=now)
    clear(shopper=shopper)


def turn_on(*, shopper, now: datetime) -> None:
    consents.choose(person=shopper, choices={Purpose.PERSONALISATION: True, Purpose.COOKIES: True}, now=now)


def clear(*, shopper) -> int:
    """Forget everything that she looked at; returns how many products that were."""
    deleted, _by_model = Viewed.objects.filter(shopper=shopper).delete()
    return deleted


def forget_old(*, now: datetime) -> int:
    """Forget what was looked at longer ago than the mall remembers, in one statement."""
    deleted, _by_model = Viewed.objects.filter(viewed_at__lt=now - timedelta(days=HISTORY_DAYS.value)).delete()
    return deleted
