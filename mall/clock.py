"""
The mall's clock. Doors read it once and hand it to the verbs; nothing else asks the time.

A demonstration can move it forward (``manage.py travel``): the offset stands in a file beside the embedded servers, so
that every process of that one machine agrees. Without the embedded servers the clock is simply the time.
"""

import os
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
_RECHECK_SECONDS = 0.5
_seen = {"at": 0.0, "offset": timedelta(0)}


def _offset_file() -> Path:
    return Path(settings.MALL_VAR) / "clock-offset"


def offset() -> timedelta:
    """How far the demonstration has moved the clock."""
    if not settings.MALL_EMBEDDED:
        return timedelta(0)
    if time.monotonic() - _seen["at"] > _RECHECK_SECONDS:
        try:
            seconds = float(_offset_file().read_text())
        except (FileNotFoundError, ValueError):
            seconds = 0.0
        _seen.update(at=time.monotonic(), offset=timedelta(seconds=seconds))
    return _seen["offset"]


def move(by: timedelta) -> None:
    """
    Move the clock of the embedded mall forward.

    :raises RuntimeError: this is not an embedded mall, or ``by`` points backwards
    """
    if not settings.MALL_EMBEDDED:
        raise RuntimeError("Only the embedded mall can travel in time.")
    if by < timedelta(0):
        raise RuntimeError("The clock moves forward only: the ledger cannot be unwritten.")
    _seen["at"] = 0.0
    target = offset() + by
    scratch = _offset_file().with_suffix(f".{os.getpid()}")
    scratch.write_text(str(target.total_seconds()))
    scratch.replace(_offset_file())
    _seen["at"] = 0.0


def now() -> datetime:
    """The present moment, in UTC."""
    return timezone.now() + offset()


def of_the_database() -> datetime:
    """
    The present moment by the clock of the database. What decides by the day whether money moves asks it: workers have a
    clock each, and one that goes wrong would settle early (D4).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment + offset()


def business_date(moment: datetime) -> date:
    """The business day (Asia/Shanghai) on which a moment falls."""
    return moment.astimezone(BUSINESS_ZONE).date()


def start_of(day: date) -> datetime:
    """The first moment of a business day, as an aware datetime."""
    return datetime.combine(day, datetime.min.time(), BUSINESS_ZONE)
