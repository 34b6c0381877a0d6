"""A shopper wants her order brought somewhere else."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.crypto import EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned
from orders.models.order import Order


class AddressChange(ShopOwned):
    """
    One wish for another address within the province, with the address as it was: at once while nothing is packed,
    else asked of the shop. The history of an order's address.
    """

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("address", "Asked")
        DONE = "done", pgettext_lazy("address", "Changed")
        REFUSED = "refused", pgettext_lazy("address", "Refused")
        LAPSED = "lapsed", pgettext_lazy("address", "Came too late")

    FLOW = Flow(
        {
            Status.ASKED: {Status.DONE, Status.REFUSED, Status.LAPSED},
            Status.DONE: set(),
            Status.REFUSED: set(),
            Status.LAPSED: set(),
        }
    )

    public_id = PublicIdField(prefix="adc")
    order = models.ForeignKey(Order, models.PROTECT, related_name="address_changes", verbose_name=_("order"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ASKED)
    consignee = EncryptedTextField(_("consignee"))
    phone = EncryptedTextField(_("phone"))
    city = models.CharField(_("city"), max_length=40)
    district = models.CharField(_("district"), max_length=40, blank=True, default="")
    address_line = EncryptedTextField(_("street and number"))
    former_consignee = EncryptedTextField(_("consignee before"))
    former_phone = EncryptedTextField(_("phone before"))
    former_city = models.CharField(_("city before"), max_length=40)
    former_district = models.CharField(_("district before"), max_length=40, blank=True, default="")
    former_address_line = EncryptedTextField(_("street and number before"))
    asked_at = models.DateTimeField(_("asked at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    answer = models.CharField(_("what the shop says"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("change of an address"), _("changes of addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(status="asked"), name="address_change_one_open_per_order"
            ),
            models.CheckConstraint(
                condition=Q(status="asked", answered_at=None) | ~Q(status="asked") & Q(answered_at__isnull=False),
                name="address_change_answered_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.ASKED
