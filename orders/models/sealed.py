"""What the law wants kept of an order whose shopper is forgotten (A3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mall.crypto import EncryptedTextField
from orders.models.order import Order


class SealedAddress(models.Model):
    """
    Where an order went, of a shopper who wanted to be forgotten: encrypted, shown by no page, deleted on its day. The
    law of electronic commerce (article 31) wants what belongs to a transaction kept for three years after it.
    """

    order = models.OneToOneField(Order, models.PROTECT, related_name="sealed_address", verbose_name=_("order"))
    consignee = EncryptedTextField(_("consignee"), row="order_id")
    phone = EncryptedTextField(_("phone"), row="order_id")
    address_line = EncryptedTextField(_("street and number"), row="order_id")
    keep_until = models.DateField(_("kept until"), db_index=True)

    class Meta:
        verbose_name, verbose_name_plural = _("sealed address"), _("sealed addresses")

    def __str__(self) -> str:
        return str(self.order_id)
