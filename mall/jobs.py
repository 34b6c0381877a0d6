"""
Scheduled jobs on the record: when each ran, how long, what it did, what went wrong.

A job's task is declared with :func:`job`, which writes a :class:`JobRun` row around the call. Two runs of one job may
overlap (a slow run, a redelivered message): jobs claim their rows, so nothing is done twice.
"""

import functools
from collections.abc import Callable

from celery import shared_task
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


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
