"""Goods that no person looked at before they sold, of which one looks at some afterwards."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product
from mall.flow import Flow


class ProductSample(models.Model):
    """A product that went on sale by itself and was drawn for a look; at most once. Shops do not see it."""

    class Status(models.TextChoices):
        OPEN = "open", _("To be looked at")
        FINE = "fine", _("Nothing wrong")
        TAKEN_DOWN = "taken_down", _("Taken down")

    FLOW = Flow({Status.OPEN: {Status.FINE, Status.TAKEN_DOWN}, Status.FINE: set(), Status.TAKEN_DOWN: set()})

    product = models.OneToOneField(Product, models.CASCADE, related_name="sample", verbose_name=_("product"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    drawn_at = models.DateTimeField(_("drawn at"))
    looked_at = models.DateTimeField(_("looked at"), null=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("looked at by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("sample of goods"), _("samples of goods")
        permissions = [("review_productsample", "Can look at samples of goods")]
        indexes = [models.Index(fields=["drawn_at"], name="sample_waiting", condition=Q(status="open"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", looked_at=None, looked_by=None)
                | ~Q(status="open") & Q(looked_at__isnull=False, looked_by__isnull=False),
                name="sample_looked_at_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return str(self.product)
