"""What platform staff do with after-sales: those that the mall is asked to decide want a verdict; all can be read."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mall import clock
from mall.audit.trail import record
from mall.forms import MoneyFormField
from mall.staff import ReadOnlyAdmin, ReadOnlyRows, Verb, VerbAdmin
from mall.templatetags.mall import moment
from orders.after_sales.arbitration import decide
from orders.after_sales.evidence import shown
from orders.after_sales.talking import say_for_mall
from orders.models import AfterSale, AfterSaleNote, Verdict


class VerdictForm(forms.Form):
    """A verdict in fixed terms; it carries itself out."""

    liability_percent = forms.IntegerField(
        label=_("The shop's part of the fault, in percent"), min_value=0, max_value=100
    )
    refund = MoneyFormField(
        label=_("Returned for the goods"),
        required=False,
        help_text=_("At most what was paid for them; of a complaint, a compensation. Empty: nothing."),
    )
    needs_return = forms.BooleanField(label=_("The goods go back first"), required=False)
    shipping_payer = forms.ChoiceField(label=_("Who pays the shipping"), choices=Verdict.Payer.choices)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 60}),
        help_text=_("Both sides read it."),
    )


class Verdicts(ReadOnlyRows):
    model = Verdict
    fields = [
        "round", "officer", "liability_percent", "refund", "needs_return", "shipping_payer", "reason", "decided_at",
        "appealed_at", "appealed_side", "executed_at",
    ]  # fmt: skip
    ordering = ["round"]


@admin.register(AfterSale)
class AfterSaleAdmin(VerbAdmin):
    """All cases; the queue of those before the mall is the filter by status, the longest waiting first."""

    noun = "case"
    verbs = [
        Verb(
            name="decide",
            label=_("Decide"),
            call=decide,
            permission="orders.decide_aftersale",
            fits=lambda case: case.status == AfterSale.Status.ARBITRATION,
            form_class=VerdictForm,
            stays=True,
            warning=_(
                "A first decision is carried out when nobody has appealed in time; that of an appeal at once, and"
                " somebody else must give it."
            ),
            is_grave=True,
        ),
        Verb(
            name="say",
            label=_("Write to both sides"),
            call=say_for_mall,
            permission="orders.decide_aftersale",
            fits=lambda case: case.is_open,
            asks="text",
            asks_label=_("Message"),
            longest=1000,
            stays=True,
        ),
    ]
    list_display = [
        "public_id", "shop", "kind", "reason", "status", "asked", "opened_at", "escalated_at", "evidence_until",
        "due_at",
    ]  # fmt: skip
    list_filter = ["status", "kind", "reason", "opened_at"]
    search_fields = ["=public_id", "=order__public_id", "=shop__slug", "=shopper__email"]
    list_select_related = ["shop"]
    ordering = ["escalated_at", "-pk"]
    inlines = [Verdicts]
    fields = [
        "public_id", "order", "line_title", "shop", "shopper", "kind", "reason", "status", "quantity", "worth", "asked",
        "paid_then", "price_now", "refund_goods", "refund_shipping", "refund_duty", "is_unshipped",
        "is_after_completion", "revision_count", "return_carrier", "return_number", "sellable_count", "damaged_count",
        "fault", "opened_at", "answered_at", "came_back_at", "inspected_at", "escalated_at", "evidence_until",
        "settled_at", "ended_at", "due_at", "thread",
    ]  # fmt: skip

    def get_urls(self):
        address = "<int:pk>/file/<int:note>/<int:number>/"
        return [
            path(address, self.admin_site.admin_view(self.file), name="orders_aftersale_file"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, pk: int, note: int, number: int) -> HttpResponse:
        return require_safe(self._file)(request, pk, note, number)

    def _file(self, request: HttpRequest, pk: int, note: int, number: int) -> HttpResponse:
        """Who of the staff looks at what the sides showed is written down before it is shown."""
        if not request.user.has_perm("orders.decide_aftersale"):
            raise PermissionDenied
        row = get_object_or_404(AfterSaleNote.objects.select_related("case__shop"), case=pk, pk=note)
        if not 0 < number <= len(row.files):
            raise Http404
        record(
            "orders.look_at_evidence",
            row.case.public_id,
            by=request.user,
            now=clock.now(),
            shop_slug=row.case.shop.slug,
            after={"note": row.pk, "number": number},
        )
        return shown(row, number)

    @admin.display(description=_("goods"))
    def line_title(self, case: AfterSale) -> str:
        return str(case.line.title) if case.line_id else "–"

    @admin.display(description=_("what was said"))
    def thread(self, case: AfterSale) -> str:
        def files(note: AfterSaleNote) -> str:
            return format_html_join(
                "",
                ' · <a href="{}">{}</a>',
                (
                    (reverse("admin:orders_aftersale_file", args=[case.pk, note.pk, number]), number)
                    for number in range(1, len(note.files) + 1)
                ),
            )

        rows = (
            (
                note.get_side_display(),
                note.get_did_display(),
                moment(note.at),
                files(note),
                note.text,
            )
            for note in case.notes.order_by("pk")
        )
        return format_html("<ol>{}</ol>", format_html_join("", "<li><b>{}</b>: {} ({}){}<br>{}</li>", rows))


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    """Earlier decisions, to decide alike what is alike."""

    list_display = ["decided_at", "case", "shop", "round", "liability_percent", "refund", "officer", "appealed_at"]
    list_filter = ["round", "decided_at", "case__reason", "case__kind"]
    search_fields = ["=case__public_id", "=shop__slug", "reason"]
    list_select_related = ["case", "shop", "officer"]
    ordering = ["-pk"]
