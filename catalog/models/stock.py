"""Stock: on hand and reserved per SKU and warehouse; movements change it, reservations hold it (C4)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Sku
from mall.tenancy import ShopOwned
from mall.texts import TextField


class Warehouse(ShopOwned):
    """A place where a shop keeps goods."""

    name = TextField(_("name"))
    is_default = models.BooleanField(_("default"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("warehouse"), _("warehouses")
        constraints = [
            models.UniqueConstraint(fields=["shop"], condition=Q(is_default=True), name="warehouse_one_default")
        ]

    def __str__(self) -> str:
        return str(self.name)


class Stock(ShopOwned):
    """How many of a SKU lie in a warehouse, and how many of those are spoken for. Never negative, never sold twice."""

    sku = models.ForeignKey(Sku, models.CASCADE, related_name="stocks")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="stocks")
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("stock"), _("stock")
        constraints = [
            models.UniqueConstraint(fields=["sku", "warehouse"], name="stock_once_per_warehouse"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, on_hand__gte=F("reserved")), name="stock_never_below_what_is_reserved"
            ),
        ]

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class StockMovement(ShopOwned):
    """One change of on hand, append-only: how many, why, by which document."""

    class Reason(models.TextChoices):
        RECEIPT = "receipt", _("Goods received")
        SHIPMENT = "shipment", _("Shipped")
        CORRECTION = "correction", _("Counted")
        RETURN = "return", _("Returned")

    stock = models.ForeignKey(Stock, models.PROTECT, related_name="movements")
    quantity = models.IntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    document = models.CharField(_("document"), max_length=60, blank=True, default="")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("stock movement"), _("stock movements")
        indexes = [models.Index(fields=["shop", "at", "id"], name="stock_movement_of_shop")]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="stock_movement_moves")]


class Reservation(ShopOwned):
    """So many of a stock are spoken for by an order, until shipped (consumed) or given back (released)."""

    class Status(models.TextChoices):
        HELD = "held", _("Held")
        CONSUMED = "consumed", _("Consumed")
        RELEASED = "released", _("Released")

    stock = models.ForeignKey(Stock, models.PROTECT, related_name="reservations")
    document = models.CharField(_("for"), max_length=40, db_index=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.HELD)
    reserved_at = models.DateTimeField(_("reserved at"))

    class Meta:
        verbose_name, verbose_name_plural = _("reservation"), _("reservations")
        constraints = [
            models.UniqueConstraint(fields=["document", "stock"], name="reservation_once_per_document"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_positive"),
        ]
