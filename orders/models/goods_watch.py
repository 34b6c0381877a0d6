"""Goods that were taken off sale because too many who bought them complained or sent them back (R2)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from mall.tenancy import ShopOwned


class GoodsStop(ShopOwned):
    """
    A product was taken off sale by its own figures; written once. What was ordered before does not count again.

    ``orders`` were paid within the days that were looked at, ``cases`` of them brought what ``why`` says.
    """

    class Why(models.TextChoices):
        COMPLAINTS = "complaints", _("Complaints")
        RETURNS = "returns", _("Returns")

    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    why = models.CharField(_("because of"), max_length=10, choices=Why)
    orders = models.PositiveIntegerField(_("orders"))
    cases = models.PositiveIntegerField(_("of them with a case"))
    most_bps = models.PositiveIntegerField(_("limit (0.01 %)"))
    days = models.PositiveSmallIntegerField(_("days looked at"))
    stopped_at = models.DateTimeField(_("stopped at"))

    class Meta:
        verbose_name, verbose_name_plural = _("product stopped by its figures"), _("products stopped by their figures")
        indexes = [models.Index(fields=["product", "-stopped_at"], name="goods_stop_of_product")]
        constraints = [
            models.CheckConstraint(
                condition=Q(cases__lte=F("orders")) & Q(cases__gt=0), name="goods_stop_cases_are_of_orders"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.why}"
