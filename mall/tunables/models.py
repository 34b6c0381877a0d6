"""Numbers that staff have turned away from their defaults."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Turned(models.Model):
    """The value that staff gave a tunable; without a row the default holds."""

    name = models.CharField(_("name"), max_length=80, primary_key=True)
    value = models.IntegerField(_("value"))
    turned_at = models.DateTimeField(_("turned at"))
    turned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("turned by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("turned tunable"), _("turned tunables")

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"
