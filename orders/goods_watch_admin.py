"""Which goods were stopped by their own figures; they come back through a reviewer."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mall.staff import ReadOnlyAdmin
from orders.models import GoodsStop


@admin.register(GoodsStop)
class GoodsStopAdmin(ReadOnlyAdmin):
    """Products that were taken down because too many of their orders brought complaints or came back (R2)."""

    fields = ["product", "shop", "why", "orders", "cases", "share", "limit", "days", "stopped_at"]
    readonly_fields = ["share", "limit"]
    list_display = ["product", "shop", "why", "orders", "cases", "share", "limit", "stopped_at"]
    list_filter = ["why", "stopped_at"]
    list_select_related = ["product", "shop"]
    search_fields = ["=product__public_id", "=shop__slug"]
    ordering = ["-stopped_at", "-pk"]

    @admin.display(description=_("part"))
    def share(self, stop: GoodsStop) -> str:
        return f"{stop.cases * 100 / stop.orders:.1f} %"

    @admin.display(description=_("limit"))
    def limit(self, stop: GoodsStop) -> str:
        return f"{stop.most_bps / 100:g} %"
