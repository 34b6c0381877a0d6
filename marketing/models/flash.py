"""What a flash sale has to sell: so many units of a SKU, so many for one person (K3). These rows are the truth."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from marketing.models.promotion import Promotion


class FlashUnits(ShopOwned):
    """
    One SKU in a flash sale: its price, its ``quota`` of units, how many of them are ``taken`` by orders that stand.

    While ``is_open`` the units not yet taken are set aside in the stock, under the public id of the promotion.
    ``moves`` counts every change, so that whoever hears of two knows which is the later one.
    """

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="units", verbose_name=_("promotion"))
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("item"))
    currency = CurrencyField()
    price = MoneyField(_("flash price"))
    quota = models.PositiveIntegerField(_("units"))
    taken = models.PositiveIntegerField(_("taken"), default=0)
    most = models.PositiveSmallIntegerField(_("units per person"), default=1)
    is_open = models.BooleanField(_("set aside in the stock"), default=False)
    moves = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("units of a flash sale"), _("units of flash sales")
        indexes = [models.Index(fields=["sku"], name="flash_units_open_of_sku", condition=Q(is_open=True))]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "sku"], name="flash_units_once_per_sku"),
            models.CheckConstraint(
                condition=Q(taken__gte=0) & Q(taken__lte=F("quota")), name="flash_units_taken_within_quota"
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="flash_units_have_a_price"),
            models.CheckConstraint(condition=Q(most__gte=1), name="flash_units_for_somebody"),
        ]

    @property
    def left(self) -> int:
        return self.quota - self.taken


class FlashCount(models.Model):
    """How many of these units a shopper has: the row that keeps her to her number."""

    units = models.ForeignKey(FlashUnits, models.CASCADE, related_name="counts")
    shopper = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    count = models.PositiveSmallIntegerField()
    most = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["units", "shopper"], name="flash_count_once_per_shopper"),
            models.CheckConstraint(
                condition=Q(count__gte=0) & Q(count__lte=F("most")), name="flash_count_within_the_limit"
            ),
        ]
