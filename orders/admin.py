"""What platform staff see of orders and money: everything to read, and a verb or two."""

from django.conf import settings
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from catalog.commission import explain, percent
from mall.staff import ReadOnlyAdmin, ReadOnlyRows, Verb, VerbAdmin, known_values
from orders import (  # noqa: F401 (each registers its own)
    after_sales_admin,
    declarations_admin,
    goods_watch_admin,
    invoices_admin,
    reconciliation_admin,
    transfers_admin,
)
from orders.cancellation import cancel_order
from orders.models import (
    GiftCard,
    GiftCardMove,
    Order,
    OrderGroup,
    OrderLine,
    OrderStep,
    Parcel,
    Payment,
    PaymentNotice,
    Purse,
    PurseMove,
    Refund,
)
from orders.payments import ask_channel
from orders.refunds import refund_to_balance, retry_refund

CHANNELS = known_values("channel", _("channel"), lambda: [(code, code) for code in settings.PAYMENT_CHANNELS])


class Lines(ReadOnlyRows):
    model = OrderLine
    fields = [
        "product_public_id", "title", "choice_text", "quantity", "shipped_quantity", "unit_price", "total",
        "how_commission",
    ]  # fmt: skip

    @admin.display(description=_("commission"))
    def how_commission(self, line: OrderLine) -> str:
        if line.commission_rule is None:
            return percent(line.commission_bps)
        told = [str(line.commission), *explain(line.commission_rule, line.commission)]
        return format_html_join("", "<div>{}</div>", ((words,) for words in told))


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
    fields = ["public_id", "order", "after_sale", "status", "amount", "to_cards", "reason", "asked_at", "refunded_at"]


@admin.register(Order)
class OrderAdmin(VerbAdmin):
    """All orders; consignee, phone and street stay out of sight."""

    noun = "order"
    verbs = [
        Verb(
            name="cancel",
            label=_("Cancel the order"),
            call=cancel_order,
            permission="orders.cancel_order",
            fits=lambda order: order.can_be_canceled,
            asks="reason",
            asks_help=_("The shopper and the shop read it."),
            longest=200,
            warning=_("What was paid goes back to the shopper the way it came."),
            is_grave=True,
        )
    ]
    list_display = ["public_id", "shop", "shopper", "status", "kind", "total", "placed_at", "paid_at", "due_at"]
    list_filter = ["status", "kind", "placed_at"]
    search_fields = ["=public_id", "=group__public_id", "=shop__slug", "=shopper__email", "=parcels__tracking_number"]
    list_select_related = ["shop", "shopper"]
    ordering = ["-pk"]
    inlines = [Lines, Steps, Parcels]
    exclude = ["consignee", "phone", "address_line"]


@admin.register(OrderGroup)
class OrderGroupAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "shopper", "total", "placed_at", "pay_by"]
    search_fields = ["=public_id", "=shopper__email"]
    list_select_related = ["shopper"]
    ordering = ["-pk"]
    inlines = [OrdersOfGroup, Payments]


@admin.register(Payment)
class PaymentAdmin(VerbAdmin):
    noun = "payment"
    verbs = [
        Verb(
            name="ask",
            label=_("Ask the channel"),
            call=ask_channel,
            permission="orders.ask_payment",
            fits=lambda payment: payment.status == Payment.Status.PENDING,
        )
    ]
    list_display = [
        "public_id",
        "group",
        "part",
        "channel",
        "status",
        "amount",
        "is_late",
        "started_at",
        "succeeded_at",
    ]
    list_filter = ["status", "is_late", CHANNELS, "started_at"]
    search_fields = ["=public_id", "=group__public_id", "=provider_reference"]
    list_select_related = ["group"]
    ordering = ["-pk"]
    inlines = [Refunds]


class PurseMoves(ReadOnlyRows):
    model = PurseMove
    fields = ["kind", "payment", "refund", "amount", "left", "at"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("payment", "refund")


@admin.register(Purse)
class PurseAdmin(ReadOnlyAdmin):
    """What shoppers have with the mall, and where it came from."""

    list_display = ["public_id", "shopper", "balance", "takes_refunds", "opened_at"]
    list_filter = ["takes_refunds", "opened_at"]
    search_fields = ["=public_id", "=shopper__email"]
    list_select_related = ["shopper"]
    ordering = ["-pk"]
    inlines = [PurseMoves]


class CardMoves(ReadOnlyRows):
    model = GiftCardMove
    fields = ["kind", "order", "amount", "at"]
    ordering = ["pk"]


@admin.register(GiftCard)
class GiftCardAdmin(ReadOnlyAdmin):
    """What shops have sold, and what is on it; the codes are for nobody but their buyers."""

    list_display = ["number", "shop", "status", "face", "balance", "holder", "issued_at", "bound_at"]
    list_filter = ["status", "issued_at"]
    search_fields = ["=number", "=public_id", "=shop__slug", "=holder__email", "=line__order__public_id"]
    list_select_related = ["shop", "holder"]
    ordering = ["-pk"]
    inlines = [CardMoves]
    exclude = ["code"]


@admin.register(PaymentNotice)
class PaymentNoticeAdmin(ReadOnlyAdmin):
    list_display = ["notice_id", "channel", "payment", "outcome", "received_at"]
    list_filter = [CHANNELS, "received_at"]
    search_fields = ["=notice_id", "=payment__public_id", "=outcome"]
    list_select_related = ["payment"]
    ordering = ["-pk"]


@admin.register(Refund)
class RefundAdmin(VerbAdmin):
    """Money on its way back; the clock sends it again until the channel confirms, and so may staff."""

    noun = "refund"
    verbs = [
        Verb(
            name="retry",
            label=_("Send again now"),
            call=retry_refund,
            permission="orders.retry_refund",
            fits=lambda refund: refund.status == Refund.Status.ASKED,
            warning=_("The channel knows the refund by its number and pays it once, however often it is asked."),
        ),
        Verb(
            name="to_balance",
            label=_("Put it on the shopper's balance"),
            call=refund_to_balance,
            permission="orders.refund_to_balance",
            fits=lambda refund: refund.status == Refund.Status.ASKED and not refund.to_balance,
            asks="reason",
            asks_help=_("Why the channel will not send it."),
            longest=200,
            warning=_("The channel is asked first; what it has heard of stays with it."),
            fresh_action="orders.refund_to_balance",
        ),
    ]
    list_display = [
        "public_id", "payment", "order", "status", "amount", "to_cards", "to_balance", "reason", "asked_at",
        "refunded_at",
    ]  # fmt: skip
    list_filter = ["status", "asked_at"]
    search_fields = ["=public_id", "=payment__public_id", "=order__public_id"]
    list_select_related = ["payment", "order"]
    ordering = ["-pk"]
