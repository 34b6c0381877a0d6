"""From which warehouse an order goes out, and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Warehouse
from mall.tenancy import ShopOwned
from orders.models.order import Order


class Routing(ShopOwned):
    """
    A choice among the warehouses of a shop, when the order was placed (by nobody) or when somebody moved it;
    written once. ``choice`` says among which and what decided (``orders.routing``). The latest one holds.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="routings")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("warehouse"))
    choice = models.JSONField(_("why this one"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("routing"), _("routings")

    @property
    def warehouse_ids(self) -> set[int]:
        """All warehouses that it speaks of, by their keys."""
        looked_at = {row[0] for row in self.choice.get("candidates", ())}
        return looked_at | set(self.choice["warehouses"]) | set(self.choice.get("from", ()))
