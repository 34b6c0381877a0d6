"""Telling a worker; what nobody was told, the sweeper finds."""

import logging

from django.db import transaction

log = logging.getLogger("mall.exports")


def write_after_commit(export_id: str) -> None:
    """Ask a worker to write this export once it is there."""
    transaction.on_commit(lambda: _nudge(export_id), robust=True)


def _nudge(export_id: str) -> None:
    from mall.exports.tasks import write_export

    try:
        write_export.apply_async(kwargs={"export_id": export_id}, retry=False, ignore_result=True)
    except Exception:  # the queue is away
        log.warning("could not queue export %s; the sweeper will", export_id)
