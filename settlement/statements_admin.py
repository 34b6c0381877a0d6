"""Statements for platform staff (S5): to read and to invoice; disputed lines to answer."""

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from mall.refusals import Refusal
from mall.staff import ReadOnlyAdmin, ReadOnlyRows, Verb, VerbAdmin
from settlement.commission_invoices import checked_file, checked_new_number, issue_commission_invoice
from settlement.corrections_admin import entry_link
from settlement.models import CommissionInvoice, Dispute, Statement, StatementBalance
from settlement.statements import refuse_dispute, uphold_dispute


class CommissionInvoiceForm(forms.Form):
    """Number and PDF of the mall's invoice; what cannot be so is told beside its field before anything is written."""

    number = forms.CharField(
        label=_("Invoice number"),
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("20 digits of a digital invoice, or 8."),
    )
    file = forms.FileField(
        label=_("PDF of the invoice"),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        help_text=_("A plain PDF of at most 10 MB; it is kept sealed."),
    )

    def about(self, rows: list[Statement]) -> None:
        self.statements = rows
        if len(rows) == 1:
            self.fields["file"].help_text = gettext(
                "Made out to %(business)s, tax number %(code)s, over %(gross)s: %(net)s and %(tax)s of tax. "
                "A plain PDF of at most 10 MB; it is kept sealed."
            ) % _figures(rows[0])

    def clean_number(self) -> str:
        try:
            return checked_new_number(self.cleaned_data["number"])
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_file(self):
        try:
            checked_file(self.cleaned_data["file"])
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return self.cleaned_data["file"]

    def clean(self) -> None:
        if len(self.statements) > 1:
            raise forms.ValidationError(gettext("Choose one statement: each has an invoice of its own."))


def _figures(statement: Statement) -> dict[str, str]:
    net, tax = statement.invoice_parts
    merchant = statement.shop.merchant
    return {
        "business": merchant.name, "code": merchant.credit_code, "gross": statement.invoiced, "net": net, "tax": tax,
    }  # fmt: skip


class ByInvoice(admin.SimpleListFilter):
    title = _("commission invoice")
    parameter_name = "invoice"

    def lookups(self, request, model_admin):
        return [
            ("due", pgettext_lazy("commission invoice", "To issue")),
            ("issued", pgettext_lazy("commission invoice", "Issued")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "due":
            return queryset.to_invoice()
        return queryset.filter(invoice_issued_at__isnull=False) if self.value() == "issued" else queryset


class BalancesOfStatement(ReadOnlyRows):
    model = StatementBalance
    fields = ["account", "opening", "moved", "closing"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("account__shop").order_by("account_id")


@admin.register(Statement)
class StatementAdmin(VerbAdmin):
    noun = "statement"
    verbs = [
        Verb(
            name="issue_invoice",
            label=_("Issue the commission invoice"),
            call=issue_commission_invoice,
            permission="settlement.issue_commissioninvoice",
            fits=lambda statement: statement.is_to_invoice,
            form_class=CommissionInvoiceForm,
            stays=True,
            warning=_("Its amounts are those of the statement. It is written once, and the shop is told."),
        )
    ]
    fields = [
        "public_id", "shop", "kind", "period_from", "period_to", "status", "line_count", "currency", "opening", "moved",
        "closing", "commission", "fees", "tax_bps", "frozen_at", "accept_by", "accepted_by", "accepted_at",
        "invoice_issued_at",
    ]  # fmt: skip
    list_display = ["public_id", "shop", "kind", "period_from", "opening", "moved", "closing", "status"]
    list_filter = ["kind", "status", ByInvoice, "period_from"]
    list_select_related = ["shop"]
    search_fields = ["=public_id", "=shop__slug"]
    ordering = ["-pk"]
    inlines = [BalancesOfStatement]


@admin.register(CommissionInvoice)
class CommissionInvoiceAdmin(ReadOnlyAdmin):
    """What the mall has invoiced for commission and fees; the papers themselves are read in the shop's back office."""

    fields = ["number", "shop", "statement", "currency", "net", "tax", "gross", "tax_bps", "issued_at", "by"]
    list_display = ["number", "shop", "statement", "net", "tax", "gross", "issued_at"]
    list_filter = ["issued_at"]
    list_select_related = ["shop", "statement"]
    search_fields = ["=number", "=shop__slug", "=statement__public_id"]
    ordering = ["-pk"]


def _is_open(dispute: Dispute) -> bool:
    return dispute.status == Dispute.Status.OPEN


@admin.register(Dispute)
class DisputeAdmin(VerbAdmin):
    """Lines that shops say are wrong."""

    noun = "dispute"
    verbs = [
        Verb(
            name="uphold",
            label=_("The shop is right"),
            call=uphold_dispute,
            permission="settlement.answer_dispute",
            fits=_is_open,
            asks="answer",
            asks_label=_("Answer"),
            asks_help=_("The merchant reads it."),
            longest=500,
            warning=_(
                "The statement stays as it is. Draw up a correction on the page of its entry; it stands on a later one."
            ),
        ),
        Verb(
            name="refuse",
            label=_("The line is right"),
            call=refuse_dispute,
            permission="settlement.answer_dispute",
            fits=_is_open,
            asks="answer",
            asks_label=_("Answer"),
            asks_help=_("The merchant reads it."),
            longest=500,
        ),
    ]
    fields = [
        "public_id", "shop", "statement", "booked", "status", "reason", "asked_by", "asked_at", "answer", "answered_by",
        "answered_at",
    ]  # fmt: skip
    readonly_fields = ["statement", "booked"]
    list_display = ["public_id", "shop", "status", "asked_at", "answered_at"]
    list_filter = ["status", "asked_at"]
    list_select_related = ["shop"]
    search_fields = ["=public_id", "=shop__slug", "=line__statement__public_id"]
    ordering = ["asked_at", "pk"]

    @admin.display(description=_("statement of account"))
    def statement(self, dispute):
        return dispute.line.statement.public_id

    @admin.display(description=_("line"))
    def booked(self, dispute):
        posting = dispute.line.posting
        return format_html("<div>{}</div>{} · {}", entry_link(posting.entry), posting.account, -posting.amount)
