"""The mall's Celery for a worker under our supervisor: its pool processes end with it, even when it is killed."""

import signal

from celery.signals import worker_process_init

from mall.celery import app
from mall.embedded.processes import die_with_parent

__all__ = ["app"]


@worker_process_init.connect
def end_with_the_worker(**_: object) -> None:
    """An unfinished task is taken up again by another worker, since tasks are acknowledged late."""
    die_with_parent(signal.SIGKILL)
