"""One box on its way, what is in it, and what its carrier tells of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from mall.ids import PublicIdField
from mall.places import romanized
from mall.tenancy import ShopOwned
from orders.models.after_sale import AfterSale
from orders.models.carrier import Carrier
from orders.models.order import Order, OrderLine


class Parcel(ShopOwned):
    """
    What a shop handed to a carrier: goods of an order, or what an after-sale owes.

    One that came back may be sent again: the new parcel ``replaces`` it and carries the same goods.
    """

    Carrier = Carrier

    public_id = PublicIdField(prefix="pcl")
    order = models.ForeignKey(Order, models.PROTECT, related_name="parcels", verbose_name=_("order"))
    after_sale = models.ForeignKey(
        AfterSale, models.PROTECT, null=True, related_name="parcels", verbose_name=_("after-sale")
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("sent again instead of")
    )
    carrier = models.CharField(_("carrier"), max_length=8, choices=Carrier)
    tracking_number = models.CharField(_("tracking number"), max_length=40)
    from_province = models.CharField(_("sent from (province)"), max_length=40, blank=True, default="", db_default="")
    from_city = models.CharField(_("sent from (city)"), max_length=40, blank=True, default="", db_default="")
    shipped_at = models.DateTimeField(_("shipped at"))
    expected_on = models.DateField(_("expected on"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    returned_at = models.DateTimeField(_("came back at"), null=True)
    look_at = models.DateTimeField(_("the carrier is asked again at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("parcel"), _("parcels")
        indexes = [models.Index(fields=["look_at"], name="parcel_to_look_at", condition=Q(look_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["carrier", "tracking_number"], name="parcel_tracking_number_once"),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(returned_at=None), name="parcel_arrives_or_comes_back"
            ),
            models.CheckConstraint(condition=~Q(replaces=F("id")), name="parcel_replaces_another"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def to_province(self) -> str:
        return self.order.province

    @property
    def to_city(self) -> str:
        return self.order.city

    @property
    def is_moving(self) -> bool:
        return self.delivered_at is None and self.returned_at is None


class ParcelLine(ShopOwned):
    """So many pieces of a line of the order are in a parcel. Written once, with the parcel."""

    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="lines", verbose_name=_("parcel"))
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="in_parcels", verbose_name=_("order line"))
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name, verbose_name_plural = _("line of a parcel"), _("lines of parcels")
        constraints = [
            models.UniqueConstraint(fields=["parcel", "line"], name="parcel_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="parcel_line_positive"),
        ]


class ParcelScan(ShopOwned):
    """
    What a carrier told of a parcel, once each (``key`` is the carrier's own), append-only. ``at`` is when it happened,
    ``noted_at`` when we heard.
    """

    class Kind(models.TextChoices):
        COLLECTED = "collected", pgettext_lazy("parcel", "Collected")
        ON_THE_WAY = "on_the_way", pgettext_lazy("parcel", "On its way")
        OUT = "out", pgettext_lazy("parcel", "Out for delivery")
        SIGNED = "signed", pgettext_lazy("parcel", "Signed for")
        TROUBLE = "trouble", pgettext_lazy("parcel", "Held up")
        GOING_BACK = "going_back", pgettext_lazy("parcel", "On its way back")
        BACK = "back", pgettext_lazy("parcel", "Back with the sender")

    class Reason(models.TextChoices):
        NONE = "", ""
        NOBODY_HOME = "nobody_home", _("Nobody was there to take it")
        WEATHER = "weather", _("The weather holds it up")
        ADDRESS = "address", _("The address could not be found")
        REFUSED = "refused", _("It was not accepted")

    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="scans", verbose_name=_("parcel"))
    key = models.CharField(_("the carrier's key"), max_length=40)
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    reason = models.CharField(_("why"), max_length=12, choices=Reason, blank=True, default="", db_default="")
    place = models.CharField(_("where"), max_length=40, blank=True, default="", db_default="")
    at = models.DateTimeField(_("at"))
    noted_at = models.DateTimeField(_("noted at"))

    class Meta:
        verbose_name, verbose_name_plural = _("scan of a parcel"), _("scans of parcels")
        constraints = [models.UniqueConstraint(fields=["parcel", "key"], name="parcel_scan_once")]

    @property
    def said(self) -> str:
        """Where, and why, in the reader's language."""
        place = self.place if get_language() == "zh-hans" else romanized(self.place)
        return " · ".join(part for part in (place, str(self.get_reason_display())) if part)
