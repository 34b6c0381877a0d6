"""Who orders of goods from abroad are declared for: covered, and every look in full on the record."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.accounts.factors import ask_fresh_factor
from mall.staff import ReadOnlyAdmin
from orders.customs import reveal_declaration
from orders.models import Declaration

REVEAL, ASKED = "orders.reveal_declaration", "in_full"


@admin.register(Declaration)
class DeclarationAdmin(ReadOnlyAdmin):
    """Declarations for customs; name and ID number stand covered until somebody who may looks at one in full."""

    fields = ["order_id_shown", "shop", "name", "id_number", "in_full", "value", "currency", "year"]
    readonly_fields = ["order_id_shown", "in_full"]
    list_display = ["order_id_shown", "shop", "name", "id_number", "value", "year"]
    list_display_links = ["order_id_shown"]
    list_filter = ["year"]
    list_select_related = ["order", "shop"]
    search_fields = ["=order__public_id", "=shop__slug"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order", "shop")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        request.reveals = ASKED in request.GET
        if request.reveals:
            if not request.user.has_perm(REVEAL):
                raise PermissionDenied
            if way := ask_fresh_factor(request, REVEAL):
                return way
        return super().change_view(request, object_id, form_url, extra_context)

    def get_object(self, request, object_id, from_field=None):
        """The declaration, in clear for who asked for that; on the record."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.may_be_revealed = request.user.has_perm(REVEAL)
            if getattr(request, "reveals", False):
                row.in_clear = reveal_declaration(declaration=row, by=request.user, now=clock.now())
        return row

    @admin.display(description=_("order"), ordering="order_id")
    def order_id_shown(self, declaration: Declaration) -> str:
        return declaration.order.public_id

    @admin.display(description=_("in full"))
    def in_full(self, declaration: Declaration) -> str:
        if hasattr(declaration, "in_clear"):
            return " · ".join(declaration.in_clear)
        if not getattr(declaration, "may_be_revealed", False):
            return "–"
        return format_html('<a href="?{}=1" rel="nofollow">{}</a>', ASKED, _("Look at it; that goes on the record"))
