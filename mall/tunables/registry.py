"""The register of all tunables, and the one verb that turns them."""

import time
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

_RECHECK_SECONDS = 2.0
_NEVER = float("-inf")
_register: dict[str, "Tunable"] = {}
_turned: dict[str, int] = {}
_read_at = _NEVER


class Unit(StrEnum):
    """How staff read and type a number: as it is, an amount kept in fen in yuan, a part kept in 0.01 % in per cent."""

    NUMBER = ""
    YUAN = "¥"
    PERCENT = "%"


class Tunable:
    """A whole number with default, bounds and a sentence; reads what staff set at most two seconds ago."""

    def __init__(self, name: str, *, default: int, least: int, most: int, sentence, unit: Unit = Unit.NUMBER):
        if not least <= default <= most:
            raise ValueError(f"{name}: the default lies outside its bounds")
        self.name, self.default, self.least, self.most, self.sentence = name, default, least, most, sentence
        self.unit = unit
        _register[name] = self

    @property
    def value(self) -> int:
        return _current().get(self.name, self.default)

    @property
    def is_whole(self) -> bool:
        return self.unit == Unit.NUMBER

    def told(self, value: int) -> str:
        """A value as staff read and type it."""
        if self.is_whole:
            return str(value)
        return format(Decimal(value) / 100, ".2f" if self.unit == Unit.YUAN else "f")

    def read(self, typed: str) -> int:
        """
        What was typed, in the unit in which it is kept.

        :raises ValidationError: no number, or more than two places
        """
        if (self.is_whole and not typed.removeprefix("-").isdecimal()) or len(typed) > 16:
            raise ValidationError(_("Enter a whole number."))
        try:
            value = Decimal(typed) * (1 if self.is_whole else 100)
            if value == value.to_integral_value():
                return int(value)
        except (InvalidOperation, OverflowError):  # no number, or one without end
            pass
        raise ValidationError(_("Enter a number with two decimal places at most, such as 12.30."))

    def turn(self, value: int, *, by, now: datetime) -> None:
        """
        Set the number for the whole mall, on the record.

        :raises ValidationError: outside the bounds
        """
        from mall.audit.trail import record
        from mall.tunables.models import Turned

        if not self.least <= value <= self.most:
            raise ValidationError(
                _("Choose a number between %(least)s and %(most)s."),
                params={"least": self.told(self.least), "most": self.told(self.most)},
            )
        with transaction.atomic():
            before = self.value
            Turned.objects.update_or_create(
                name=self.name, defaults={"value": value, "turned_at": now, "turned_by": by}
            )
            record("tunables.turn", self.name, by=by, now=now, before={"value": before}, after={"value": value})
        forget()


def _current() -> dict[str, int]:
    global _turned, _read_at
    if time.monotonic() - _read_at > _RECHECK_SECONDS:
        from mall.tunables.models import Turned

        _turned = dict(Turned.objects.values_list("name", "value"))
        _read_at = time.monotonic()
    return _turned


def forget() -> None:
    """Read the numbers afresh at the next question."""
    global _read_at
    _read_at = _NEVER


def discover() -> None:
    """Load every app's ``tunables`` module."""
    autodiscover_modules("tunables")


def all_tunables() -> dict[str, Tunable]:
    return dict(sorted(_register.items()))
