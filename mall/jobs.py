"""
Scheduled jobs on the record: when each ran, how long, what it did, what went wrong.

A job's task is declared with :func:`job`, which writes a :class:`JobRun` row around the call. Two runs of one job may
overlap (a slow run, a redelivered message): jobs claim their rows, so nothing is done twice.
"""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import current_app, shared_task
from celery.schedules import BaseSchedule
from django.db import models
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError


class JobRun(models.Model):
    """One run of a scheduled job."""

    name = models.CharField(_("job"), max_length=80)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ok = models.BooleanField(_("succeeded"), null=True)
    summary = models.JSONField(_("what it did"), default=dict)
    error = models.CharField(_("error"), max_length=500, blank=True, default="")

    class Meta:
        app_label = "mall"
        verbose_name, verbose_name_plural = _("job run"), _("jobs")
        permissions = [("run_job", "Can run jobs")]
        indexes = [models.Index(fields=["name", "-started_at"], name="job_run_latest")]

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M}"


def job(name: str) -> Callable:
    """
    Declare a task of the schedule: ``@job("orders.close_unpaid_orders")``.

    The function returns a plain dict that says what it did (or ``None``). It must be safe to run twice or late.
    """

    def declare(function: Callable[[], dict | None]):
        @shared_task(name=name)
        @functools.wraps(function)
        def run() -> dict | None:
            return _on_record(name, function)

        return run

    return declare


def _on_record(name: str, function: Callable[[], dict | None]) -> dict | None:
    row = JobRun.objects.create(name=name, started_at=timezone.now())
    try:
        row.summary = function() or {}
        row.ok = True
    except Exception as error:
        row.ok, row.error = False, f"{type(error).__name__}: {error}"[:500]
        raise
    finally:
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at", "ok", "summary", "error"])
        if row.ok and not row.summary:
            _thin_out(name, row.pk)
    return row.summary


def _thin_out(name: str, newest: int) -> None:
    """Of runs that had nothing to do only the latest is kept, so that the table tells of work."""
    JobRun.objects.filter(name=name, ok=True, summary={}, pk__lt=newest).delete()


# For staff


LATE_AFTER = timedelta(minutes=5)


def timetable() -> list[dict]:
    """The schedule, each line with its latest run on record, and since when the next one is late, if it is."""
    from mall.schedule import SCHEDULE

    latest = JobRun.objects.values("name").annotate(pk=Max("pk")).values("pk")
    runs = {run.name: run for run in JobRun.objects.filter(pk__in=latest)}
    return [
        {"line": line, "run": (run := runs.get(line.task)), "late_since": run and late_since(line.when, run.started_at)}
        for line in SCHEDULE
    ]


def failed_jobs() -> list[JobRun]:
    """The latest run of each job whose latest run failed."""
    latest = JobRun.objects.values("name").annotate(pk=Max("pk")).values("pk")
    return list(JobRun.objects.filter(pk__in=latest, ok=False))


def late_since(when: BaseSchedule, last_run: datetime) -> datetime | None:
    """When the run after ``last_run`` should have begun; ``None`` when it is not late."""
    overdue = -when.remaining_estimate(last_run)
    return timezone.now() - overdue if overdue > LATE_AFTER else None


def ask_for_run(*, name: str, by, now: datetime) -> bool:
    """
    Have a worker run a job of the schedule now; whether the queue took the wish.

    :raises ValueError: the schedule has no such job
    """
    from mall.audit.trail import record
    from mall.schedule import SCHEDULE

    if name not in {line.task for line in SCHEDULE}:
        raise ValueError(f"the schedule has no {name!r}")
    try:
        current_app.send_task(name, retry=False, ignore_result=True)
    except OperationalError:
        return False
    record("jobs.run", name, by=by, now=now)
    return True
