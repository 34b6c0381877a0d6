"""A booking that was wrong is put right by another one (S1): drawn up by one person, booked by another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from settlement.models.ledger import Account, Entry


class Correction(ShopOwned):
    """
    So much more or less for a shop than an entry said, and which account of the mall's bears or gets it. The entry
    itself stays as it is. What the shop gets of commission, fees or a fine is a refund of them, and is called so; what
    a payment channel took back of an order's money, or gave again, is a charge-back, won or lost.
    """

    class Direction(models.TextChoices):
        TO_SHOP = "to_shop", _("The shop gets it")
        FROM_SHOP = "from_shop", _("The shop gives it back")

    class Side(models.TextChoices):
        COMMISSION = Account.Kind.COMMISSION.value, Account.Kind.COMMISSION.label
        FEES = Account.Kind.FEES.value, Account.Kind.FEES.label
        FINES = Account.Kind.FINES.value, Account.Kind.FINES.label
        SUBSIDY = Account.Kind.SUBSIDY.value, Account.Kind.SUBSIDY.label
        CORRECTIONS = Account.Kind.CORRECTIONS.value, Account.Kind.CORRECTIONS.label
        CUSTODIAN = Account.Kind.CUSTODIAN.value, _("The payment channel: a charge-back")

    class Status(models.TextChoices):
        DRAWN = "drawn", _("Waiting for the second person")
        BOOKED = "booked", _("Booked")
        DISCARDED = "discarded", _("Discarded")

    FLOW = Flow({Status.DRAWN: {Status.BOOKED, Status.DISCARDED}, Status.BOOKED: set(), Status.DISCARDED: set()})

    public_id = PublicIdField(prefix="cor")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="corrections", verbose_name=_("corrected entry"))
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    side = models.CharField(_("borne or kept by"), max_length=16, choices=Side)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=300)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAWN)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drawn up by")
    )
    drawn_at = models.DateTimeField(_("drawn up at"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("correction"), _("corrections")
        permissions = [("book_correction", "Can book corrections")]
        indexes = [models.Index(fields=["drawn_at"], name="correction_waits", condition=Q(status="drawn"))]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(reason=""), name="correction_says_how_much_and_why"),
            models.CheckConstraint(
                condition=Q(status="drawn", ended_at=None, ended_by=None)
                | ~Q(status="drawn") & Q(ended_at__isnull=False, ended_by__isnull=False),
                name="correction_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="booked") | ~Q(ended_by=F("drawn_by")), name="correction_booked_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def title(self) -> str:
        """How it stands on statements."""
        refunds = {
            self.Side.COMMISSION: _("Commission given back"),
            self.Side.FEES: _("Fee given back"),
            self.Side.FINES: _("Fine given back"),
            self.Side.CUSTODIAN: _("Charge-back won"),
        }
        is_refund = self.direction == self.Direction.TO_SHOP
        if self.side == self.Side.CUSTODIAN and not is_refund:
            return _("Charge-back: the payment channel took it back")
        return str(refunds.get(self.side, Entry.Kind.CORRECTED.label) if is_refund else Entry.Kind.CORRECTED.label)
