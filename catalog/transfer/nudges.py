"""Telling a worker; what nobody was told, the sweeper finds (``catalog.continue_imports``)."""

import logging

from django.db import transaction

log = logging.getLogger("catalog.transfer")


def check_after_commit(import_id: str) -> None:
    """Ask a worker to check this import once it is there."""
    transaction.on_commit(lambda: _nudge("check_import", import_id), robust=True)


def import_after_commit(import_id: str) -> None:
    """Ask a worker to bring this import in."""
    transaction.on_commit(lambda: _nudge("bring_in_import", import_id), robust=True)


def _nudge(task: str, import_id: str) -> None:
    from catalog import tasks

    try:
        getattr(tasks, task).apply_async(kwargs={"import_id": import_id}, retry=False, ignore_result=True)
    except Exception:  # the queue is away
        log.warning("could not queue %s of import %s; the sweeper will", task, import_id)
