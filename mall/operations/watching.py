"""
The watch: every minute each measure is read and held against its limit. What is bad for some readings in a row becomes
one alert, however long it lasts; when as many readings are good it is over. Both are told, each once to each receiver.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from mall.operations import tunables
from mall.operations.measures import Measure, Measured, all_measures
from mall.operations.models import Alert, AlertDelivery, AlertReceiver, Reading
from mall.operations.traffic import forget_traffic
from mall.rows import insert_rows, select_rows

log = logging.getLogger("mall.operations")

What = AlertDelivery.What

_NOTE = """
    INSERT INTO operations_reading (measure, at, value, sample, "limit", is_bad, error)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (measure, at) DO NOTHING RETURNING id
"""


def take_readings(*, now: datetime) -> dict:
    """
    Read every measure once for this minute and open or close alerts; again in the same minute, and nothing happens.

    A measure that cannot be read is itself bad, and keeps no other from being read.
    """
    at = now.replace(second=0, microsecond=0)
    told = {"opened": 0, "recovered": 0}
    for measure in all_measures():
        limit = measure.limit.value
        try:
            with transaction.atomic():
                measured, error = measure.read(now), ""
        except Exception as problem:
            log.exception("%s cannot be measured", measure.name)
            measured, error = Measured(None), f"{type(problem).__name__}: {problem}"[:200]
        is_bad = bool(error) or measure.is_bad(measured.value, limit)
        outcome = _judge(measure, measured, at=at, limit=limit, is_bad=is_bad, error=error, now=now)
        if outcome:
            told[outcome] += 1
    return {name: count for name, count in told.items() if count}


@transaction.atomic
def _judge(
    measure: Measure, measured: Measured, *, at: datetime, limit: int, is_bad: bool, error: str, now: datetime
) -> str:
    """Note the reading and see what follows from it; only who noted it goes on, one at a time for each measure."""
    select_rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"operations {measure.name}"])
    fresh = select_rows(_NOTE, [measure.name, at, measured.value, measured.sample, limit, is_bad, error])
    if not fresh:
        return ""
    alert = Alert.objects.select_for_update().filter(measure=measure.name, closed_at=None).first()
    if alert is not None and is_bad:
        alert.worst = measure.worse(alert.worst, measured.value)
        alert.save(update_fields=["worst"])
    if measured.value is None and not error:
        return ""  # nothing can be said, so nothing begins or ends
    if not _is_settled(measure.name, at, is_bad):
        return ""
    if alert is None and is_bad:
        return _open(measure, measured, limit=limit, error=error, now=now)
    if alert is not None and not is_bad:
        return _close(alert, now=now)
    return ""


def _is_settled(name: str, at: datetime, is_bad: bool) -> bool:
    """Whether the latest readings that say something all say the same."""
    wanted = tunables.ALERT_AFTER.value
    said = Reading.objects.filter(measure=name, at__lte=at).exclude(value=None, error="")
    latest = list(said.order_by("-at").values_list("is_bad", flat=True)[:wanted])
    return len(latest) == wanted and all(bad == is_bad for bad in latest)


def _open(measure: Measure, measured: Measured, *, limit: int, error: str, now: datetime) -> str:
    facts = {"value": measured.value, "worst": measured.value, "limit": limit, "error": error}
    (alert,) = insert_rows([Alert(measure=measure.name, opened_at=now, **facts)])
    tell(alert, What.OPENED, AlertReceiver.objects.filter(is_active=True), now=now)
    return "opened"


def _close(alert: Alert, *, now: datetime) -> str:
    alert.closed_at = max(now, alert.opened_at)
    alert.save(update_fields=["closed_at"])
    who_knows = alert.deliveries.filter(what=What.OPENED).values("receiver")
    tell(alert, What.RECOVERED, AlertReceiver.objects.filter(is_active=True, pk__in=who_knows), now=now)
    return "recovered"


def tell(alert: Alert, what: str, receivers, *, now: datetime) -> None:
    """Leave a message for each; the clock sends them."""
    insert_rows(
        AlertDelivery(alert=alert, receiver=receiver, what=what, made_at=now, due_at=now)
        for receiver in receivers.order_by("pk")
    )


def forget_readings(*, now: datetime) -> int:
    """Readings, and traffic by the minute, that are older than they are kept; alerts stay."""
    before = now - timedelta(days=tunables.READING_DAYS.value)
    return Reading.objects.filter(at__lt=before).delete()[0] + forget_traffic(before=before)
