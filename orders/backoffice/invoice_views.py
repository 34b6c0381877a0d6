"""A shop's invoices: which are to be issued or corrected, and what was issued. Its own only, in its own scope."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog import sealed
from mall import clock
from mall.backoffice.lists import open_list
from mall.refusals import Refusal
from merchants.access import shop_right
from merchants.document_files import NotADocument
from orders.backoffice.forms import InvoicePaperForm, InvoiceRefusalForm
from orders.backoffice.lists import INVOICES
from orders.invoices import cash_of, correct_invoice, invoiced_lines, issue_invoice, issued_amount, refuse_invoice
from orders.models import Invoice


@shop_right("orders.invoice")
@require_safe
def invoice_list(request: HttpRequest) -> HttpResponse:
    listed = open_list(
        INVOICES,
        request,
        Invoice.objects.owned_by(request.shop),
        statuses=Invoice.Status.choices,
        dress=lambda rows: rows.select_related("order"),
    )
    return render(request, "backoffice/orders/invoices.html", {"list": listed, "page": listed.page})


@shop_right("orders.invoice")
@never_cache
@require_safe
def invoice(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, _mine(request, public_id))


@shop_right("orders.invoice")
@require_POST
def answer(request: HttpRequest, public_id: str, action: str) -> HttpResponse:
    """``issue``, ``correct`` or ``refuse``; what cannot be is said at its field, with everything typed."""
    found = _mine(request, public_id)
    forms = {"issue": InvoicePaperForm, "correct": InvoicePaperForm, "refuse": InvoiceRefusalForm}
    if action not in forms:
        raise Http404
    form = forms[action](request.POST, request.FILES)
    verb = {"issue": issue_invoice, "correct": correct_invoice, "refuse": refuse_invoice}[action]
    if form.is_valid():
        try:
            verb(invoice=found, by=request.user, now=clock.now(), **form.cleaned_data)
        except NotADocument as refusal:
            form.add_error("file", str(refusal))
        except Refusal as refusal:
            field = "number" if refusal.code == "invoice-number-taken" else refusal.details.get("field")
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved. The shopper is told."))
            return redirect("backoffice:orders:invoice", request.shop.slug, public_id)
    return _page(request, _mine(request, public_id), tried=action, bound=form)


def _page(request: HttpRequest, found: Invoice, *, tried: str = "", bound=None) -> HttpResponse:
    open_now = {Invoice.Status.ASKED: "issue", Invoice.Status.CORRECTION_DUE: "correct"}.get(found.status, "")
    if not found.order.paid_at:
        open_now = ""
    issued, left = issued_amount(found), cash_of(found.order)
    context = {
        "invoice": found,
        "order": found.order,
        "said": {name: getattr(found, name).reveal() for name in ("title", "tax_number", "email")},
        "lines": invoiced_lines(found.order),
        "amount": left,
        "issued": issued,
        "to_take_back": issued - left if open_now == "correct" else None,
        "papers": sorted(found.papers.all(), key=lambda paper: paper.pk),
        "action": open_now,
        "paper_form": bound if tried in ("issue", "correct") else InvoicePaperForm() if open_now else None,
        "refusal_form": bound
        if tried == "refuse"
        else InvoiceRefusalForm()
        if found.status == Invoice.Status.ASKED
        else None,
    }
    return render(request, "backoffice/orders/invoice.html", context)


@shop_right("orders.invoice")
@never_cache
@require_safe
def paper(request: HttpRequest, public_id: str, number: str) -> HttpResponse:
    row = get_object_or_404(_mine(request, public_id).papers, number=number)
    return sealed.shown(row.file, f"invoice-{row.number}")


def _mine(request: HttpRequest, public_id: str) -> Invoice:
    rows = Invoice.objects.owned_by(request.shop).select_related("order__shop")
    return get_object_or_404(rows.prefetch_related("papers", "order__lines"), public_id=public_id)
