"""Public ids: what a person, a log line or a risk case calls a row. The prefix says what it is."""

import secrets
import time
from functools import partial

from django.db import models
from django.utils.translation import gettext_lazy

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
TIME_CHARACTERS = 9  # milliseconds in 45 bits: enough until the year 3084
RANDOM_CHARACTERS = 11  # 55 bits: not to be guessed


def _base32(number: int, characters: int) -> str:
    digits = []
    for _ in range(characters):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def new_id(prefix: str) -> str:
    """
    A fresh id such as ``ord_1hvq3k7c29m4t8x0zbnpw``: prefix, moment, chance.

    The moment comes first so that neighbours in time are neighbours in the index.
    """
    moment = _base32(time.time_ns() // 1_000_000, TIME_CHARACTERS)
    return f"{prefix}_{moment}{_base32(secrets.randbits(RANDOM_CHARACTERS * 5), RANDOM_CHARACTERS)}"


class PublicIdField(models.CharField):
    """A unique, unguessable id with a prefix, made by the application, never changed."""

    def __init__(self, *args, prefix: str = "", **kwargs):
        self.prefix = prefix
        kwargs.setdefault("max_length", len(prefix) + 1 + TIME_CHARACTERS + RANDOM_CHARACTERS)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        kwargs["default"] = partial(new_id, prefix)
        if not args:
            kwargs.setdefault("verbose_name", gettext_lazy("number"))
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        kwargs.pop("verbose_name", None)
        kwargs["prefix"] = self.prefix
        return name, path, args, kwargs
