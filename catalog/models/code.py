"""Codes that are sold: licences, vouchers, keys. The shop brings them, each is handed out once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Sku
from mall.crypto import BlindIndexField, EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned


class GoodsCode(ShopOwned):
    """
    One piece of a SKU that is a code. The free codes of a SKU are what it has on hand (:mod:`catalog.codes`).

    ``document`` is the order for which it was handed out.
    """

    class Status(models.TextChoices):
        FREE = "free", _("To be sold")
        GIVEN = "given", _("Handed out")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    FLOW = Flow(
        {Status.FREE: {Status.GIVEN, Status.WITHDRAWN}, Status.GIVEN: set(), Status.WITHDRAWN: set()},
    )

    public_id = PublicIdField(prefix="gcd")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="codes")
    code = EncryptedTextField(_("code"))
    code_index = BlindIndexField(source="code")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.FREE)
    batch = models.CharField(_("came with"), max_length=40)
    document = models.CharField(_("for"), max_length=40, blank=True, default="")
    added_at = models.DateTimeField(_("entered at"))
    given_at = models.DateTimeField(_("handed out at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("code of goods"), _("codes of goods")
        indexes = [
            models.Index(fields=["sku", "id"], name="code_free", condition=Q(status="free")),
            models.Index(fields=["document"], name="code_given_for", condition=~Q(document="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "code_index"], name="code_once_per_shop"),
            models.CheckConstraint(
                condition=Q(status="given", given_at__isnull=False) & ~Q(document="")
                | Q(document="", given_at=None) & ~Q(status="given"),
                name="code_given_for_an_order",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
