"""
The bus: ``publish`` inside the transaction, ``@on`` for those who listen.

Publishing writes a row (the outbox) in the announcing transaction, so an event exists exactly if what it tells of was
committed. After the commit Celery is nudged to deliver it; if the nudge is lost, the sweeper finds the row. Each
listener hears each event in a transaction of its own together with a receipt, so however often an event is delivered,
a listener's effect happens once.
"""

import dataclasses
import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Mod
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from mall.events.models import OutboxEvent
from mall.rows import insert_rows

log = logging.getLogger("mall.events")

SWEEP_AFTER = timedelta(seconds=10)
SWEEP_BATCH = 200
LONGEST_PAUSE = timedelta(minutes=30)

_event_types: dict[str, type] = {}
_listeners: dict[str, list[Callable]] = defaultdict(list)


def event(cls: type) -> type:
    """Class decorator of the vocabulary: a frozen, keyword-only dataclass that the bus knows by name."""
    cls = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
    _event_types[cls.__name__] = cls
    return cls


def on(*event_types: type) -> Callable:
    """Function decorator: hear these events, after their commit, each at least tried once and taking effect once."""

    def listen(function: Callable) -> Callable:
        for event_type in event_types:
            _listeners[event_type.__name__].append(function)
        return function

    return listen


def listener_name(function: Callable) -> str:
    return f"{function.__module__}.{function.__name__}"


def discover() -> None:
    """Load every app's ``subscribers`` module."""
    autodiscover_modules("subscribers")


def is_heard(event_type: type) -> bool:
    """Whether anybody listens; for statements that write many announcements into the outbox themselves."""
    return event_type.__name__ in _listeners


def event_types() -> dict[str, type]:
    return dict(_event_types)


def listeners() -> dict[str, list[Callable]]:
    return {name: list(functions) for name, functions in _listeners.items()}


def _as_json(value):
    if isinstance(value, tuple | list):
        return [_as_json(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def publish(*announcements) -> None:
    """
    Announce what happened, in the transaction in which it happened.

    :raises RuntimeError: no transaction is open, so the announcement could outlive or miss what it tells
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() belongs inside the transaction of what it announces")
    rows = insert_rows(
        OutboxEvent(
            name=type(announcement).__name__,
            payload={
                field.name: _as_json(getattr(announcement, field.name)) for field in dataclasses.fields(announcement)
            },
            delivered_at=None if type(announcement).__name__ in _listeners else timezone.now(),  # nobody listens
        )
        for announcement in announcements
    )
    ids = [row.pk for row in rows if row.delivered_at is None]
    if ids:
        transaction.on_commit(lambda: _nudge(ids), robust=True)


def _nudge(ids: list[int]) -> None:
    from mall.events.tasks import deliver_events

    try:
        deliver_events.apply_async(kwargs={"ids": ids}, retry=False, ignore_result=True)
    except Exception:  # the broker is away; the sweeper will deliver
        log.warning("could not nudge the delivery of %d event(s); the sweeper will", len(ids))


def _revive(row: OutboxEvent):
    return _event_types[row.name](**row.payload)


def deliver(event_id: int) -> bool:
    """
    Tell every listener of one event; ``True`` when all have heard it.

    A listener that fails is tried again later, with growing pauses; the others are not held up by it.
    """
    row = OutboxEvent.objects.filter(pk=event_id, delivered_at=None).first()
    if row is None:
        return True
    failure = ""
    for function in _listeners.get(row.name, ()):
        try:
            with transaction.atomic():
                if _take_receipt(event_id, listener_name(function)):
                    function(_revive(row))
        except Exception as error:
            log.exception("%s failed on event %s (%s)", listener_name(function), event_id, row.name)
            failure = f"{listener_name(function)}: {type(error).__name__}: {error}"[:500]
    if failure:
        pause = min(timedelta(seconds=5 * 2 ** min(row.attempts, 12)), LONGEST_PAUSE)
        OutboxEvent.objects.filter(pk=event_id).update(
            attempts=row.attempts + 1, last_error=failure, due_at=timezone.now() + pause
        )
        return False
    OutboxEvent.objects.filter(pk=event_id, delivered_at=None).update(delivered_at=timezone.now(), last_error="")
    return True


def _take_receipt(event_id: int, listener: str) -> bool:
    """Write the receipt of one listener for one event; ``False`` when it stands already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mall_receipt (event_id, listener, heard_at) VALUES (%s, %s, now()) ON CONFLICT DO NOTHING",
            [event_id, listener],
        )
        return cursor.rowcount == 1


def due(limit: int = SWEEP_BATCH) -> list[int]:
    """Events that nobody delivered in time: the nudge was lost, or a listener failed and its pause is over."""
    return list(
        OutboxEvent.objects.filter(delivered_at=None, due_at__lte=timezone.now())
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )


def deliver_everything(*, part: int = 0, of: int = 1) -> int:
    """
    Deliver until nothing is left that can be delivered now; for the demonstration, travelling and tests.

    Several processes may share the work, each its ``part`` ``of`` so many.
    """
    delivered, failed = 0, set()
    while True:
        ids = list(
            OutboxEvent.objects.annotate(turn=Mod("pk", of))
            .filter(delivered_at=None, turn=part)
            .exclude(pk__in=failed)
            .order_by("pk")
            .values_list("pk", flat=True)[:SWEEP_BATCH]
        )
        if not ids:
            return delivered
        for event_id in ids:
            if deliver(event_id):
                delivered += 1
            else:
                failed.add(event_id)


def forget_delivered(older_than: timedelta = timedelta(days=30)) -> int:
    """Delete events that everybody heard long ago; returns how many."""
    with connection.cursor() as cursor:
        limit = timezone.now() - older_than
        cursor.execute(
            "DELETE FROM mall_receipt r USING mall_outboxevent e WHERE r.event_id = e.id AND e.delivered_at < %s",
            [limit],
        )
        cursor.execute("DELETE FROM mall_outboxevent WHERE delivered_at < %s", [limit])
        return cursor.rowcount
