"""Money in and money back, one row per attempt (O3)."""

from datetime import timedelta

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from orders.models.after_sale import AfterSale
from orders.models.order import Order, OrderGroup
from orders.models.purse import Purse

TIME_TO_TOP_UP = timedelta(minutes=30)


class Payment(models.Model):
    """One attempt to pay an order group, or one part of it, or to top a balance up, through one channel."""

    class Part(models.TextChoices):
        WHOLE = "whole", _("All of it")
        DEPOSIT = "deposit", _("The deposit")
        BALANCE = "balance", _("The rest")
        TOP_UP = "top_up", _("Top-up of a balance")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CLOSED = "closed", _("Closed")

    # A late success of a closed or failed attempt is real money: it is taken note of and sent back.
    FLOW = Flow(
        {
            Status.PENDING: {Status.SUCCEEDED, Status.FAILED, Status.CLOSED},
            Status.FAILED: {Status.SUCCEEDED},
            Status.CLOSED: {Status.SUCCEEDED},
            Status.SUCCEEDED: set(),
        }
    )

    public_id = PublicIdField(prefix="pay")
    group = models.ForeignKey(
        OrderGroup, models.PROTECT, null=True, related_name="payments", verbose_name=_("order group")
    )
    purse = models.ForeignKey(
        Purse, models.PROTECT, null=True, related_name="payments", verbose_name=_("shopper's balance")
    )  # that it tops up
    part = models.CharField(_("part"), max_length=8, choices=Part, default=Part.WHOLE, db_default=Part.WHOLE.value)
    channel = models.CharField(_("channel"), max_length=20)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    provider_reference = models.CharField(_("channel's reference"), max_length=128, blank=True, default="")
    started_at = models.DateTimeField(_("started at"))
    succeeded_at = models.DateTimeField(_("succeeded at"), null=True)
    asked_at = models.DateTimeField(_("last asked about at"), null=True)
    is_late = models.BooleanField(_("came too late"), default=False)
    payer_mark = models.CharField(max_length=32, blank=True, default="", db_default="")  # whose money it was, blind

    class Meta:
        verbose_name, verbose_name_plural = _("payment"), _("payments")
        permissions = [("ask_payment", "Can ask the channel about payments")]
        indexes = [
            models.Index(fields=["started_at"], name="payment_waiting", condition=Q(status="pending")),
            BrinIndex(fields=["started_at"], name="payment_started", autosummarize=True),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="succeeded", succeeded_at__isnull=False) | ~Q(status="succeeded"),
                name="payment_succeeded_has_a_moment",
            ),
            models.UniqueConstraint(
                fields=["group", "part"],
                condition=Q(status="succeeded", is_late=False),
                name="payment_one_success_per_part",
            ),
            models.CheckConstraint(
                condition=Q(part="top_up", purse__isnull=False, group=None, is_late=False)
                | ~Q(part="top_up") & Q(purse=None, group__isnull=False),
                name="payment_of_a_group_or_a_top_up",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    # What a channel asks of a payment

    @property
    def pay_by(self):
        return self.group.pay_by if self.group_id else self.started_at + TIME_TO_TOP_UP

    @property
    def subject(self) -> str:
        if self.part == self.Part.TOP_UP:
            return gettext("Top-up of your balance")
        words = {"group": self.group.public_id}
        match self.part:
            case self.Part.DEPOSIT:
                return gettext("Deposit for order %(group)s") % words
            case self.Part.BALANCE:
                return gettext("The rest of order %(group)s") % words
        return gettext("Order %(group)s") % words

    def notify_path(self) -> str:
        return reverse("storefront:orders:payment-notify", args=[self.channel])

    def return_path(self) -> str:
        return reverse("storefront:orders:payment-return", args=[self.public_id])


class PaymentNotice(models.Model):
    """A message of a channel, kept as it came; each of its ids counts once, however often it is sent."""

    channel = models.CharField(_("channel"), max_length=20)
    notice_id = models.CharField(_("channel's message id"), max_length=64)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="notices", verbose_name=_("payment"))
    body = models.JSONField(_("content"))
    outcome = models.CharField(_("outcome"), max_length=40)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name, verbose_name_plural = _("payment notice"), _("payment notices")
        constraints = [models.UniqueConstraint(fields=["channel", "notice_id"], name="payment_notice_once")]


class Refund(models.Model):
    """
    Money going back the way it came: of an after-sale (each once), of a canceled order, or of a payment that came too
    late (no order). ``duty`` is what of it comes from the customs' part.

    ``to_cards`` is what of it goes back on the gift cards that paid the order, at once; the rest goes through the
    channel of the ``payment``. Where cards have paid everything there is no payment. Of an order with a deposit the
    rest is returned first, through its own payment; ``from_deposit`` is what beside it goes back through the deposit's.

    ``to_balance`` is what goes on the shopper's balance, at once as well: what she had paid from it, or all but what
    cards had paid when she wishes so.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked")
        SUCCEEDED = "succeeded", _("Returned")

    FLOW = Flow({Status.ASKED: {Status.SUCCEEDED}, Status.SUCCEEDED: set()})

    public_id = PublicIdField(prefix="ref")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="refunds", verbose_name=_("payment"))
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="refunds", verbose_name=_("order"))
    after_sale = models.ForeignKey(
        AfterSale, models.PROTECT, null=True, related_name="refunds", verbose_name=_("after-sale")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ASKED)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    duty = MoneyField(_("of this duty"), default=0, db_default=0)
    to_cards = MoneyField(_("of this on gift cards"), default=0, db_default=0)
    from_deposit = MoneyField(_("of this through the payment of the deposit"), default=0, db_default=0)
    to_balance = MoneyField(_("of this on the balance"), default=0, db_default=0)
    reason = models.CharField(_("reason"), max_length=200)
    asked_at = models.DateTimeField(_("asked at"))
    tried_at = models.DateTimeField(_("last tried at"), null=True)
    refunded_at = models.DateTimeField(_("returned at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("refund"), _("refunds")
        permissions = [
            ("retry_refund", "Can send refunds again"),
            ("refund_to_balance", "Can put refunds on balances"),
        ]
        indexes = [models.Index(fields=["asked_at"], name="refund_asked", condition=Q(status="asked"))]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "after_sale"],
                condition=Q(order__isnull=False),
                name="refund_once_per_case",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(fields=["payment"], condition=Q(order=None), name="refund_of_a_late_payment_once"),
            models.CheckConstraint(
                condition=Q(to_cards=0, payment__isnull=False)
                | Q(to_cards__gt=0, to_cards__lte=F("amount"), order__isnull=False)
                & (Q(payment__isnull=False) | Q(to_cards=F("amount"))),
                name="refund_to_cards_is_part_of_it",
            ),
            models.CheckConstraint(
                condition=Q(from_deposit=0)
                | Q(from_deposit__gt=0, from_deposit__lt=F("amount"), to_cards=0, order__isnull=False),
                name="refund_from_deposit_is_part_of_it",
            ),
            models.CheckConstraint(
                condition=Q(to_balance__gte=0, to_balance__lte=F("amount") - F("to_cards")),
                name="refund_to_balance_is_part_of_it",
            ),
            models.CheckConstraint(
                condition=Q(after_sale=None) | Q(order__isnull=False), name="refund_of_a_case_names_its_order"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=Q(duty__gte=0, duty__lte=F("amount")), name="refund_duty_is_part_of_it"),
            models.CheckConstraint(
                condition=Q(status="asked") | Q(refunded_at__isnull=False), name="refund_returned_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def in_cash(self):
        """What of it gift cards had not paid: it goes through the channel, or on her balance."""
        return self.amount - self.to_cards

    @property
    def through_channel(self):
        """What of it leaves the mall."""
        return self.in_cash - self.to_balance
