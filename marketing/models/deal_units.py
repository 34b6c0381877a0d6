"""What a promotion has of an item at a price that is asked for: so many units, so many for one person."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from marketing.models.promotion import Promotion


class DealUnits(ShopOwned):
    """One SKU of group buying or of a crowdfunding: its price, its ``quota``, how much of it orders have ``taken``."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="deal_units", verbose_name=_("promotion"))
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("item"))
    currency = CurrencyField()
    price = MoneyField(_("price"))
    quota = models.PositiveIntegerField(_("units"))
    taken = models.PositiveIntegerField(_("taken"), default=0)
    most = models.PositiveSmallIntegerField(_("units per person"), default=1)

    class Meta:
        verbose_name, verbose_name_plural = _("units of a deal"), _("units of deals")
        constraints = [
            models.UniqueConstraint(fields=["promotion", "sku"], name="deal_units_once_per_sku"),
            models.CheckConstraint(
                condition=Q(taken__gte=0) & Q(taken__lte=F("quota")), name="deal_units_taken_within_quota"
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="deal_units_have_a_price"),
            models.CheckConstraint(condition=Q(most__gte=1), name="deal_units_for_somebody"),
        ]

    @property
    def left(self) -> int:
        return self.quota - self.taken
