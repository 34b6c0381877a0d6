"""
How much is asked of the mall: a counter a minute in the cache server, written down by the clock. No row per request, no
word of who asked what; and where the cache server is away nothing is counted and nobody waits.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.http import HttpRequest, HttpResponse

from mall import cache, clock
from mall.cache_server import cache_server
from mall.operations.forecasting import HOUR, MOST_WEEKS, WEEK, Hour, Quality, forecast, quality
from mall.operations.models import TrafficMinute
from mall.rows import select_rows

log = logging.getLogger("mall.operations")

MINUTE = timedelta(minutes=1)
KEPT = timedelta(days=2)  # in the cache server: so long may the clock stand still and lose nothing
LATECOMERS = timedelta(minutes=5)  # requests count for the minute in which they end; long counters are read again
BATCH = 240
NOT_COUNTED = ("/healthz",)

# A counter only grows, and what is written is what it says: written twice, or by two, it is the same.
_WRITE = """
    INSERT INTO operations_trafficminute (minute, requests, errors, milliseconds)
    SELECT * FROM unnest(%s::timestamptz[], %s::int[], %s::int[], %s::bigint[])
    ON CONFLICT (minute) DO UPDATE SET
        requests = greatest(operations_trafficminute.requests, excluded.requests),
        errors = greatest(operations_trafficminute.errors, excluded.errors),
        milliseconds = greatest(operations_trafficminute.milliseconds, excluded.milliseconds)
"""

# Every hour since the first one on record, quiet ones as nought; how much in all, and in its busiest minute.
_BY_HOUR = """
    SELECT h, coalesce(sum(t.requests), 0)::bigint, coalesce(max(t.requests), 0), coalesce(sum(t.errors), 0)::bigint
    FROM generate_series(
        greatest(%(since)s::timestamptz, (SELECT date_trunc('hour', min(minute)) FROM operations_trafficminute)),
        %(until)s::timestamptz - interval '1 hour', interval '1 hour'
    ) AS h
    LEFT JOIN operations_trafficminute t ON t.minute >= h AND t.minute < h + interval '1 hour'
    GROUP BY h ORDER BY h
"""


def count_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The outermost middleware: it sees how every request ends, whatever happened to it further in."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        if not request.path.startswith((settings.STATIC_URL, settings.MEDIA_URL, *NOT_COUNTED)):
            note_request(status=response.status_code, seconds=time.perf_counter() - began, now=clock.now())
        return response

    return answer


def note_request(*, status: int, seconds: float, now: datetime) -> None:
    """Count one request, in one question to the cache server; nothing when it is away."""
    if cache.is_away():
        return
    try:
        pipe = cache_server().pipeline(transaction=False)
        key = _key(_minute(now))
        pipe.hincrby(key, "requests", 1)
        pipe.hincrby(key, "milliseconds", round(seconds * 1000))
        if status >= 500:
            pipe.hincrby(key, "errors", 1)
        pipe.expire(key, int(KEPT.total_seconds()))
        pipe.execute()
    except redis.RedisError as error:
        cache.note_away(error)


def write_traffic(*, now: datetime) -> int:
    """
    Write down what was counted since the last time; returns how many minutes had something.

    It may be run twice, late or beside itself, and a counter that a restart of the cache server has lost takes
    nothing away from what is written.
    """
    until = _minute(now)
    last = TrafficMinute.objects.aggregate(at=Max("minute"))["at"] or until - KEPT
    since = max(min(last, until) - LATECOMERS, until - KEPT)
    minutes = [since + MINUTE * number for number in range((until - since) // MINUTE + 1)]
    written = 0
    for first in range(0, len(minutes), BATCH):
        written += _write(minutes[first : first + BATCH])
    return written


def _write(minutes: list[datetime]) -> int:
    pipe = cache_server().pipeline(transaction=False)
    for minute in minutes:
        pipe.hgetall(_key(minute))
    rows = [
        (minute, *(int(found.get(name, 0)) for name in (b"requests", b"errors", b"milliseconds")))
        for minute, found in zip(minutes, pipe.execute(), strict=True)
        if found
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])
    return len(rows)


def forget_traffic(*, before: datetime) -> int:
    return TrafficMinute.objects.filter(minute__lt=before).delete()[0]


# By the hour ----------------------------------------------------------------------------------------------------------


def by_hour(*, since: datetime, until: datetime) -> dict[datetime, tuple[int, int, int]]:
    """Requests, those of the busiest minute, and errors of every whole hour that was watched."""
    rows = select_rows(_BY_HOUR, {"since": _hour(since), "until": _hour(until)})
    return {start: (requests, busiest, errors) for start, requests, busiest, errors in rows if start}


def expected_peaks(*, now: datetime, hours: int = 24) -> list[Hour]:
    """What the busiest minute of each of the next hours should have, this hour first."""
    start = _hour(now)
    return forecast(_peaks(start), start=start, hours=hours)


def forecast_quality(*, now: datetime) -> Quality:
    """How wrong such forecasts have been in the last seven days."""
    end = _hour(now)
    return quality(_peaks(end), end=end)


def _peaks(end: datetime) -> dict[datetime, int]:
    found = by_hour(since=end - WEEK * (MOST_WEEKS + 1) - HOUR, until=end)
    return {start: busiest for start, (_requests, busiest, _errors) in found.items()}


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _key(minute: datetime) -> str:
    return f"{settings.CACHES['default']['KEY_PREFIX']}:traffic:{minute:%Y%m%d%H%M}"
