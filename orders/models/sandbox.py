"""
The books of the sandbox bank: what a real provider would keep on its own machines.

Nothing but ``orders.gateways.sandbox_bank`` reads or writes these; the mall learns of them only by signed notices and
by asking, as it would with a real provider.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow


class SandboxTrade(models.Model):
    """A payment as the sandbox bank sees it. ``settles_at``: the payer has paid, the money is still on its way."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        CLOSED = "closed", _("Closed")

    FLOW = Flow(
        {
            Status.WAITING: {Status.PAID, Status.FAILED, Status.CLOSED},
            Status.PAID: set(),
            Status.FAILED: set(),
            Status.CLOSED: set(),
        }
    )

    token = models.UUIDField(unique=True)
    merchant_reference = models.CharField(max_length=40, unique=True)
    subject = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    notify_url = models.URLField()
    return_url = models.URLField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    settles_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    payer = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["settles_at"],
                name="sandbox_trade_on_its_way",
                condition=Q(status="waiting", settles_at__isnull=False),
            )
        ]
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="sandbox_trade_positive")]


class SandboxRefund(models.Model):
    """A refund as the sandbox bank sees it; asking twice with one reference is one refund."""

    trade = models.ForeignKey(SandboxTrade, models.PROTECT, related_name="refunds")
    merchant_reference = models.CharField(max_length=40, unique=True)
    amount_minor = models.BigIntegerField()
    made_at = models.DateTimeField()


class SandboxNotice(models.Model):
    """What the sandbox bank has to tell the mall about a trade, until the mall has answered that it heard."""

    trade = models.ForeignKey(SandboxTrade, models.PROTECT, related_name="notices")
    notice_id = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=10, choices=SandboxTrade.Status)
    copies = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="sandbox_notice_due", condition=Q(sent_at=None))]
