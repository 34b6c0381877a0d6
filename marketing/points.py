"""
The port through which points will be exchanged for goods and coupons (K1). The ledger of points itself is a later
room (K9); until one is named in the settings, nothing of points is shown or asked for anywhere.

``MARKETING_POINTS`` (under Wiring) names by dotted path an object that keeps ``PointsLedger``; ``None`` by default. Who
builds the exchange asks ``ledger()`` and does nothing when there is none, so that no page, price or order changes while
the mall has no points:

- a page shows what something costs in points, and ``balance``, only where ``ledger()`` answers;
- the transaction that places an order calls ``hold`` last before it writes, after stock, coupons and gift cards (the
  house's order of locks: the row of a person's points comes after her cards), and lets its refusal end it;
- when the order is paid, ``take`` makes what was held final; when it comes to nothing before, ``give_back`` frees it;
- when goods that were paid with points are refunded, ``give_back`` returns them, in parts by what the line froze.

Points are whole numbers, never money: what an order costs less by them is an offer like any other, with its bearer in
the trace (``marketing.pricing``), and the statement of a shop tells it in fen. ``ref`` is a public id (of an order
group, an order or a refund); each call does its work once for a ``ref``, however often it is heard, and may come in
any order after ``hold``. An implementation locks the person's own row, is called inside the caller's transaction,
calls nobody outside the database, and never lets a balance fall below zero.
"""

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from mall.refusals import Refusal


class TooFewPoints(Refusal):
    """The person has fewer points than she wants to use."""

    code = "too-few-points"


class PointsLedger(Protocol):
    """Who keeps the points of people."""

    def balance(self, *, person_id: int) -> int:
        """What she can use now: what she has, less what is held."""

    def hold(self, *, person_id: int, points: int, ref: str, now: datetime) -> None:
        """
        Set so many aside for ``ref``.

        :raises TooFewPoints: she cannot use as many
        """

    def take(self, *, ref: str, now: datetime) -> None:
        """What is held for ``ref`` is spent."""

    def give_back(self, *, ref: str, points: int | None = None, of: str = "", now: datetime) -> None:
        """
        Held or spent points are hers again: all that are left of ``ref``, or so many.

        :param of: what gives them back (a refund), for each of which it is done once
        """


def ledger() -> PointsLedger | None:
    """The implementation that the settings name; ``None``: the mall has no points."""
    return import_string(settings.MARKETING_POINTS) if settings.MARKETING_POINTS else None
