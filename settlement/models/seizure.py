"""What an authority orders about money that was seized (R4): it is paid over to it, or it goes back to the shop."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.crypto import EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from risk.models import MoneyCase


class SeizureOrder(models.Model):
    """
    One order of an authority about a case's seized money, by its file number: drawn up by one person, approved by
    another who types the account's number again from the paper.
    """

    class Way(models.TextChoices):
        OVER = "over", _("Paid over to the authority")
        BACK = "back", _("Back to the shop")

    class Authority(models.TextChoices):
        COURT = MoneyCase.Authority.COURT.value, MoneyCase.Authority.COURT.label
        POLICE = MoneyCase.Authority.POLICE.value, MoneyCase.Authority.POLICE.label
        REGULATOR = MoneyCase.Authority.REGULATOR.value, MoneyCase.Authority.REGULATOR.label
        TAX = MoneyCase.Authority.TAX.value, MoneyCase.Authority.TAX.label

    class Status(models.TextChoices):
        DRAWN = "drawn", _("Waiting for the second person")
        APPROVED = "approved", _("Approved")
        PAYING = "paying", _("With the bank")
        DONE = "done", _("Carried out")
        FAILED = "failed", _("Failed, the money is seized still")
        DISCARDED = "discarded", _("Discarded, the money is seized still")

    FLOW = Flow(
        {
            Status.DRAWN: {Status.APPROVED, Status.DONE, Status.DISCARDED},  # at once done: what goes back to the shop
            Status.APPROVED: {Status.PAYING, Status.DISCARDED},
            Status.PAYING: {Status.DONE, Status.FAILED},
            Status.DONE: set(),
            Status.FAILED: set(),
            Status.DISCARDED: set(),
        }
    )
    VOID = (Status.FAILED, Status.DISCARDED)
    MOVING = (Status.DRAWN, Status.APPROVED, Status.PAYING)

    public_id = PublicIdField(prefix="szo")
    case = models.ForeignKey(MoneyCase, models.PROTECT, related_name="seizure_orders", verbose_name=_("case of money"))
    way = models.CharField(_("what is ordered"), max_length=4, choices=Way)
    authority = models.CharField(_("on whose order"), max_length=10, choices=Authority)
    file_number = models.CharField(_("file number of the order"), max_length=80)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAWN)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    holder = models.CharField(_("holder"), max_length=120, blank=True, default="")
    number = EncryptedTextField(_("account number"), blank=True, default="")
    bank = models.CharField(_("bank"), max_length=60, blank=True, default="")
    branch = models.CharField(_("branch"), max_length=80, blank=True, default="")
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drawn up by")
    )
    drawn_at = models.DateTimeField(_("drawn up at"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    channel = models.CharField(_("channel"), max_length=20, blank=True, default="")
    paying_at = models.DateTimeField(_("sent to the bank at"), null=True)
    bank_asked_at = models.DateTimeField(_("bank last asked at"), null=True)
    reference = models.CharField(_("bank's reference"), max_length=64, blank=True, default="")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("order about seized money"), _("orders about seized money")
        permissions = [("carry_out_seizureorder", "Can approve orders about seized money and follow them")]
        indexes = [
            models.Index(
                fields=["status", "id"],
                name="seizure_order_moving",
                condition=Q(status__in=["drawn", "approved", "paying"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(status__in=["drawn", "approved", "paying"]),
                name="seizure_order_one_moves_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(file_number=""), name="seizure_order_names_amount_and_file"
            ),
            models.CheckConstraint(
                condition=Q(way="over") & ~Q(holder="") & ~Q(bank="") | Q(way="back", holder="", bank="", branch=""),
                name="seizure_order_over_names_an_account",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("drawn_by")), name="seizure_order_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["drawn", "discarded"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="seizure_order_moves_when_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["paying", "failed"]) & ~Q(status="done", way="over")
                | Q(way="over", paying_at__isnull=False) & ~Q(channel=""),
                name="seizure_order_paying_names_its_channel",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["drawn", "approved", "paying"], ended_at=None)
                | ~Q(status__in=["drawn", "approved", "paying"]) & Q(ended_at__isnull=False),
                name="seizure_order_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["failed", "discarded"]) | ~Q(reason=""), name="seizure_order_void_says_why"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.public_id} · {self.amount}"

    @property
    def ending(self) -> str:
        """The last four digits of the account, by which people know it."""
        return f"**** {self.number.reveal()[-4:]}" if self.number else ""
