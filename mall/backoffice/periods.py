"""The period that figures are about, in business days, and the one before it of the same length."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from mall.clock import start_of

LONGEST = 366
PRESETS = {"1": _("Today"), "7": _("7 days"), "30": _("30 days"), "90": _("90 days")}
USUAL = "7"


@dataclass(frozen=True, slots=True)
class Period:
    """Business days from ``first`` to ``last``, both included; ``preset`` names the choice that led here."""

    first: date
    last: date
    preset: str = ""

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days, ending the day before."""
        return Period(self.first - timedelta(days=self.length), self.first - timedelta(days=1))

    @property
    def start(self) -> datetime:
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return start_of(self.last + timedelta(days=1))

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.length))


def period_asked(asked: Mapping[str, str], *, today: date) -> Period:
    """
    The period of an address: ``days`` (one of the presets, ending today) or ``from`` and ``to``; else the usual one.

    What lies in the future is cut off, what is longer than a year keeps its end.
    """
    first, last = _date(asked.get("from", "")), _date(asked.get("to", ""))
    if first or last:
        last = min(last or today, today)
        first = min(first or last, last)
        return Period(max(first, last - timedelta(days=LONGEST - 1)), last)
    preset = asked.get("days", "")
    preset = preset if preset in PRESETS else USUAL
    return Period(today - timedelta(days=int(preset) - 1), today, preset)


def _date(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2200 else None
