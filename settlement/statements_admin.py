"""Statements for platform staff (S5): to read; disputed lines to answer."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from mall.staff import ReadOnlyAdmin, ReadOnlyRows, Verb, VerbAdmin
from settlement.corrections_admin import entry_link
from settlement.models import Dispute, Statement, StatementBalance
from settlement.statements import refuse_dispute, uphold_dispute


class BalancesOfStatement(ReadOnlyRows):
    model = StatementBalance
    fields = ["account", "opening", "moved", "closing"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("account__shop").order_by("account_id")


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    fields = [
        "public_id", "shop", "kind", "period_from", "period_to", "status", "line_count", "currency", "opening", "moved",
        "closing", "commission", "fees", "tax_bps", "frozen_at", "accept_by", "accepted_by", "accepted_at",
    ]  # fmt: skip
    list_display = ["public_id", "shop", "kind", "period_from", "opening", "moved", "closing", "status"]
    list_filter = ["kind", "status", "period_from"]
    list_select_related = ["shop"]
    search_fields = ["=public_id", "=shop__slug"]
    ordering = ["-pk"]
    inlines = [BalancesOfStatement]


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
