"""The money of brands, suppliers, carriers and promoters (S2): parts of orders, where it goes, its payouts."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.crypto import BlindIndexField, EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, Money, MoneyField
from mall.tenancy import ShopOwned
from orders.models import Party
from settlement.models.bank_account import BankAccount


class PartyShare(ShopOwned):
    """
    What a party gets of one paid order: set aside with the payment, available together with the shop's own share.
    ``reversed`` was taken back while it was pending.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        RELEASED = "released", _("Available")

    party = models.ForeignKey(Party, models.PROTECT, related_name="shares", verbose_name=_("party"))
    order_public_id = models.CharField(_("order"), max_length=24)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    reversed = MoneyField(_("taken back while pending"), default=0, db_default=0)
    paid_at = models.DateTimeField(_("paid at"))
    released_at = models.DateTimeField(_("available since"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("share of a party"), _("shares of parties")
        indexes = [
            models.Index(fields=["party", "id"], name="party_share_of_party"),
            models.Index(fields=["paid_at"], name="party_share_pending", condition=Q(status="pending")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order_public_id", "party"], name="party_share_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reversed__gte=0, reversed__lte=F("amount")),
                name="party_share_taken_at_most_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", released_at=None) | Q(status="released", released_at__isnull=False),
                name="party_share_released_has_a_moment",
            ),
        ]

    @property
    def left(self) -> Money:
        """What of it stands, or stood when it became available."""
        return self.amount - self.reversed


class PartyBankAccount(models.Model):
    """A party's account at a bank, held under its name, verified as those of shops are; never rewritten."""

    Kind, Status, FLOW, LIVE = BankAccount.Kind, BankAccount.Status, BankAccount.FLOW, BankAccount.LIVE

    public_id = PublicIdField(prefix="pba")
    party = models.ForeignKey(Party, models.PROTECT, related_name="bank_accounts", verbose_name=_("party"))
    kind = models.CharField(_("kind"), max_length=10, choices=BankAccount.Kind)
    status = models.CharField(
        _("status"), max_length=10, choices=BankAccount.Status, default=BankAccount.Status.CHECKING
    )  # fmt: skip
    holder = EncryptedTextField(_("holder"))
    number = EncryptedTextField(_("account number"))
    number_index = BlindIndexField(source="number")
    bank = models.CharField(_("bank"), max_length=60)
    branch = models.CharField(_("branch"), max_length=80, blank=True, default="")
    refusal = models.CharField(_("not verified because"), max_length=200, blank=True, default="")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("entered at"))
    asked_at = models.DateTimeField(_("bank last asked at"), null=True)
    verified_at = models.DateTimeField(_("verified at"), null=True)
    usable_from = models.DateTimeField(_("takes money from"))
    removed_at = models.DateTimeField(_("removed at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("bank account of a party"), _("bank accounts of parties")
        indexes = [
            models.Index(fields=["added_at"], name="party_bank_account_checking", condition=Q(status="checking"))
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(status__in=["checking", "verified"]), name="party_bank_account_one_live"
            ),
            models.CheckConstraint(
                condition=~Q(status="verified") | Q(verified_at__isnull=False),
                name="party_bank_account_verified_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refusal=""), name="party_bank_account_refused_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(status="removed") | Q(removed_at__isnull=False),
                name="party_bank_account_removed_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.ending}"

    @property
    def ending(self) -> str:
        """The last four digits, by which people know an account."""
        return f"**** {self.number.reveal()[-4:]}"


class PartyPayout(models.Model):
    """What a party has available, on its way to its bank account: drawn up by one person, paid by another."""

    class Status(models.TextChoices):
        DRAWN = "drawn", _("Waiting for the second person")
        PAID = "paid", _("Paid out")
        DISCARDED = "discarded", _("Discarded, money is back")

    FLOW = Flow({Status.DRAWN: {Status.PAID, Status.DISCARDED}, Status.PAID: set(), Status.DISCARDED: set()})

    public_id = PublicIdField(prefix="ppo")
    party = models.ForeignKey(Party, models.PROTECT, related_name="payouts", verbose_name=_("party"))
    bank_account = models.ForeignKey(
        PartyBankAccount, models.PROTECT, related_name="payouts", verbose_name=_("bank account")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAWN)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drawn up by")
    )  # fmt: skip
    drawn_at = models.DateTimeField(_("drawn up at"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reference = models.CharField(_("bank's reference"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("payout to a party"), _("payouts to parties")
        permissions = [("pay_partypayout", "Can pay parties")]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "currency"], condition=Q(status="drawn"), name="party_payout_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="party_payout_holds_something"),
            models.CheckConstraint(
                condition=Q(status="drawn", ended_at=None, ended_by=None)
                | ~Q(status="drawn") & Q(ended_at__isnull=False, ended_by__isnull=False),
                name="party_payout_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="paid") | (~Q(ended_by=F("drawn_by")) & ~Q(reference="")),
                name="party_payout_paid_by_another_with_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} · {self.amount}"
