"""
When a shop's people answer (M3): a span of hours for each day of the week, in the mall's time (Asia/Shanghai).

Hours are seven texts, Monday first: ``09:00-18:00``, or empty where the shop rests; ``None`` where a shop says nothing.
"""

from collections.abc import Sequence
from datetime import time
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEEKDAYS = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip


def span_of(begin: time | None, end: time | None) -> str:
    """
    One day's hours as they are kept; nothing at all is a day of rest.

    :raises ValueError: one of both is missing, or it ends before it begins
    """
    if begin is None and end is None:
        return ""
    if begin is None or end is None or begin >= end:
        raise ValueError("hours begin, and end after that")
    return f"{begin:%H:%M}-{end:%H:%M}"


def ends_of(span: str) -> tuple[str, str]:
    begin, _dash, end = span.partition("-")
    return begin, end


def in_words(hours: Sequence[str] | None) -> list[str]:
    """What shoppers read: days in a row with the same hours together, as in “Monday to Friday 09:00–18:00”."""
    lines = []
    for span, days in groupby(enumerate(hours or []), key=lambda day: day[1]):
        numbers = [number for number, _span in days]
        first, last = WEEKDAYS[numbers[0]], WEEKDAYS[numbers[-1]]
        if len(numbers) == len(WEEKDAYS):
            when = _("Every day")
        else:
            when = _("%(first)s to %(last)s") % {"first": first, "last": last} if len(numbers) > 1 else str(first)
        said = span.replace("-", "–") or _("closed")
        lines.append(f"{when} {said}")
    return lines
