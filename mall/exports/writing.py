"""
Writing an export: rows in batches, each read in the shop's own scope, progress after each.

A worker claims an export by moving it to "running" and counts as alive as long as it beats. One that fell silent loses
it: the sweeper hands it to another, or gives up after three; the silent one, should it wake, finds that it was replaced
and writes nothing more.
"""

import logging
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from secrets import token_hex
from typing import BinaryIO

from django.core.files import File
from django.core.files.storage import storages
from django.db.models import F
from django.utils import timezone, translation

from mall.exports.files import FILES
from mall.exports.models import Export
from mall.exports.nudges import write_after_commit
from mall.exports.registry import Asked, Kind, kind_of
from mall.exports.tunables import EXPORT_DAYS
from mall.tenancy import shop_scope

log = logging.getLogger("mall.exports")

BATCH = 500
SILENT = timedelta(seconds=60)  # a worker that did not beat for so long is gone
UNHEARD = timedelta(seconds=30)  # a message that nobody took for so long got lost
MOST_ATTEMPTS = 3
FORGET_BATCH = 200


class _Replaced(Exception):
    """Somebody else has this export now."""


def storage():
    """Where files lie that are handed out only by our own doors."""
    return storages["private"]


def write_export(*, export_id: str, now: datetime) -> bool:
    """
    Write an export that waits; whether it is ready now. One that does not wait is left to whoever has it.
    """
    claimed = Export.objects.filter(public_id=export_id, status=Export.Status.WAITING).update(
        status=Export.Status.RUNNING,
        attempts=F("attempts") + 1,
        rows_done=0,
        rows_total=None,
        beat_at=timezone.now(),
    )
    if not claimed:
        return False
    asked = Export.objects.select_related("shop").get(public_id=export_id)
    try:
        with tempfile.TemporaryFile() as file, translation.override(asked.language or None):
            count = _fill(file, asked)
            size = file.tell()
            _hand_over(file, asked, count=count, size=size, now=now)
    except _Replaced:
        return False
    except Exception:
        log.exception("export %s failed", export_id)
        _mine(asked).update(status=Export.Status.FAILED, ended_at=now)
        return False
    return True


def _fill(file: BinaryIO, asked: Export) -> int:
    """Write head and rows; returns how many rows."""
    kind = kind_of(asked.kind)
    if kind is None:
        raise LookupError(f"nobody declares the export {asked.kind}")
    what, columns = Asked.from_json(asked.asked), kind.columns_for(is_personal=asked.is_personal, shop=asked.shop)
    with shop_scope(asked.shop_id):
        total = kind.rows(asked.shop, what).order_by().count()
    _beat(asked, rows_total=total)

    written = FILES[asked.format](file, has_mark=kind.has_mark)
    written.head([str(column.label) for column in columns])
    count = 0
    for batch, lines in _batches(asked, kind, what):
        for line in lines:
            written.row([column.of(line) for column in columns])
        count += len(batch)
        _beat(asked, rows_done=count)
    written.close()
    file.seek(0, 2)
    return count


def _batches(asked: Export, kind: Kind, what: Asked) -> Iterator[tuple[list, list]]:
    """The rows by key, newest first, with their lines; each batch in a scope and transaction of its own."""
    last = None
    while True:
        with shop_scope(asked.shop_id):
            rows = kind.rows(asked.shop, what).order_by("-pk")
            batch = list((rows if last is None else rows.filter(pk__lt=last))[:BATCH])
            lines = list(kind.lines(batch)) if kind.lines else batch
        if batch:
            yield batch, lines
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


def _hand_over(file: BinaryIO, asked: Export, *, count: int, size: int, now: datetime) -> None:
    file.seek(0)
    name = PurePosixPath("exports") / asked.shop.slug / f"{asked.public_id}-{token_hex(8)}.{asked.format}"
    saved = storage().save(str(name), File(file))
    try:
        is_mine = _mine(asked).update(
            status=Export.Status.READY,
            rows_done=count,
            rows_total=count,
            file=saved,
            size=size,
            ended_at=now,
            expires_at=now + timedelta(days=EXPORT_DAYS.value),
        )
        if not is_mine:
            raise _Replaced
    except BaseException:
        storage().delete(saved)
        raise


def _mine(asked: Export):
    return Export.objects.filter(pk=asked.pk, status=Export.Status.RUNNING, attempts=asked.attempts)


def _beat(asked: Export, **progress) -> None:
    if not _mine(asked).update(beat_at=timezone.now(), **progress):
        raise _Replaced


# By the clock


def continue_exports(*, now: datetime) -> dict[str, int]:
    """
    Start again what a killed worker left behind, and what waits for a message that got lost; give up after three.
    """
    moment = timezone.now()
    silent = Export.objects.filter(status=Export.Status.RUNNING, beat_at__lt=moment - SILENT)
    given_up = silent.filter(attempts__gte=MOST_ATTEMPTS).update(status=Export.Status.FAILED, ended_at=now)
    again = silent.filter(attempts__lt=MOST_ATTEMPTS).update(status=Export.Status.WAITING, beat_at=moment - UNHEARD)
    waiting = Export.objects.filter(status=Export.Status.WAITING, beat_at__lte=moment - UNHEARD)
    unheard = list(waiting.order_by("pk").values_list("public_id", flat=True)[:FORGET_BATCH])
    waiting.filter(public_id__in=unheard).update(beat_at=moment)
    for export_id in unheard:
        write_after_commit(export_id)
    return {name: count for name, count in (("again", again), ("queued", len(unheard)), ("failed", given_up)) if count}


def forget_exports(*, now: datetime) -> int:
    """Delete the files whose days are over; returns how many. What a killed run left over, the next one finds."""
    due = list(Export.objects.filter(status=Export.Status.READY, expires_at__lte=now).order_by("pk")[:FORGET_BATCH])
    for export in due:
        storage().delete(export.file)
        Export.objects.filter(pk=export.pk, status=Export.Status.READY).update(status=Export.Status.EXPIRED, file="")
    return len(due) + forget_exports(now=now) if len(due) == FORGET_BATCH else len(due)
