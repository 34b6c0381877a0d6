"""A shopper's balance: money that the custodian holds for her, and that she spends in any shop (O3, S1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField


class Purse(models.Model):
    """
    What one shopper has; the sum of its moves, and never below zero.

    ``takes_refunds``: she wants what is returned to her here, rather than where she paid from.
    """

    public_id = PublicIdField(prefix="pur")
    shopper = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="purse", verbose_name=_("shopper")
    )
    currency = CurrencyField()
    balance = MoneyField(_("balance"), default=0, db_default=0)
    takes_refunds = models.BooleanField(_("takes refunds"), default=False, db_default=False)
    opened_at = models.DateTimeField(pgettext_lazy("balance", "opened at"))

    class Meta:
        verbose_name, verbose_name_plural = _("shopper's balance"), _("shoppers' balances")
        constraints = [models.CheckConstraint(condition=Q(balance__gte=0), name="purse_never_below_zero")]

    def __str__(self) -> str:
        return self.public_id


class PurseMove(models.Model):
    """What changed a balance, written once, with what was left: a payment that filled or spent it, or a refund."""

    class Kind(models.TextChoices):
        TOPPED_UP = "topped_up", pgettext_lazy("balance", "Topped up")
        SPENT = "spent", pgettext_lazy("balance", "Spent")
        REFUNDED = "refunded", pgettext_lazy("balance", "Refund")

    purse = models.ForeignKey(
        Purse, models.PROTECT, related_name="moves", db_index=False, verbose_name=_("shopper's balance")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    payment = models.ForeignKey(
        "orders.Payment", models.PROTECT, null=True, related_name="purse_moves", verbose_name=_("payment")
    )
    refund = models.ForeignKey(
        "orders.Refund", models.PROTECT, null=True, related_name="purse_moves", verbose_name=_("refund")
    )
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    left = MoneyField(_("balance after it"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("move of a balance"), _("moves of balances")
        indexes = [models.Index(fields=["purse", "-id"], include=["amount"], name="purse_move_of_purse")]
        constraints = [
            models.UniqueConstraint(fields=["payment"], condition=Q(refund=None), name="purse_move_once_per_payment"),
            models.UniqueConstraint(
                fields=["refund"], condition=Q(refund__isnull=False), name="purse_move_once_per_refund"
            ),
            models.CheckConstraint(
                condition=Q(kind="topped_up", amount__gt=0, payment__isnull=False, refund=None)
                | Q(kind="spent", amount__lt=0, payment__isnull=False, refund=None)
                | Q(kind="refunded", amount__gt=0, payment=None, refund__isnull=False),
                name="purse_move_goes_its_way",
            ),
            models.CheckConstraint(condition=Q(left__gte=0), name="purse_move_never_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
