"""The business that signed up."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mall.ids import PublicIdField


class Merchant(models.Model):
    """A business; it runs one or more shops."""

    class Kind(models.TextChoices):
        BRAND = "brand", _("Brand")
        INDIVIDUAL = "individual", _("Sole trader")
        ENTERPRISE = "enterprise", _("Company")
        CROSS_BORDER = "cross_border", _("Cross-border")

    public_id = PublicIdField(prefix="mer")
    name = models.CharField(_("registered name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    joined_at = models.DateTimeField(_("joined at"))

    class Meta:
        verbose_name, verbose_name_plural = _("merchant"), _("merchants")

    def __str__(self) -> str:
        return self.name
