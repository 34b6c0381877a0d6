"""A shop's own categories: how it sorts its goods for those who visit it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned
from mall.texts import TextField


class ShopCategory(ShopOwned):
    """A category of a shop; ``parent`` makes it one of the second level."""

    public_id = PublicIdField(prefix="shc")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    name = TextField(_("name"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("shop's category"), _("shops' categories")
        constraints = [
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="shop_category_not_in_itself")
        ]

    def __str__(self) -> str:
        return str(self.name)


class ShelvedProduct(ShopOwned):
    """A product stands in a category of its shop."""

    category = models.ForeignKey(ShopCategory, models.CASCADE, related_name="shelved")
    product = models.ForeignKey(Product, models.CASCADE, related_name="shelved")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "category"], name="product_shelved_once")]

    def __str__(self) -> str:
        return f"{self.category_id}: {self.product_id}"
