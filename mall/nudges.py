"""Asking a worker to run a job now rather than at its next turn. A nudge may be lost; the schedule finds the rows."""

import logging

from django.db import transaction

from mall.celery import app

log = logging.getLogger("mall.nudges")


def run_soon(task: str) -> None:
    """Start a job of the schedule after the commit; harmless when the queue is away."""
    transaction.on_commit(lambda: _send(task), robust=True)


def _send(task: str) -> None:
    try:
        app.send_task(task, retry=False, ignore_result=True, expires=60)
    except Exception:  # the broker is away; the schedule will come by
        log.warning("could not start %s now; the schedule will", task)
