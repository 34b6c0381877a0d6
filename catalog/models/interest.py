"""What a shopper keeps an eye on: favorites, shops she follows, what she looked at, what she waits for (C7)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from merchants.models import Shop


def _hers(name: str) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name=name, verbose_name=_("shopper"))


class Favorite(models.Model):
    """A product that a shopper wants to find again, with the price at which she liked it."""

    shopper = _hers("favorites")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("product"))
    currency = CurrencyField()
    price = MoneyField(_("price then"))
    kept_at = models.DateTimeField(_("kept at"))

    class Meta:
        verbose_name, verbose_name_plural = _("favorite"), _("favorites")
        indexes = [models.Index(fields=["shopper", "-id"], name="favorite_of_shopper")]
        constraints = [models.UniqueConstraint(fields=["shopper", "product"], name="favorite_once")]


class FollowedShop(models.Model):
    """A shop that a shopper wants to find again."""

    shopper = _hers("followed_shops")
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", verbose_name=_("shop"))
    followed_at = models.DateTimeField(_("followed at"))

    class Meta:
        verbose_name, verbose_name_plural = _("followed shop"), _("followed shops")
        indexes = [models.Index(fields=["shopper", "-id"], name="followed_shop_of_shopper")]
        constraints = [models.UniqueConstraint(fields=["shopper", "shop"], name="followed_shop_once")]


class Viewed(models.Model):
    """A product that a shopper looked at, and when last."""

    shopper = _hers("viewed")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("product"))
    viewed_at = models.DateTimeField(_("looked at"))

    class Meta:
        verbose_name, verbose_name_plural = _("product looked at"), _("products looked at")
        indexes = [models.Index(fields=["shopper", "-viewed_at"], name="viewed_by_shopper")]
        constraints = [models.UniqueConstraint(fields=["shopper", "product"], name="viewed_once")]


class Watch(models.Model):
    """
    A shopper wants to be told when a product costs less, or when it can be bought again.

    ``price`` is the lowest that she knows of: a rise and its undoing are no drop. ``due_at`` says that she is to be
    told of what the catalogue announced; telling clears it, so each drop is told once.
    """

    class Kind(models.TextChoices):
        PRICE = "price", _("Price drop")
        STOCK = "stock", _("Back in stock")

    public_id = PublicIdField(prefix="wch")
    shopper = _hers("watches")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("product"))
    kind = models.CharField(_("of what"), max_length=5, choices=Kind)
    currency = CurrencyField()
    price = MoneyField(_("lowest price she knows"))
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("to be told since"), null=True)
    told_at = models.DateTimeField(_("last told at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("alert"), _("alerts")
        indexes = [
            models.Index(fields=["shopper", "-id"], name="watch_of_shopper"),
            models.Index(fields=["product", "kind"], name="watch_of_product"),
            models.Index(fields=["due_at"], name="watch_due", condition=Q(due_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shopper", "product", "kind"], name="watch_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="watch_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.public_id
