"""What the back office remembers for a person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mall.ids import PublicIdField
from mall.tenancy import ShopOwned


class SavedFilter(ShopOwned):
    """A filter that a person keeps under a name for a list of a shop: it stands there as a tab, for her alone."""

    public_id = PublicIdField(prefix="flt")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    list_key = models.CharField(_("list"), max_length=40)
    name = models.CharField(_("name"), max_length=30)
    query = models.CharField(_("filter"), max_length=1000)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name, verbose_name_plural = _("saved filter"), _("saved filters")
        constraints = [
            models.UniqueConstraint(fields=["shop", "person", "list_key", "name"], name="saved_filter_name_once")
        ]

    def __str__(self) -> str:
        return self.name
