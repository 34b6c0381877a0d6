"""What SKUs used to cost, and prices that must stay for a while."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Sku
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from mall.texts import TextField


class FormerPrice(ShopOwned):
    """
    A price that a SKU of an approved product had until a moment; append-only.

    It began when the one before it ended, or with the SKU. The present price stands in the SKU itself, so a SKU whose
    price has never changed has no row here.
    """

    sku = models.ForeignKey(Sku, models.PROTECT, related_name="former_prices", verbose_name=_("item"))
    currency = CurrencyField()
    price = MoneyField(_("price"))
    until_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name, verbose_name_plural = _("former price"), _("former prices")
        indexes = [models.Index(fields=["sku", "until_at"], name="former_price_of_sku")]
        constraints = [models.CheckConstraint(condition=Q(price__gt=0), name="former_price_positive")]


class PriceLock(ShopOwned):
    """The price of a SKU stays until a moment, because of a document (a campaign) that has promised it."""

    sku = models.ForeignKey(Sku, models.CASCADE, related_name="price_locks", verbose_name=_("item"))
    document = models.CharField(_("document"), max_length=60)
    name = TextField(_("name"))
    until_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name, verbose_name_plural = _("locked price"), _("locked prices")
        constraints = [models.UniqueConstraint(fields=["sku", "document"], name="price_locked_once_per_document")]
        indexes = [models.Index(fields=["document"], name="price_lock_of_document")]
