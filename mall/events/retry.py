"""Telling an event again that a listener failed on."""

from datetime import datetime

from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import bus
from mall.events.models import OutboxEvent
from mall.refusals import Refusal


class DeliveredAlready(Refusal):
    """Everybody has heard it."""

    code = "delivered-already"


class StillFailing(Refusal):
    """A listener failed again; the event waits for its next turn."""

    code = "still-failing"


def retry_event(*, event: OutboxEvent, by, now: datetime) -> None:
    """
    Deliver an event now instead of at its next turn.

    :raises DeliveredAlready: there is nobody left who has not heard it
    :raises StillFailing: a listener failed again; why stands on the event
    """
    if OutboxEvent.objects.filter(pk=event.pk, delivered_at__isnull=False).exists():
        raise DeliveredAlready(_("Everybody has heard this."))
    record("events.retry", str(event), by=by, now=now)
    if not bus.deliver(event.pk):
        event.refresh_from_db(fields=["last_error"])
        raise StillFailing(event.last_error)
