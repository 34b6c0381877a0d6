"""Banners of the home page."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.pictures import PictureField
from mall.texts import TextField


class BannerQuerySet(models.QuerySet):
    def live(self, now):
        """Those shown at a moment, in their order."""
        return self.filter(starts_at__lte=now, ends_at__gt=now).order_by("position", "pk")


class Banner(models.Model):
    """A picture with words at the top of the home page, for a while."""

    headline = TextField(_("headline"))
    line = TextField(_("line below"), blank=True)
    call = TextField(_("words on the button"))
    picture = PictureField(_("picture"), upload_to="banners/", longest=1600)
    ground = models.CharField(
        _("ground colour"), max_length=7, default="#fdeceb", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    target = models.CharField(
        _("leads to"), max_length=200, validators=[RegexValidator(r"^/(?!/)")], help_text=_("A path of this mall.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    starts_at = models.DateTimeField(_("shown from"))
    ends_at = models.DateTimeField(_("shown until"))

    objects = BannerQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("banner"), _("banners")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="banner_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return str(self.headline)
