"""What a shopper shows when she comes for a service."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.crypto import BlindIndexField, EncryptedTextField
from mall.tenancy import ShopOwned
from orders.models.order import OrderLine


class Voucher(ShopOwned):
    """The code of one paid line of a service: its shopper sees it, the shop's staff type it once when she was there."""

    line = models.OneToOneField(OrderLine, models.CASCADE, related_name="voucher")
    code = EncryptedTextField(_("code"), row="line_id")
    code_index = BlindIndexField(source="code")
    used_at = models.DateTimeField(_("used at"), null=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("checked by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("voucher"), _("vouchers")
        constraints = [
            models.UniqueConstraint(fields=["shop", "code_index"], name="voucher_code_once_per_shop"),
            models.CheckConstraint(
                condition=Q(used_at=None, used_by=None) | Q(used_at__isnull=False, used_by__isnull=False),
                name="voucher_used_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}"

    @property
    def shown(self) -> str:
        """The code in groups of four, as people read it out."""
        code = self.code.reveal()
        return " ".join(code[place : place + 4] for place in range(0, len(code), 4))
