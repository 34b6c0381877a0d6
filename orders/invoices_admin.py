"""
What platform staff see of invoices: to whom they are made out stands covered, the papers themselves are between shop
and shopper.
"""

from django.contrib import admin

from mall.staff import ReadOnlyAdmin, ReadOnlyRows
from orders.models import Invoice, InvoicePaper


class Papers(ReadOnlyRows):
    model = InvoicePaper
    fields = ["number", "is_red", "amount", "issued_at", "by"]
    ordering = ["pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Who asked for an invoice, how far the shop is with it, what it issued and corrected."""

    list_display = ["public_id", "shop", "order", "kind", "status", "asked_at", "answered_at", "due_at"]
    list_filter = ["status", "kind", "asked_at"]
    search_fields = ["=public_id", "=order__public_id", "=shop__slug", "=order__shopper__email", "=papers__number"]
    list_select_related = ["shop", "order"]
    ordering = ["-pk"]
    inlines = [Papers]
