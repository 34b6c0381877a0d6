"""What somebody means to buy."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku, TimeSlot
from mall.money import CurrencyField, MoneyField

MOST_OF_ONE = 999
MOST_LINES = 100


class Cart(models.Model):
    """A member's cart, or a guest's (found by the token in her session); merged when she signs in (O1)."""

    shopper = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="cart", verbose_name=_("shopper")
    )
    token = models.UUIDField(null=True, unique=True)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name, verbose_name_plural = _("cart"), _("carts")
        constraints = [
            models.CheckConstraint(
                condition=Q(shopper__isnull=False, token=None) | Q(shopper=None, token__isnull=False),
                name="cart_of_a_member_or_a_guest",
            )
        ]


class CartLine(models.Model):
    """A SKU in a cart, how many, and the price that was seen when it was put there (fen)."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"))
    currency = CurrencyField()
    seen_price = MoneyField(_("price seen"))
    added_at = models.DateTimeField(_("added at"))
    slot = models.ForeignKey(TimeSlot, models.PROTECT, null=True, related_name="+")  # of a service: when

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "sku"], name="cart_line_once_per_sku"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_OF_ONE), name="cart_line_quantity_sane"
            ),
        ]
