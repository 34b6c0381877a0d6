"""Stock: on hand and reserved per SKU and warehouse; movements change it, reservations hold it (C4)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Sku
from catalog.models.slot import TimeSlot
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet
from mall.texts import TextField


class WarehouseQuerySet(ShopOwnedQuerySet):
    def open(self):
        return self.filter(closed_at=None)


class Warehouse(ShopOwned):
    """
    A place where goods of a shop lie. Shoppers are offered what lies where ``sells_online``; the least ``position``
    is taken from first. The default one is where goods arrive unless somebody says otherwise. ``parcel_cost`` is what
    the shop says that a parcel from here costs it.
    """

    class Kind(models.TextChoices):
        MERCHANT = "merchant", _("Own warehouse")
        PLATFORM = "platform", _("Kept by the mall")
        STORE = "store", _("Physical store")

    public_id = PublicIdField(prefix="whs")
    name = TextField(_("name"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MERCHANT)
    is_default = models.BooleanField(_("default"), default=False)
    sells_online = models.BooleanField(_("sells online"), default=True)
    position = models.PositiveSmallIntegerField(_("place in the order"), default=0)
    province = models.CharField(_("province"), max_length=40, blank=True, default="")
    city = models.CharField(_("city"), max_length=40, blank=True, default="")
    address = models.CharField(_("street address"), max_length=200, blank=True, default="")
    hours = TextField(_("opening hours"), blank=True)
    parcel_cost = models.PositiveIntegerField(_("cost of a parcel from here, in fen"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = WarehouseQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("warehouse"), _("warehouses")
        permissions = [("keep_warehouse", "Can open and close the warehouses that the mall keeps")]
        indexes = [models.Index(fields=["city"], name="warehouse_stores", condition=Q(kind="store"))]
        constraints = [
            models.UniqueConstraint(fields=["shop"], condition=Q(is_default=True), name="warehouse_one_default"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(sells_online=False, is_default=False),
                name="warehouse_closed_sells_nothing",
            ),
            models.CheckConstraint(condition=~Q(kind="store") | ~Q(address=""), name="warehouse_store_has_an_address"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Stock(ShopOwned):
    """
    How many of a SKU lie in a warehouse, and how many of those are spoken for. Never negative, never sold twice.

    ``set_aside`` of what is reserved is kept for the buyers of a promotion: for nobody yet, but not for everybody.

    Of a service, the places at one time: each ``slot`` has a row of its own.
    """

    sku = models.ForeignKey(Sku, models.CASCADE, related_name="stocks")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="stocks")
    slot = models.OneToOneField(TimeSlot, models.PROTECT, null=True, related_name="stock")
    on_hand = models.IntegerField(_("on hand"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    set_aside = models.IntegerField(_("set aside for promotions"), default=0, db_default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("stock"), _("stock")
        constraints = [
            models.UniqueConstraint(
                fields=["sku", "warehouse"], condition=Q(slot=None), name="stock_once_per_warehouse"
            ),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, on_hand__gte=F("reserved")), name="stock_never_below_what_is_reserved"
            ),
            models.CheckConstraint(
                condition=Q(set_aside__gte=0, reserved__gte=F("set_aside")), name="stock_set_aside_is_reserved"
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
        TRANSFER_OUT = "transfer_out", _("Sent to another warehouse")
        TRANSFER_IN = "transfer_in", _("Arrived from another warehouse")
        DAMAGED = "damaged", _("Written off: damaged")
        LOST = "lost", _("Written off: lost")
        OWN_USE = "own_use", _("Written off: own use")

    WRITE_OFFS = [Reason.DAMAGED, Reason.LOST, Reason.OWN_USE]

    stock = models.ForeignKey(Stock, models.PROTECT, related_name="movements")
    quantity = models.IntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    document = models.CharField(_("document"), max_length=60)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("stock movement"), _("stock movements")
        indexes = [models.Index(fields=["shop", "at", "id"], name="stock_movement_of_shop")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["receipt", "return", "transfer_in"], quantity__gt=0)
                | Q(reason__in=["shipment", "transfer_out", "damaged", "lost", "own_use"], quantity__lt=0)
                | Q(reason="correction") & ~Q(quantity=0),
                name="stock_movement_goes_the_way_of_its_reason",
            ),
            models.CheckConstraint(condition=~Q(document=""), name="stock_movement_has_a_document"),
            models.UniqueConstraint(
                fields=["document", "stock", "reason"],
                condition=Q(reason__in=["shipment", "return", "transfer_out", "transfer_in"]),
                name="stock_movement_once_per_document",
            ),
        ]


class Reservation(ShopOwned):
    """
    So many of a stock are spoken for by an order, until shipped (consumed) or given back (released).

    One that ``expires_at`` is given back some time later by the clock, unless an order still claims it. One that
    ``is_aside`` is a promotion's, and is handed over to the orders of its buyers.
    """

    class Status(models.TextChoices):
        HELD = "held", _("Held")
        CONSUMED = "consumed", _("Consumed")
        RELEASED = "released", _("Released")

    stock = models.ForeignKey(Stock, models.PROTECT, related_name="reservations")
    document = models.CharField(_("for"), max_length=40, db_index=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.HELD)
    reserved_at = models.DateTimeField(_("reserved at"))
    expires_at = models.DateTimeField(_("expires at"), null=True)
    is_aside = models.BooleanField(_("for a promotion"), default=False, db_default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("reservation"), _("reservations")
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="reservation_that_expires",
                condition=Q(status="held", expires_at__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["document", "stock"], name="reservation_once_per_document"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_positive"),
        ]


class StockTransfer(ShopOwned):
    """Goods on their way from one warehouse of a shop to another: drafted, sent, received."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("In transit")
        RECEIVED = "received", _("Received")
        CANCELED = "canceled", _("Canceled")

    FLOW = Flow(
        {
            Status.DRAFT: {Status.SENT, Status.CANCELED},
            Status.SENT: {Status.RECEIVED},
            Status.RECEIVED: set(),
            Status.CANCELED: set(),
        }
    )

    public_id = PublicIdField(prefix="trf")
    source = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("from"))
    target = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("to"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    drafted_at = models.DateTimeField(_("drafted at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("transfer of stock"), _("transfers of stock")
        indexes = [models.Index(fields=["shop", "-id"], name="stock_transfer_of_shop")]
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="stock_transfer_goes_elsewhere"),
            models.CheckConstraint(
                condition=Q(status="draft", sent_at=None, ended_at=None)
                | Q(status="sent", sent_at__isnull=False, ended_at=None)
                | Q(status="received", sent_at__isnull=False, ended_at__isnull=False)
                | Q(status="canceled", sent_at=None, ended_at__isnull=False),
                name="stock_transfer_has_its_moments",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class StockTransferLine(ShopOwned):
    """So many of a SKU on a transfer; when it has arrived, how many of them did."""

    transfer = models.ForeignKey(StockTransfer, models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"))
    received = models.PositiveIntegerField(_("received"), null=True)
    shortage = models.CharField(
        _("what became of the rest"), max_length=12, choices=StockMovement.Reason, blank=True, default=""
    )

    class Meta:
        verbose_name, verbose_name_plural = _("line of a transfer"), _("lines of transfers")
        constraints = [
            models.UniqueConstraint(fields=["transfer", "sku"], name="stock_transfer_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="stock_transfer_line_positive"),
            models.CheckConstraint(
                condition=Q(received=None, shortage="")
                | Q(received=F("quantity"), shortage="")
                | Q(received__lt=F("quantity"), shortage__in=["damaged", "lost"]),
                name="stock_transfer_line_accounts_for_all",
            ),
        ]


class StockCount(ShopOwned):
    """A sheet on which the goods of a warehouse are counted, and which is then applied as one document."""

    class Status(models.TextChoices):
        OPEN = "open", _("Being counted")
        APPLIED = "applied", _("Applied")
        CANCELED = "canceled", _("Canceled")

    FLOW = Flow({Status.OPEN: {Status.APPLIED, Status.CANCELED}, Status.APPLIED: set(), Status.CANCELED: set()})

    public_id = PublicIdField(prefix="cnt")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("warehouse"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    is_blind = models.BooleanField(_("blind"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    opened_at = models.DateTimeField(_("opened at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("stock count"), _("stock counts")
        indexes = [models.Index(fields=["shop", "-id"], name="stock_count_of_shop")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", ended_at=None) | ~Q(status="open") & Q(ended_at__isnull=False),
                name="stock_count_ended",
            )
        ]

    def __str__(self) -> str:
        return self.public_id


class StockCountLine(ShopOwned):
    """
    A SKU on a sheet: how many there were when the sheet was opened, how many moved until somebody counted, how many
    she found. What moves after that moment is not hers to know, so the difference stays the same.
    """

    count = models.ForeignKey(StockCount, models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    expected = models.PositiveIntegerField(_("expected"))
    moved = models.IntegerField(_("moved since"), default=0)
    counted = models.PositiveIntegerField(_("counted"), null=True)
    counted_at = models.DateTimeField(_("counted at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("line of a count"), _("lines of counts")
        constraints = [
            models.UniqueConstraint(fields=["count", "sku"], name="stock_count_line_once"),
            models.CheckConstraint(
                condition=Q(counted=None, counted_at=None) | Q(counted__isnull=False, counted_at__isnull=False),
                name="stock_count_line_has_its_moment",
            ),
        ]

    @property
    def difference(self) -> int | None:
        return None if self.counted is None else self.counted - self.expected - self.moved


class StockTerms(ShopOwned):
    """From how few pieces on a shop wants to be told of its goods."""

    low_stock = models.PositiveIntegerField(_("low from"))

    class Meta:
        verbose_name, verbose_name_plural = _("terms of stock"), _("terms of stock")
        constraints = [models.UniqueConstraint(fields=["shop"], name="stock_terms_once_per_shop")]


class StockAlarm(ShopOwned):
    """A SKU's own threshold, if it has one, and since when there is too little of it, if there is."""

    sku = models.OneToOneField(Sku, models.CASCADE, related_name="alarm")
    threshold = models.PositiveIntegerField(_("low from"), null=True)
    fell_at = models.DateTimeField(_("fell at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("stock alarm"), _("stock alarms")
