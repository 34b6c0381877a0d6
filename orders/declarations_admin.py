"""Who orders of goods from abroad are declared for: covered; to see more is asked for (``mall.access``)."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mall.staff import ReadOnlyAdmin
from orders.models import Declaration


@admin.register(Declaration)
class DeclarationAdmin(ReadOnlyAdmin):
    """Declarations for customs."""

    fields = ["order_id_shown", "shop", "name", "id_number", "value", "currency", "year"]
    readonly_fields = ["order_id_shown"]
    list_display = ["order_id_shown", "shop", "name", "id_number", "value", "year"]
    list_display_links = ["order_id_shown"]
    list_filter = ["year"]
    list_select_related = ["order", "shop"]
    search_fields = ["=order__public_id", "=shop__slug"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order", "shop")

    @admin.display(description=_("order"), ordering="order_id")
    def order_id_shown(self, declaration: Declaration) -> str:
        return declaration.order.public_id
