"""When a service can be had: times that a shop opens, each for so many people."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.product import Sku
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned


class TimeSlot(ShopOwned):
    """
    A time at which a service can be had. How many still can have it says the slot's own row of stock, so that places
    are reserved, given back and used up as goods are.
    """

    public_id = PublicIdField(prefix="tsl")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField(pgettext_lazy("slot", "from"))
    ends_at = models.DateTimeField(_("until"))
    capacity = models.PositiveIntegerField(_("places"))
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("time slot"), _("time slots")
        indexes = [
            models.Index(fields=["sku", "starts_at"], name="slot_of_sku"),
            models.Index(fields=["starts_at"], name="slot_open", condition=Q(closed_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sku", "starts_at"], condition=Q(closed_at=None), name="slot_opened_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="slot_has_places"),
        ]

    def __str__(self) -> str:
        return self.public_id
