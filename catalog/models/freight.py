"""What delivery costs: a shop's freight templates (O2)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, IntegerField, Q
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext_lazy as _

from mall.ids import PublicIdField
from mall.tenancy import ShopOwned
from mall.texts import TextField

LONGEST_REGION = 60


class FreightTemplate(ShopOwned):
    """
    Terms of delivery by region, which products name; the default one holds for those of the shop that name none.

    ``zones`` is a list of ``{"regions", "first", "first_fee", "further", "further_fee", "free_over", "free_pieces"}``:
    pieces, grams or cubic centimetres, fees in fen; the first one is for all regions that no other names. Nothing is
    delivered to ``nowhere``. Regions are written in Chinese, a city behind its province. It is read and written whole:
    an order keeps which version it was charged by (:mod:`catalog.freight.charging`).
    """

    class Measure(models.TextChoices):
        PIECE = "piece", _("By piece")
        WEIGHT = "weight", _("By weight")
        VOLUME = "volume", _("By volume")

    public_id = PublicIdField(prefix="frt")
    name = TextField(_("name"))
    measure = models.CharField(_("charged"), max_length=6, choices=Measure, default=Measure.PIECE)
    zones = models.JSONField(_("zones"))
    nowhere = ArrayField(models.CharField(max_length=LONGEST_REGION), verbose_name=_("not delivered to"), default=list)
    is_default = models.BooleanField(_("default"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name, verbose_name_plural = _("freight template"), _("freight templates")
        constraints = [
            models.UniqueConstraint(fields=["shop"], condition=Q(is_default=True), name="freight_one_default"),
            models.CheckConstraint(
                condition=Q(measure__in=["piece", "weight", "volume"]), name="freight_measure_known"
            ),
            models.CheckConstraint(
                condition=GreaterThan(Func("zones", function="jsonb_array_length", output_field=IntegerField()), 0),
                name="freight_has_a_zone",
            ),
            models.CheckConstraint(condition=Q(version__gt=0), name="freight_version_positive"),
        ]

    def __str__(self) -> str:
        return str(self.name)
