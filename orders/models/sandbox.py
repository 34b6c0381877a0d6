"""
The books of the sandbox bank: what a real provider would keep on its own machines.

Nothing but ``orders.gateways.sandbox`` reads or writes these; the mall learns of them only by signed notices and by
asking, as it would with a real provider.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SandboxTrade(models.Model):
    """A payment as the sandbox bank sees it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        CLOSED = "closed", _("Closed")

    token = models.UUIDField(unique=True)
    merchant_reference = models.CharField(max_length=40, unique=True)
    subject = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    notify_url = models.URLField()
    return_url = models.URLField()
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="sandbox_trade_positive")]


class SandboxRefund(models.Model):
    """A refund as the sandbox bank sees it; asking twice with one reference is one refund."""

    trade = models.ForeignKey(SandboxTrade, models.PROTECT, related_name="refunds")
    merchant_reference = models.CharField(max_length=40, unique=True)
    amount_minor = models.BigIntegerField()
    made_at = models.DateTimeField()
