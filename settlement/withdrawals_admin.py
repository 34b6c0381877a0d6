"""What platform staff do about shops' money on its way (S4): decide, follow the bank, carry files to it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.accounts.factors import ask_fresh_factor
from mall.audit.trail import record
from mall.refusals import Refusal
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin
from settlement import money_admin  # noqa: F401 (it registers its own)
from settlement.gateways import gateway
from settlement.gateways.bank_file import write_file
from settlement.models import BankAccount, PayoutFile, Withdrawal
from settlement.payouts import ask_about_payout, make_payout_file, note_failed, note_paid, payouts_in
from settlement.withdrawals import approve_withdrawal, reject_withdrawal

Status = Withdrawal.Status
DECIDE, PAY = "settlement.decide_withdrawal", "settlement.pay_withdrawal"


def _is_with(withdrawal: Withdrawal, *, by_hand: bool) -> bool:
    return withdrawal.status == Status.PAYING and gateway(withdrawal.channel).by_hand == by_hand


@admin.register(BankAccount)
class BankAccountAdmin(ReadOnlyAdmin):
    """Where shops' money may go; numbers and holders stand covered."""

    fields = [
        "public_id", "shop", "kind", "status", "holder", "number", "bank", "branch", "refusal", "added_by", "added_at",
        "verified_at", "usable_from", "removed_at",
    ]  # fmt: skip
    list_display = ["public_id", "shop", "bank", "number", "kind", "status", "added_at", "usable_from"]
    list_filter = ["status", "kind", "added_at"]
    list_select_related = ["shop"]
    search_fields = ["=public_id", "=shop__slug"]
    ordering = ["-pk"]


@admin.register(Withdrawal)
class WithdrawalAdmin(VerbAdmin):
    """Withdrawals: those that rules do not let pass wait here for people, large ones for two."""

    noun = "withdrawal"
    verbs = [
        Verb(
            name="approve",
            label=_("Approve"),
            call=approve_withdrawal,
            permission=DECIDE,
            fits=lambda withdrawal: withdrawal.status == Status.RISK_CHECK,
            stays=True,
            warning=_("A large withdrawal wants two people: the first yes is noted, the second lets it be paid."),
            fresh_action="settlement.decide_withdrawal",
        ),
        Verb(
            name="reject",
            label=_("Reject"),
            call=reject_withdrawal,
            permission=DECIDE,
            fits=lambda withdrawal: Withdrawal.FLOW.can(withdrawal, Status.REJECTED),
            asks="reason",
            asks_help=_("The merchant reads it."),
            is_grave=True,
            stays=True,
            fresh_action="settlement.decide_withdrawal",
        ),
        Verb(
            name="ask_bank",
            label=_("Ask the bank now"),
            call=lambda *, withdrawal, by, now: ask_about_payout(withdrawal=withdrawal, by=by, now=now),
            permission=PAY,
            fits=lambda withdrawal: _is_with(withdrawal, by_hand=False),
            stays=True,
            warning=_("What the bank never heard of is sent again, under the same reference."),
        ),
        Verb(
            name="mark_paid",
            label=_("The bank has paid"),
            call=note_paid,
            permission=PAY,
            fits=lambda withdrawal: _is_with(withdrawal, by_hand=True),
            asks="note",
            asks_label=_("Bank's reference"),
            longest=64,
            stays=True,
            fresh_action="settlement.decide_withdrawal",
        ),
        Verb(
            name="mark_failed",
            label=_("The bank has refused"),
            call=note_failed,
            permission=PAY,
            fits=lambda withdrawal: _is_with(withdrawal, by_hand=True),
            asks="reason",
            asks_help=_("The merchant reads it."),
            is_grave=True,
            stays=True,
            warning=_("The money becomes available to the shop again at once."),
            fresh_action="settlement.decide_withdrawal",
        ),
    ]
    fields = [
        "public_id", "shop", "status", "amount", "fee", "currency", "bank_account", "asked_by", "asked_at", "why_asked",
        "needs_two", "first_by", "first_at", "approved_by", "approved_at", "channel", "file", "paying_at", "reference",
        "ended_by", "ended_at", "reason",
    ]  # fmt: skip
    readonly_fields = ["why_asked"]
    list_display = ["public_id", "shop", "status", "amount", "needs_two", "asked_at", "ended_at"]
    list_filter = ["status", "needs_two", "channel", "asked_at"]
    list_select_related = ["shop"]
    search_fields = ["=public_id", "=shop__slug", "=reference"]
    ordering = ["-pk"]

    @admin.display(description=_("why a person looks at it"))
    def why_asked(self, withdrawal):
        return ", ".join(withdrawal.doubt_labels) or "–"


@admin.register(PayoutFile)
class PayoutFileAdmin(ReadOnlyAdmin):
    """Files for the bank: made of what waits, fetched with a fresh second factor, on the record."""

    change_list_template = "admin/settlement/payout_files.html"
    fields = ["public_id", "count", "total", "currency", "made_by", "made_at", "download"]
    readonly_fields = ["download"]
    list_display = ["public_id", "count", "total", "made_by", "made_at"]
    list_filter = ["made_at"]
    list_select_related = ["made_by"]
    search_fields = ["=public_id", "=withdrawals__public_id"]
    ordering = ["-pk"]

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("make/", view(require_POST(self.make)), name="settlement_payoutfile_make"),
            path("<int:pk>/csv/", view(require_safe(self.csv)), name="settlement_payoutfile_csv"),
            *super().get_urls(),
        ]

    @admin.display(description=_("file"))
    def download(self, file):
        return format_html('<a href="{}">{}</a>', reverse("admin:settlement_payoutfile_csv", args=[file.pk]), "CSV")

    def make(self, request: HttpRequest) -> HttpResponse:
        """Everything that waits for a file goes into one."""
        if not request.user.has_perm(PAY):
            raise PermissionDenied
        if way := ask_fresh_factor(request, "settlement.payout_file"):
            return way
        try:
            file = make_payout_file(by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.warning(request, str(refusal))
            return redirect("admin:settlement_payoutfile_changelist")
        messages.success(request, _("The file is made. Fetch it here, and tell the mall what the bank did."))
        return redirect("admin:settlement_payoutfile_change", file.pk)

    def csv(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The lines for the bank, account numbers in clear."""
        if not request.user.has_perm(PAY):
            raise PermissionDenied
        if way := ask_fresh_factor(request, "settlement.payout_file"):
            return way
        file = get_object_or_404(PayoutFile, pk=pk)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{file.public_id}.csv"'
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        write_file(response, payouts_in(file))
        record("settlement.fetch_payout_file", file.public_id, by=request.user, now=clock.now())
        return response
