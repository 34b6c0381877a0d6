"""What platform staff see of orders and money: everything read only; canceling is the one thing they do."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mall import clock
from mall.admin import ReadOnlyAdmin
from mall.refusals import Refusal
from orders.cancellation import cancel_order
from orders.models import Order, OrderGroup, OrderLine, OrderStep, Parcel, Payment, PaymentNotice, Refund


class ReadOnlyRows(admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = False

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class Lines(ReadOnlyRows):
    model = OrderLine
    fields = ["product_public_id", "title", "choice_text", "quantity", "unit_price", "total", "commission_bps"]


class Steps(ReadOnlyRows):
    model = OrderStep
    fields = ["kind", "at", "by", "note"]
    ordering = ["pk"]


class Parcels(ReadOnlyRows):
    model = Parcel
    fields = ["public_id", "carrier", "tracking_number", "shipped_at", "delivered_at"]


class Payments(ReadOnlyRows):
    model = Payment
    fields = ["public_id", "channel", "status", "amount", "is_late", "started_at", "succeeded_at"]


class OrdersOfGroup(ReadOnlyRows):
    model = Order
    fields = ["public_id", "shop", "status", "total"]
    show_change_link = True


class Refunds(ReadOnlyRows):
    model = Refund
    fields = ["public_id", "order", "status", "amount", "reason", "asked_at", "refunded_at"]


class ReasonForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "shop", "shopper", "status", "total", "placed_at", "paid_at", "due_at"]
    list_filter = ["status", "placed_at"]
    search_fields = ["=public_id", "=group__public_id", "=shop__slug", "=shopper__email", "=parcels__tracking_number"]
    list_select_related = ["shop", "shopper"]
    ordering = ["-pk"]
    inlines = [Lines, Steps, Parcels]
    exclude = ["consignee", "phone", "address_line"]
    actions = ["cancel_orders"]
    action_form = ReasonForm

    def has_cancel_permission(self, request):
        return request.user.has_perm("orders.change_order")

    @admin.action(description=gettext_lazy("Cancel, giving the reason"), permissions=["cancel"])
    def cancel_orders(self, request, queryset):
        """Each by itself: one that cannot be canceled keeps no other from it."""
        reason = request.POST.get("reason", "").strip()
        if not reason or len(reason) > 200:
            self.message_user(request, _("Give a reason of at most 200 characters."), messages.ERROR)
            return
        count = 0
        for order in queryset.order_by("pk"):
            try:
                cancel_order(order=order, reason=reason, by=request.user, now=clock.now())
                count += 1
            except Refusal as refusal:
                self.message_user(request, f"{order}: {refusal}", messages.WARNING)
        if count:
            words = ngettext("%(count)d order canceled.", "%(count)d orders canceled.", count)
            self.message_user(request, words % {"count": count}, messages.SUCCESS)


@admin.register(OrderGroup)
class OrderGroupAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "shopper", "total", "placed_at", "pay_by"]
    search_fields = ["=public_id", "=shopper__email"]
    list_select_related = ["shopper"]
    ordering = ["-pk"]
    inlines = [OrdersOfGroup, Payments]


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "group", "channel", "status", "amount", "is_late", "started_at", "succeeded_at"]
    list_filter = ["channel", "status", "is_late"]
    search_fields = ["=public_id", "=group__public_id", "=provider_reference"]
    list_select_related = ["group"]
    ordering = ["-pk"]
    inlines = [Refunds]


@admin.register(PaymentNotice)
class PaymentNoticeAdmin(ReadOnlyAdmin):
    list_display = ["notice_id", "channel", "payment", "outcome", "received_at"]
    list_filter = ["channel", "outcome"]
    search_fields = ["=notice_id", "=payment__public_id"]
    list_select_related = ["payment"]
    ordering = ["-pk"]


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "payment", "order", "status", "amount", "reason", "asked_at", "refunded_at"]
    list_filter = ["status"]
    search_fields = ["=public_id", "=payment__public_id", "=order__public_id"]
    list_select_related = ["payment", "order"]
    ordering = ["-pk"]
