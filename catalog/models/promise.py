"""What shops may promise about their goods: the platform's words, ticked by the shop."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mall.texts import TextField


class ServicePromise(models.Model):
    """A promise that shops may tick on a product; its page shows the name, and what it means."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = TextField(_("name"))
    text = TextField(_("what it means"))
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("place in the order"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("service promise"), _("service promises")

    def __str__(self) -> str:
        return str(self.name)
