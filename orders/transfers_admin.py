"""What platform staff see and do about bank transfers: read statements, decide about what does not fit, send back."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.refusals import Refusal
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin
from orders.bank_statements import (
    MOST_BYTES,
    agree_on_line,
    disagree_on_line,
    note_sent_back,
    propose_match,
    propose_return,
    read_statement,
)
from orders.models import BankLine, BankStatement, SentBack

READ, DECIDE, SEND = "orders.read_statement", "orders.decide_bankline", "orders.send_back"
FRESH = "orders.decide_transfer"


class StatementForm(forms.Form):
    file = forms.FileField(label=_("Statement of the bank (CSV)"), max_length=100)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(gettext("This file is too large."))
        return file


class MatchForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference of the payment"),
        max_length=40,
        required=False,
        help_text=_("As the payer was given it; empty: the one that the transfer quotes."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3, "cols": 60}))


def _is(status: str):
    return lambda line: line.status == status


@admin.register(BankStatement)
class BankStatementAdmin(ReadOnlyAdmin):
    """Statements of the custodian's account, the newest first; new ones are uploaded here."""

    change_list_template = "admin/orders/statements.html"
    fields = ["public_id", "name", "by", "read_at", "lines_count", "fresh_count", "paid_count", "its_lines"]
    readonly_fields = ["its_lines"]
    list_display = ["public_id", "name", "lines_count", "fresh_count", "paid_count", "by", "read_at"]
    list_filter = ["read_at"]
    list_select_related = ["by"]
    search_fields = ["=public_id", "=name"]
    ordering = ["-pk"]

    def get_urls(self):
        view = self.admin_site.admin_view
        return [path("read/", view(self.read), name="orders_bankstatement_read"), *super().get_urls()]

    @admin.display(description=_("new on it"))
    def its_lines(self, statement):
        url = f"{reverse('admin:orders_bankline_changelist')}?statement__id__exact={statement.pk}"
        return format_html('<a href="{}">{}</a>', url, statement.fresh_count)

    def read(self, request: HttpRequest) -> HttpResponse:
        """Upload a statement; one that cannot be read counts nothing and says at which line."""
        if not request.user.has_perm(READ):
            raise PermissionDenied
        form = StatementForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                read = read_statement(content=file.read(), name=file.name, by=request.user, now=clock.now())
            except Refusal as refusal:
                form.add_error("file", str(refusal))
            else:
                told = gettext("Read: %(lines)d lines, of these %(fresh)d new; %(paid)d paid at once.")
                counts = {"lines": read.lines_count, "fresh": read.fresh_count, "paid": read.paid_count}
                messages.success(request, told % counts)
                return redirect("admin:orders_bankstatement_change", read.pk)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": gettext("Read a statement"),
                   "form": form}  # fmt: skip
        return TemplateResponse(request, "admin/orders/read_statement.html", context)


@admin.register(BankLine)
class BankLineAdmin(VerbAdmin):
    """Transfers that came, the newest first; what does not fit is decided by two people."""

    noun = "line"
    verbs = [
        Verb(
            name="match", label=_("It pays a payment"), call=propose_match, permission=DECIDE,
            fits=_is(BankLine.Status.OPEN), form_class=MatchForm, stays=True, fresh_action=FRESH,
            warning=_("Somebody else agrees to it. What is too much goes back to the sender."),
        ),
        Verb(
            name="send_back", label=_("It goes back"), call=propose_return, permission=DECIDE,
            fits=_is(BankLine.Status.OPEN), asks="reason", longest=200, stays=True, fresh_action=FRESH,
            warning=_("Somebody else agrees to it."),
        ),
        Verb(
            name="agree", label=_("Agree"), call=agree_on_line, permission=DECIDE,
            fits=_is(BankLine.Status.PROPOSED), stays=True, fresh_action=FRESH,
            warning=_("Somebody else than who proposed it; the money moves at once."),
        ),
        Verb(
            name="disagree", label=_("Do not agree"), call=disagree_on_line, permission=DECIDE,
            fits=_is(BankLine.Status.PROPOSED), stays=True,
        ),
    ]  # fmt: skip
    list_display = [
        "bank_reference", "amount", "why", "status", "decision", "payment", "payer_name", "remark", "booked_at",
    ]  # fmt: skip
    list_filter = ["status", "why", "read_at"]
    list_select_related = ["payment"]
    search_fields = ["=public_id", "=bank_reference", "=payment__public_id", "=payment__transfer__reference"]
    ordering = ["-pk"]


@admin.register(SentBack)
class SentBackAdmin(VerbAdmin):
    """Money that goes back by transfer: what waits is told to the bank by hand, where the mall cannot."""

    noun = "sent"
    verbs = [
        Verb(
            name="note", label=_("The bank has been told"), call=note_sent_back, permission=SEND,
            fits=lambda sent: sent.sent_at is None, asks="bank_reference", asks_label=_("Bank's number"), longest=64,
            stays=True, fresh_action=FRESH,
        ),
    ]  # fmt: skip
    list_display = ["reference", "amount", "line", "asked_at", "sent_at", "sent_by", "bank_reference"]
    list_filter = ["asked_at", ("sent_at", admin.EmptyFieldListFilter)]
    list_select_related = ["line", "sent_by"]
    search_fields = ["=reference", "=bank_reference", "=line__bank_reference"]
    ordering = ["-pk"]
