"""What a pre-sale with a deposit has to sell, and which orders have it (K1). These rows are the truth."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Sku
from mall.money import CurrencyField, Money, MoneyField
from mall.tenancy import ShopOwned
from marketing.models.promotion import Promotion


class DepositUnits(ShopOwned):
    """
    One SKU in a pre-sale with a deposit: its price, the deposit and what that counts for (``worth``) of the price, its
    ``quota`` of units, how many of them are ``taken`` by orders that stand.
    """

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="deposit_units", verbose_name=_("promotion"))
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("item"))
    currency = CurrencyField()
    price = MoneyField(_("pre-sale price"))
    deposit = MoneyField(pgettext_lazy("pre-sale", "deposit"))
    worth = MoneyField(_("the deposit counts for"))
    quota = models.PositiveIntegerField(_("units"))
    taken = models.PositiveIntegerField(_("taken"), default=0)
    most = models.PositiveSmallIntegerField(_("units per person"), default=1)

    class Meta:
        verbose_name, verbose_name_plural = _("units of a pre-sale"), _("units of pre-sales")
        indexes = [models.Index(fields=["sku"], name="deposit_units_of_sku")]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "sku"], name="deposit_units_once_per_sku"),
            models.CheckConstraint(
                condition=Q(taken__gte=0) & Q(taken__lte=F("quota")), name="deposit_units_taken_within_quota"
            ),
            models.CheckConstraint(
                condition=Q(deposit__gt=0, worth__gte=F("deposit"), price__gt=F("worth")),
                name="deposit_units_amounts_sane",
            ),
            models.CheckConstraint(condition=Q(most__gte=1), name="deposit_units_for_somebody"),
        ]

    @property
    def left(self) -> int:
        return self.quota - self.taken

    @property
    def to_pay(self) -> Money:
        """What a piece costs in all: the price less what the deposit counts beyond itself."""
        return self.price - self.worth + self.deposit

    @property
    def rest(self) -> Money:
        """What of a piece is paid after the deposit."""
        return self.price - self.worth


class DepositTaking(models.Model):
    """So many units that an order has; ``returned_at``: it came to nothing, and others may have them."""

    units = models.ForeignKey(DepositUnits, models.CASCADE, related_name="takings")
    shopper = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    order_public_id = models.CharField(max_length=24, unique=True)
    pieces = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["units", "shopper"], name="deposit_taking_of_shopper", condition=Q(returned_at=None))
        ]
        constraints = [models.CheckConstraint(condition=Q(pieces__gt=0), name="deposit_taking_of_something")]
