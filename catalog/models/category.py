"""The platform's category tree and the brands."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from mall.pictures import PictureField
from mall.texts import TextField
from merchants.models import Trade


class Category(MP_Node):
    """A node of the platform's tree (materialised path): name, commission, whether a person reviews its goods."""

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = TextField(_("name"))
    icon = PictureField(_("icon"), upload_to="categories/", longest=400, square=True, blank=True)
    commission_bps = models.PositiveIntegerField(_("commission in basis points"), default=500)
    needs_review = models.BooleanField(_("an expert reviews its goods"), default=False)
    trade = models.ForeignKey(
        Trade, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("trade"),
        help_text=_("Who sells here must have been admitted to it. Empty: general goods."),
    )  # fmt: skip

    class Meta:
        verbose_name, verbose_name_plural = _("category"), _("categories")
        constraints = [
            models.CheckConstraint(condition=Q(commission_bps__lte=5000), name="category_commission_at_most_half")
        ]

    def __str__(self) -> str:
        return str(self.name)


class Brand(models.Model):
    """A brand under which goods are sold."""

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = TextField(_("name"))

    class Meta:
        verbose_name, verbose_name_plural = _("brand"), _("brands")

    def __str__(self) -> str:
        return str(self.name)
