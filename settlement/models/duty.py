"""Duty of goods from abroad on its way from the mall to customs (C2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField


class DutyRemittance(models.Model):
    """
    What is paid over to customs at once: drawn up by one person, confirmed by another when it was paid.

    One at a time waits in a currency, so that no order is told twice.
    """

    class Status(models.TextChoices):
        DRAWN = "drawn", _("Waiting for the second person")
        PAID = "paid", _("Paid over")
        DISCARDED = "discarded", _("Discarded")

    FLOW = Flow({Status.DRAWN: {Status.PAID, Status.DISCARDED}, Status.PAID: set(), Status.DISCARDED: set()})

    public_id = PublicIdField(prefix="dut")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAWN)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    count = models.PositiveIntegerField(_("orders"))
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drawn up by")
    )
    drawn_at = models.DateTimeField(_("drawn up at"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reference = models.CharField(_("receipt of customs"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("duty paid over"), _("duty paid over")
        permissions = [("pay_dutyremittance", "Can pay duty over to customs")]
        constraints = [
            models.UniqueConstraint(
                fields=["currency"], condition=Q(status="drawn"), name="duty_remittance_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, count__gt=0), name="duty_remittance_holds_something"),
            models.CheckConstraint(
                condition=Q(status="drawn", ended_at=None, ended_by=None)
                | ~Q(status="drawn") & Q(ended_at__isnull=False, ended_by__isnull=False),
                name="duty_remittance_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="paid") | (~Q(ended_by=F("drawn_by")) & ~Q(reference="")),
                name="duty_remittance_paid_by_another_with_receipt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} · {self.amount}"


class RemittedDuty(models.Model):
    """An order's part of a remittance; below zero where its duty was paid over before and then went back."""

    remittance = models.ForeignKey(DutyRemittance, models.PROTECT, related_name="lines")
    order_public_id = models.CharField(_("order"), max_length=24)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))

    class Meta:
        verbose_name, verbose_name_plural = _("order in it"), _("orders in it")
        indexes = [models.Index(fields=["order_public_id"], name="remitted_duty_of_order")]
        constraints = [
            models.UniqueConstraint(fields=["remittance", "order_public_id"], name="remitted_duty_once_per_order"),
            models.CheckConstraint(condition=~Q(amount=0), name="remitted_duty_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.order_public_id} · {self.amount}"
