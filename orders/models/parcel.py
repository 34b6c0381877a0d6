"""One box on its way, and what is in it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.ids import PublicIdField
from mall.tenancy import ShopOwned
from orders.models.after_sale import AfterSale
from orders.models.carrier import Carrier
from orders.models.order import Order, OrderLine


class Parcel(ShopOwned):
    """What a shop handed to a carrier: goods of an order, or what an after-sale owes."""

    Carrier = Carrier

    public_id = PublicIdField(prefix="pcl")
    order = models.ForeignKey(Order, models.PROTECT, related_name="parcels", verbose_name=_("order"))
    after_sale = models.ForeignKey(
        AfterSale, models.PROTECT, null=True, related_name="parcels", verbose_name=_("after-sale")
    )
    carrier = models.CharField(_("carrier"), max_length=8, choices=Carrier)
    tracking_number = models.CharField(_("tracking number"), max_length=40)
    shipped_at = models.DateTimeField(_("shipped at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("parcel"), _("parcels")
        constraints = [
            models.UniqueConstraint(fields=["carrier", "tracking_number"], name="parcel_tracking_number_once"),
        ]

    def __str__(self) -> str:
        return self.public_id


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
