"""Deposits (S6): what an applicant pays before her shop opens, and what goes back when it has closed."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, Money, MoneyField
from merchants.models import Application, Shop


class Deposit(models.Model):
    """
    The deposit of one application, later of its shop: what a newcomer pays, or what one more trade asks for beside it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("To be paid")
        PAID = "paid", _("Paid")
        HELD = "held", _("Held for the shop")
        RETURNING = "returning", _("Going back")
        RETURNED = "returned", _("Returned")

    FLOW = Flow(
        {
            Status.WAITING: {Status.PAID},
            Status.PAID: {Status.HELD, Status.RETURNING},
            Status.HELD: {Status.RETURNING},
            Status.RETURNING: {Status.RETURNED},
            Status.RETURNED: set(),
        }
    )

    public_id = PublicIdField(prefix="dep")
    application = models.OneToOneField(
        Application, models.PROTECT, related_name="paid_deposit", verbose_name=_("application")
    )
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="paid_deposits", verbose_name=_("shop"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    asked_at = models.DateTimeField(_("asked for at"))
    paid_at = models.DateTimeField(_("paid at"), null=True)
    returned_at = models.DateTimeField(_("returned at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("deposit"), _("deposits")
        permissions = [("return_deposit", "Can return deposits")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="waiting", paid_at=None) | Q(paid_at__isnull=False) & ~Q(status="waiting"),
                name="deposit_paid_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "paid"], shop=None)
                | Q(status__in=["returning", "returned"])  # never held: it came after the application had expired
                | Q(status="held", shop__isnull=False),
                name="deposit_held_for_a_shop",
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | Q(returned_at__isnull=False), name="deposit_returned_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class DepositPayment(models.Model):
    """One attempt to pay a deposit through one channel; the channel sees it as it sees any payment."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CLOSED = "closed", _("Closed")

    FLOW = Flow(
        {
            Status.PENDING: {Status.SUCCEEDED, Status.FAILED, Status.CLOSED},
            Status.FAILED: {Status.SUCCEEDED},
            Status.CLOSED: {Status.SUCCEEDED},
            Status.SUCCEEDED: set(),
        }
    )

    public_id = PublicIdField(prefix="dpy")
    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="payments", verbose_name=_("deposit"))
    channel = models.CharField(_("channel"), max_length=20)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    provider_reference = models.CharField(_("channel's reference"), max_length=128, blank=True, default="")
    pay_by = models.DateTimeField(_("to be paid by"))
    started_at = models.DateTimeField(_("started at"))
    asked_at = models.DateTimeField(_("last asked about at"), null=True)
    succeeded_at = models.DateTimeField(_("succeeded at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("payment of a deposit"), _("payments of deposits")
        indexes = [models.Index(fields=["started_at"], name="deposit_payment_waiting", condition=Q(status="pending"))]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_payment_positive"),
            models.CheckConstraint(
                condition=~Q(status="succeeded") | Q(succeeded_at__isnull=False),
                name="deposit_payment_succeeded_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    # What a channel asks of a payment

    @property
    def subject(self) -> str:
        return gettext("Deposit %(deposit)s") % {"deposit": self.deposit.public_id}

    def notify_path(self) -> str:
        return reverse("storefront:settlement:deposit-notify", args=[self.channel])

    def return_path(self) -> str:
        return reverse("storefront:settlement:deposit-return", args=[self.public_id])


class DepositNotice(models.Model):
    """A channel's message about the payment of a deposit; each of its ids counts once."""

    channel = models.CharField(_("channel"), max_length=20)
    notice_id = models.CharField(_("channel's message id"), max_length=64)
    payment = models.ForeignKey(DepositPayment, models.PROTECT, related_name="notices", verbose_name=_("payment"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name, verbose_name_plural = _("notice about a deposit"), _("notices about deposits")
        constraints = [models.UniqueConstraint(fields=["channel", "notice_id"], name="deposit_notice_once")]


class DepositRefund(models.Model):
    """Money of a deposit going back the way it came: after the shop has closed, or because it came twice."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked")
        SUCCEEDED = "succeeded", _("Returned")

    FLOW = Flow({Status.ASKED: {Status.SUCCEEDED}, Status.SUCCEEDED: set()})

    public_id = PublicIdField(prefix="drf")
    payment = models.OneToOneField(
        DepositPayment, models.PROTECT, related_name="refund", verbose_name=_("payment")
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ASKED)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    asked_at = models.DateTimeField(_("asked at"))
    tried_at = models.DateTimeField(_("last tried at"), null=True)
    refunded_at = models.DateTimeField(_("returned at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("return of a deposit"), _("returns of deposits")
        indexes = [models.Index(fields=["asked_at"], name="deposit_refund_asked", condition=Q(status="asked"))]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_refund_positive"),
            models.CheckConstraint(
                condition=Q(status="asked") | Q(refunded_at__isnull=False), name="deposit_refund_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def in_cash(self) -> Money:
        """What goes through the channel: all of it."""
        return self.amount
