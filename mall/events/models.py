"""The outbox: what was announced, and who has heard it."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def first_sweep() -> object:
    """When the sweeper takes an event over that the nudge did not deliver."""
    return timezone.now() + timedelta(seconds=10)


class OutboxEvent(models.Model):
    """One announcement, written in the transaction of what it tells; delivered after it, at least once."""

    name = models.CharField(_("event"), max_length=60)
    payload = models.JSONField(_("payload"))
    published_at = models.DateTimeField(_("published at"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"), default=first_sweep)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("failed attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("event"), _("events")
        permissions = [("retry_outboxevent", "Can deliver events again")]
        indexes = [
            models.Index(fields=["due_at"], name="outbox_due", condition=models.Q(delivered_at=None)),
            models.Index(fields=["id"], name="outbox_waiting", condition=models.Q(delivered_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class Receipt(models.Model):
    """This listener has heard this event: written with the listener's own effect, so it happens once."""

    event = models.ForeignKey(OutboxEvent, models.CASCADE, related_name="receipts", db_index=False)
    listener = models.CharField(max_length=120)
    heard_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "listener"], name="receipt_once")]
