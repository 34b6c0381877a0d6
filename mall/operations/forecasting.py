"""
A forecast by the hour that anybody can follow: the mean of the same hour of the same weekday in the weeks before
(seasonal naive). How wrong it has been lately is said with it, never hidden. No database here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
MOST_WEEKS = 4
JUDGED_HOURS = 7 * 24


@dataclass(frozen=True, slots=True)
class Hour:
    """What is expected of one hour; nothing when the same hour was never seen before."""

    start: datetime
    expected: int | None


@dataclass(frozen=True, slots=True)
class Quality:
    """
    How wrong the forecasts of the last seven days would have been, each made from what was known a week before.

    :ivar error_bps: what they missed by, as a share of what came (weighted: quiet hours weigh little)
    :ivar margin: nine hours in ten came within so much of what was expected
    """

    hours: int
    error_bps: int | None
    margin: int | None


def expected_hour(counts: Mapping[datetime, int], start: datetime) -> int | None:
    """The mean of the same hour one to four weeks before, as far as it is on record."""
    seen = [counts[start - WEEK * back] for back in range(1, MOST_WEEKS + 1) if start - WEEK * back in counts]
    return round(sum(seen) / len(seen)) if seen else None


def forecast(counts: Mapping[datetime, int], *, start: datetime, hours: int = 24) -> list[Hour]:
    """
    :param counts: by the beginning of each hour that was watched, quiet ones too
    :param start: the beginning of the first hour that is wanted
    """
    wanted = [start + HOUR * number for number in range(hours)]
    return [Hour(hour, expected_hour(counts, hour)) for hour in wanted]


def quality(counts: Mapping[datetime, int], *, end: datetime) -> Quality:
    """
    How well it has done in the seven days before ``end``.

    A forecast that was made on the day before had the same hours to learn from, so this is its error as well.
    """
    missed, came = [], 0
    for number in range(1, JUDGED_HOURS + 1):
        hour = end - HOUR * number
        expected = expected_hour(counts, hour)
        if hour not in counts or expected is None:
            continue
        missed.append(abs(counts[hour] - expected))
        came += counts[hour]
    if not missed or not came:
        return Quality(len(missed), None, None)
    within = sorted(missed)[min(len(missed) - 1, len(missed) * 9 // 10)]
    return Quality(len(missed), sum(missed) * 10_000 // came, within)
