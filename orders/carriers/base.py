"""What every carrier can do, in the mall's words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Protocol

from mall import clock
from orders.carriers.distances import kilometers


class Sent(Protocol):
    """What a carrier needs to know of a parcel."""

    public_id: str
    tracking_number: str
    from_province: str
    from_city: str
    shipped_at: datetime
    expected_on: date | None

    @property
    def to_province(self) -> str:
        """Where it goes."""

    @property
    def to_city(self) -> str:
        """Where it goes."""


@dataclass(frozen=True, slots=True)
class Scan:
    """
    What happened to a parcel, as its carrier tells it: ``key`` is the carrier's own name of it, ``kind`` and ``reason``
    are those of ``ParcelScan``.
    """

    key: str
    kind: str
    at: datetime
    place: str = ""
    reason: str = ""


class Carrier(Protocol):
    """
    Who brings parcels. ``gives_numbers``: it draws the number of a parcel itself; ``is_asked``: it tells where parcels
    are.
    """

    code: str
    example: str
    gives_numbers: bool
    is_asked: bool

    def reads(self, number: str) -> bool:
        """Whether this is a number of its, check digit and all."""

    def new_number(self, seed: str) -> str:
        """A number for a parcel; only of a carrier that gives them."""

    def scans(self, parcel: Sent, now: datetime) -> list[Scan]:
        """All that has happened to a parcel so far; only of a carrier that is asked."""

    def expected_on(self, *, start: str, end: str, at: datetime) -> date | None:
        """The day by which what is handed over now arrives, from province to province; ``None``: nobody can tell."""


@dataclass(frozen=True)
class ByHand:
    """
    A carrier to whom the mall has no line: its numbers are checked, where its parcels are it tells on its own pages.

    :param handling: days before a parcel travels, and after it
    :param a_day: kilometers a day; 0: nobody can tell
    """

    code: str
    pattern: str
    example: str
    check: Callable[[str], bool] | None = None
    handling: float = 1
    a_day: int = 650
    gives_numbers: bool = False
    is_asked: bool = False

    def reads(self, number: str) -> bool:
        found = re.fullmatch(self.pattern, number)
        return found is not None and (self.check is None or self.check(number))

    def new_number(self, seed: str) -> str:
        raise NotImplementedError(f"{self.code} gives no numbers here")

    def scans(self, parcel: Sent, now: datetime) -> list[Scan]:
        return []

    def expected_on(self, *, start: str, end: str, at: datetime) -> date | None:
        way = kilometers(start, end)
        if way is None or not self.a_day:
            return None
        return clock.business_date(at) + timedelta(days=ceil(self.handling + way / self.a_day))
