"""Withdrawals (S4): a shop's available money on its way to its bank account."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, Money, MoneyField
from mall.tenancy import ShopOwned
from settlement.models.bank_account import BankAccount


class PayoutFile(models.Model):
    """A file of payouts that a person takes to the bank. A withdrawal stands in at most one."""

    public_id = PublicIdField(prefix="pof")
    currency = CurrencyField()
    total = MoneyField(_("total"))
    count = models.PositiveIntegerField(_("payouts"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))

    class Meta:
        verbose_name, verbose_name_plural = _("bank file"), _("bank files")
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0, count__gt=0), name="payout_file_holds_something")
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.public_id


class Withdrawal(ShopOwned):
    """Money that leaves the mall for a bank account, once per request key."""

    class Status(models.TextChoices):
        APPLIED = "asked", _("Applied for")
        RISK_CHECK = "review", _("Risk check")
        APPROVED = "approved", _("Approved")
        PAYING = "paying", _("With the bank")
        PAID = "paid_out", _("Paid out")
        FAILED = "failed", _("Failed, money is back")
        REJECTED = "rejected", _("Rejected, money is back")

    FLOW = Flow(
        {
            Status.APPLIED: {Status.RISK_CHECK, Status.APPROVED, Status.REJECTED},
            Status.RISK_CHECK: {Status.APPROVED, Status.REJECTED},
            Status.APPROVED: {Status.PAYING, Status.REJECTED},
            Status.PAYING: {Status.PAID, Status.FAILED, Status.APPROVED},  # approved again: held before it was sent
            Status.PAID: set(),
            Status.FAILED: set(),
            Status.REJECTED: set(),
        }
    )
    OPEN = (Status.APPLIED, Status.RISK_CHECK, Status.APPROVED, Status.PAYING)
    BACK = (Status.FAILED, Status.REJECTED)

    class Doubt(models.TextChoices):
        """Why a person looks at it before it is paid."""

        LARGE = "large", _("A large amount: two people decide")
        OFTEN = "often", _("Many withdrawals within a day")
        HELD = "held", _("Risk holds the shop's money")

    public_id = PublicIdField(prefix="wdr")
    bank_account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="withdrawals", verbose_name=_("bank account")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.APPLIED)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    fee = MoneyField(_("fee"), default=0)
    request_key = models.UUIDField(_("request key"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked for at"))
    doubts = ArrayField(models.CharField(max_length=10, choices=Doubt), default=list, verbose_name=_("doubts"))
    needs_two = models.BooleanField(_("two people decide"), default=False)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("first approval by")
    )
    first_at = models.DateTimeField(_("first approval at"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    channel = models.CharField(_("channel"), max_length=20, blank=True, default="")
    file = models.ForeignKey(
        PayoutFile, models.PROTECT, null=True, related_name="withdrawals", verbose_name=_("bank file")
    )  # fmt: skip
    paying_at = models.DateTimeField(_("sent to the bank at"), null=True)
    bank_asked_at = models.DateTimeField(_("bank last asked at"), null=True)
    reference = models.CharField(_("bank's reference"), max_length=64, blank=True, default="")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("withdrawal"), _("withdrawals")
        permissions = [("decide_withdrawal", "Can decide about withdrawals"), ("pay_withdrawal", "Can follow payouts")]
        indexes = [
            models.Index(fields=["shop", "-id"], name="withdrawal_of_shop"),
            models.Index(
                fields=["asked_at"], name="withdrawal_open", condition=Q(status__in=["asked", "approved", "paying"])
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "request_key"], name="withdrawal_once_per_key"),
            models.CheckConstraint(
                condition=Q(fee__gte=0, amount__gt=F("fee")), name="withdrawal_amount_exceeds_its_fee"
            ),
            models.CheckConstraint(
                condition=Q(first_by=None) | Q(approved_by=None) | ~Q(first_by=F("approved_by")),
                name="withdrawal_second_person_is_another",
            ),
            models.CheckConstraint(
                condition=(Q(first_by=None) | ~Q(first_by=F("asked_by")))
                & (Q(approved_by=None) | ~Q(approved_by=F("asked_by"))),
                name="withdrawal_nobody_approves_her_own",
            ),
            models.CheckConstraint(
                condition=Q(needs_two=False)
                | Q(status__in=["asked", "review", "rejected"])
                | Q(first_by__isnull=False, approved_by__isnull=False),
                name="withdrawal_large_is_seen_by_two",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "review", "rejected"]) | Q(approved_at__isnull=False),
                name="withdrawal_approved_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["paying", "paid_out", "failed"]) | Q(paying_at__isnull=False) & ~Q(channel=""),
                name="withdrawal_paying_names_its_channel",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "review", "approved", "paying"], ended_at=None)
                | Q(status__in=["paid_out", "failed", "rejected"], ended_at__isnull=False),
                name="withdrawal_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["failed", "rejected"]) | ~Q(reason=""), name="withdrawal_back_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} · {self.amount}"

    @property
    def payout(self) -> Money:
        """What arrives at the bank."""
        return self.amount - self.fee

    @property
    def doubt_labels(self) -> list[str]:
        return [str(self.Doubt(doubt).label) for doubt in self.doubts]


class SandboxPayout(models.Model):
    """The books of the sandbox bank: a payout it was told to make, by the mall's reference."""

    merchant_reference = models.CharField(max_length=40, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    outcome = models.CharField(max_length=10)  # paid or failed
    detail = models.CharField(max_length=40, blank=True, default="")
    told_from = models.DateTimeField()  # until then it says "on its way"
    made_at = models.DateTimeField()
