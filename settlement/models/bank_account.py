"""Where a shop's money goes: its bank accounts (S4)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.crypto import BlindIndexField, EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned


class BankAccount(ShopOwned):
    """
    An account at a bank, held by the business that runs the shop. It is never rewritten: another number is another
    account, with a time of waiting of its own.
    """

    class Kind(models.TextChoices):
        COMPANY = "company", _("Account of the business")
        CARD = "card", _("Bank card of the owner")

    class Status(models.TextChoices):
        CHECKING = "checking", _("Being verified")
        VERIFIED = "verified", _("Verified")
        REFUSED = "refused", _("Not verified")
        REMOVED = "removed", _("Removed")

    FLOW = Flow(
        {
            Status.CHECKING: {Status.VERIFIED, Status.REFUSED, Status.REMOVED},
            Status.VERIFIED: {Status.REMOVED},
            Status.REFUSED: {Status.REMOVED},
            Status.REMOVED: set(),
        }
    )
    LIVE = (Status.CHECKING, Status.VERIFIED)

    public_id = PublicIdField(prefix="bac")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.CHECKING)
    holder = EncryptedTextField(_("holder"))
    number = EncryptedTextField(_("account number"))
    number_index = BlindIndexField(source="number")
    bank = models.CharField(_("bank"), max_length=60)
    branch = models.CharField(_("branch"), max_length=80, blank=True, default="")
    refusal = models.CharField(_("not verified because"), max_length=200, blank=True, default="")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )  # fmt: skip
    added_at = models.DateTimeField(_("entered at"))
    asked_at = models.DateTimeField(_("bank last asked at"), null=True)
    verified_at = models.DateTimeField(_("verified at"), null=True)
    usable_from = models.DateTimeField(_("takes money from"))
    removed_at = models.DateTimeField(_("removed at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("bank account"), _("bank accounts")
        indexes = [models.Index(fields=["added_at"], name="bank_account_checking", condition=Q(status="checking"))]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "number_index"],
                name="bank_account_once_per_shop",
                condition=Q(status__in=["checking", "verified"]),
            ),
            models.CheckConstraint(
                condition=~Q(status="verified") | Q(verified_at__isnull=False),
                name="bank_account_verified_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refusal=""), name="bank_account_refused_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(status="removed") | Q(removed_at__isnull=False), name="bank_account_removed_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.ending}"

    @property
    def ending(self) -> str:
        """The last four digits, by which people know an account."""
        return f"**** {self.number.reveal()[-4:]}"
