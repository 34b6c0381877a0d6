"""
Measures: what the mall watches of itself (R8). Each says how it stands now, in whole numbers, and has a limit that
staff may turn. The floor's own stand here; apps above name theirs in ``settings.OPERATIONS_MEASURES``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache

import redis
from django.conf import settings
from django.db.models import Max, Min, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from redis.backoff import NoBackoff
from redis.retry import Retry

from mall.celery import app
from mall.events.models import OutboxEvent
from mall.money import Money
from mall.operations import tunables
from mall.tunables import Tunable


class Unit(Enum):
    """In what a measure is told."""

    SHARE = "share"  # ten-thousandths
    SECONDS = "seconds"
    FEN = "fen"
    COUNT = "count"

    def shown(self, value: int | None) -> str:
        """The value as people read it."""
        if value is None:
            return _("too little to tell")
        match self:
            case Unit.SHARE:
                return f"{value / 100:g} %"
            case Unit.SECONDS:
                return _seconds(value)
            case Unit.FEN:
                return f"¥{Money(value).decimal:,}"
        return f"{value:,}"


def _seconds(value: int) -> str:
    if value < 120:
        return ngettext("%(count)d second", "%(count)d seconds", value) % {"count": value}
    return ngettext("%(count)d minute", "%(count)d minutes", value // 60) % {"count": value // 60}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure says now: nothing where there is too little to tell, and out of how many."""

    value: int | None
    sample: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """
    :ivar limit: what the value must not exceed; what it must not fall below where ``is_floor``
    :ivar read: how it stands at a moment
    """

    name: str
    label: Promise
    means: Promise
    unit: Unit
    limit: Tunable
    read: Callable[[datetime], Measured]
    is_floor: bool = False

    def is_bad(self, value: int | None, limit: int) -> bool:
        if value is None:
            return False
        return value < limit if self.is_floor else value > limit

    def worse(self, one: int | None, other: int | None) -> int | None:
        """The worse of two values."""
        known = [value for value in (one, other) if value is not None]
        if not known:
            return None
        return min(known) if self.is_floor else max(known)


@cache
def all_measures() -> tuple[Measure, ...]:
    return tuple(import_string(name) for name in settings.OPERATIONS_MEASURES)


def measure_named(name: str) -> Measure | None:
    return next((measure for measure in all_measures() if measure.name == name), None)


# The floor's own ------------------------------------------------------------------------------------------------------


def _errors(now: datetime) -> Measured:
    """Of the requests of the last minutes, the share that ended in an error of ours."""
    from mall.operations.models import TrafficMinute

    since = now - timedelta(minutes=tunables.ERROR_MINUTES.value)
    found = TrafficMinute.objects.filter(minute__gt=since, minute__lte=now).aggregate(
        requests=Sum("requests", default=0), errors=Sum("errors", default=0)
    )
    if found["requests"] < tunables.ERROR_SAMPLE.value:
        return Measured(None, found["requests"])
    return Measured(-(-found["errors"] * 10_000 // found["requests"]), found["requests"])  # one error is never none


def _event_lag(now: datetime) -> Measured:
    """Since when the oldest announcement waits. Events are stamped by the machine's clock, which nobody moves."""
    oldest = OutboxEvent.objects.filter(delivered_at=None).aggregate(at=Min("published_at"))["at"]
    return Measured(max(0, int((timezone.now() - oldest).total_seconds())) if oldest else 0)


def _job_lag(now: datetime) -> Measured:
    """How late the latest of all jobs is that have ever run; by the machine's clock as well."""
    from mall.jobs import timetable

    lates = [row["late_since"] for row in timetable() if row["late_since"]]
    late = max((int((timezone.now() - since).total_seconds()) for since in lates), default=0)
    return Measured(late, len(lates))


def _queued(now: datetime) -> Measured:
    """How many messages wait for a worker."""
    queue = app.conf.task_default_queue
    once = Retry(NoBackoff(), 1)
    with redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=2, retry=once) as broker:
        return Measured(broker.llen(queue))


def _traffic(now: datetime) -> Measured:
    """The busiest of the last five whole minutes."""
    from mall.operations.models import TrafficMinute

    minute = now.replace(second=0, microsecond=0)
    recent = TrafficMinute.objects.filter(minute__gte=minute - timedelta(minutes=5), minute__lt=minute)
    return Measured(recent.aggregate(most=Max("requests"))["most"] or 0)


def _forecast(now: datetime) -> Measured:
    """The busiest minute that the next 24 hours are expected to have."""
    from mall.operations.traffic import expected_peaks

    expected = [hour.expected for hour in expected_peaks(now=now) if hour.expected is not None]
    return Measured(max(expected, default=None), len(expected))


ERRORS = Measure(
    name="errors",
    label=gettext_lazy("Requests that end in an error"),
    means=gettext_lazy("Answers with a status of 500 or more, of all requests of the last minutes"),
    unit=Unit.SHARE,
    limit=tunables.MOST_ERROR_BPS,
    read=_errors,
)
EVENTS = Measure(
    name="events",
    label=gettext_lazy("The oldest announcement that waits"),
    means=gettext_lazy("Events that not all of their listeners have heard"),
    unit=Unit.SECONDS,
    limit=tunables.MOST_EVENT_LAG_SECONDS,
    read=_event_lag,
)
JOBS = Measure(
    name="jobs",
    label=gettext_lazy("The latest job of the schedule"),
    means=gettext_lazy("How long ago a job should have begun that has not"),
    unit=Unit.SECONDS,
    limit=tunables.MOST_JOB_LAG_SECONDS,
    read=_job_lag,
)
QUEUE = Measure(
    name="queue",
    label=gettext_lazy("Messages that wait for a worker"),
    means=gettext_lazy("The length of the workers' queue"),
    unit=Unit.COUNT,
    limit=tunables.MOST_QUEUED,
    read=_queued,
)
TRAFFIC = Measure(
    name="traffic",
    label=gettext_lazy("Requests a minute"),
    means=gettext_lazy("The busiest of the last five minutes"),
    unit=Unit.COUNT,
    limit=tunables.CAPACITY,
    read=_traffic,
)
FORECAST = Measure(
    name="forecast",
    label=gettext_lazy("Requests a minute, as expected"),
    means=gettext_lazy("The busiest minute of the next 24 hours, from the same hours of the same weekdays before"),
    unit=Unit.COUNT,
    limit=tunables.CAPACITY,
    read=_forecast,
)
