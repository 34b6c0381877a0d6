"""The register of all tunables, and the one verb that turns them."""

import time
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

_RECHECK_SECONDS = 2.0
_NEVER = float("-inf")
_register: dict[str, "Tunable"] = {}
_turned: dict[str, int] = {}
_read_at = _NEVER


class Tunable:
    """A whole number with default, bounds and a sentence; reads what staff set at most two seconds ago."""

    def __init__(self, name: str, *, default: int, least: int, most: int, sentence):
        if not least <= default <= most:
            raise ValueError(f"{name}: the default lies outside its bounds")
        self.name, self.default, self.least, self.most, self.sentence = name, default, least, most, sentence
        _register[name] = self

    @property
    def value(self) -> int:
        return _current().get(self.name, self.default)

    def turn(self, value: int, *, by, now: datetime) -> None:
        """
        Set the number for the whole mall, on the record.

        :raises ValidationError: outside the bounds
        """
        from mall.audit.trail import record
        from mall.tunables.models import Turned

        if not self.least <= value <= self.most:
            raise ValidationError(
                _("Choose a number between %(least)d and %(most)d."), params={"least": self.least, "most": self.most}
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
