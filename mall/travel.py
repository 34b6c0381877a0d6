"""
Travelling in time: the embedded mall's clock moves forward, and what falls due on the way is done at its hour.

The same tasks run that Celery beat would have started, in the order of their moments; those that beat starts every few
seconds or minutes run at the end of every hour travelled in which a due row could have waited for them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from celery.schedules import crontab

from mall import clock
from mall.celery import app
from mall.events import deliver_everything
from mall.schedule import SCHEDULE, Line


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    moment = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while moment < end:
        yield moment
        moment += timedelta(hours=1)
    yield end


def _falls_between(when: crontab, start: datetime, end: datetime) -> bool:
    """Whether a crontab line (Asia/Shanghai) has a moment in (start, end], which are at most an hour apart."""
    for hour in {start.astimezone(clock.BUSINESS_ZONE).replace(minute=0, second=0, microsecond=0),
                 end.astimezone(clock.BUSINESS_ZONE).replace(minute=0, second=0, microsecond=0)}:  # fmt: skip
        for minute in when.minute:
            moment = hour.replace(minute=minute)
            if (
                start < moment <= end
                and moment.hour in when.hour
                and moment.day in when.day_of_month
                and moment.month in when.month_of_year
                and moment.isoweekday() % 7 in when.day_of_week
            ):
                return True
    return False


def _run(line: Line) -> dict:
    return app.tasks[line.task]() or {}


def travel(*, days: int) -> Iterator[tuple[datetime, str, dict]]:
    """
    Move the clock ``days`` forward; yields (moment, task, what it did) for every task that did something.

    :raises RuntimeError: this is not an embedded mall
    """
    app.loader.import_default_modules()
    here = clock.now()
    for moment in _hours(here, here + timedelta(days=days)):
        before = clock.now()
        clock.move(max(moment - before, timedelta(0)))
        deliver_everything()
        for line in SCHEDULE:
            if isinstance(line.when, crontab):
                due = _falls_between(line.when, before, moment)
            else:
                due = line.daily and moment.astimezone(clock.BUSINESS_ZONE).hour % 6 == 0
            if due and (did := _run(line)):
                yield moment, line.task, did
            if due:
                deliver_everything()
