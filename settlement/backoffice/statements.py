"""The shop's bills (S5): to read, to take away, to accept or dispute."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from catalog import sealed
from mall import clock
from mall.audit.trail import record
from mall.backoffice.tables import Sort, read_page
from mall.exports.files import CONTENT_TYPES
from mall.pages import Choice
from mall.refusals import Refusal
from merchants.access import shop_right
from settlement import statement_files
from settlement.backoffice.forms import DisputeForm
from settlement.commission_invoices import invoice_of
from settlement.corrections import give_reasons
from settlement.fines import tell_fines
from settlement.joint import tell_parts
from settlement.models import CommissionInvoice, Statement, StatementLine
from settlement.statements import accept_statement, dispute_line, statements_of

SORTS = [Sort("from", gettext_lazy("Period"), "period_from")]
LINE_SORTS = [Sort("number", gettext_lazy("When"), "pk")]
FILES = {
    "xlsx": (statement_files.as_xlsx, CONTENT_TYPES["xlsx"]),
    "pdf": (statement_files.as_pdf, "application/pdf"),
}


@shop_right("money.see")
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """Months or days, newest first."""
    asked = request.GET.get("kind", "")
    kind = asked if asked in Statement.Kind.values else Statement.Kind.MONTHLY
    page = read_page(statements_of(request.shop).filter(kind=kind), request, sorts=SORTS, default="-from")
    tabs = [
        Choice(value, str(label), f"{request.path}?kind={value}", selected=value == kind)
        for value, label in reversed(Statement.Kind.choices)
    ]
    return TemplateResponse(request, "backoffice/settlement/statements.html", {"page": page, "tabs": tabs})


@shop_right("money.see")
@require_safe
def statement(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, _found(request, public_id))


def _page(
    request: HttpRequest, found: Statement, form: DisputeForm | None = None, line: StatementLine | None = None
) -> HttpResponse:
    """A bill with its balances and lines; a line's dispute that was refused stands open with its reason."""
    lines = read_page(
        StatementLine.objects.owned_by(request.shop).filter(statement=found),
        request,
        sorts=LINE_SORTS,
        default="number",
        dress=lambda rows: rows.select_related("posting__entry", "posting__account", "dispute"),
    )
    for row in lines:
        row.change = -row.posting.amount
        row.form = form if line is not None and row.pk == line.pk else DisputeForm(auto_id=f"line-{row.pk}-%s")
    tell_parts([row.posting for row in lines], shop=request.shop)
    tell_fines([row.posting for row in lines])
    give_reasons([row.posting for row in lines])
    net, tax = found.invoice_parts
    context = {
        "statement": found,
        "title": statement_files.title_of(found),
        "balances": found.balances.select_related("account").order_by("account_id"),
        "invoice": {"net": net, "tax": tax, "rate": f"{found.tax_bps / 100:g} %"},
        "paper": invoice_of(found, request.shop),
        "lines": lines,
        "open_line": line.pk if line else None,
        "is_open": found.status != Statement.Status.ACCEPTED,
    }
    return TemplateResponse(request, "backoffice/settlement/statement.html", context)


@shop_right("money.see")
@require_POST
def accept(request: HttpRequest, public_id: str) -> HttpResponse:
    found = _found(request, public_id)
    try:
        accept_statement(statement=found, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Accepted."))
    return redirect("backoffice:settlement:statement", request.shop.slug, public_id)


@shop_right("money.see")
@require_POST
def line_dispute(request: HttpRequest, public_id: str, line: int) -> HttpResponse:
    found = _found(request, public_id)
    row = get_object_or_404(StatementLine.objects.owned_by(request.shop).select_related("statement"), pk=line,
                            statement=found)  # fmt: skip
    form = DisputeForm(request.POST, auto_id=f"line-{row.pk}-%s")
    if form.is_valid():
        try:
            dispute_line(line=row, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Our staff look at this line and answer here."))
            return redirect("backoffice:settlement:statement", request.shop.slug, public_id)
    return _page(request, found, form, row)


@shop_right("money.see")
@require_safe
def statement_file(request: HttpRequest, public_id: str, ending: str) -> HttpResponse:
    """The bill as a file; every fetch is on the record."""
    found = _found(request, public_id)
    if ending not in FILES:
        raise Http404
    write, content_type = FILES[ending]
    response = HttpResponse(write(found), content_type=content_type)
    name = statement_files.file_name(found, ending)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    if request.method == "GET":
        record(
            "settlement.fetch_statement", found.public_id, by=request.user, now=clock.now(),
            shop_slug=request.shop.slug, after={"file": ending},
        )  # fmt: skip
    return response


@shop_right("money.see")
@require_safe
def commission_invoice(request: HttpRequest, public_id: str) -> HttpResponse:
    """The mall's invoice of the month; every fetch is on the record."""
    mine = CommissionInvoice.objects.owned_by(request.shop)
    paper = get_object_or_404(mine, statement__public_id=public_id)
    if request.method == "GET":
        record(
            "settlement.fetch_commission_invoice", public_id, by=request.user, now=clock.now(),
            shop_slug=request.shop.slug, after={"number": paper.number},
        )  # fmt: skip
    return sealed.shown(paper.file, f"invoice-{paper.number}")


def _found(request: HttpRequest, public_id: str) -> Statement:
    mine = statements_of(request.shop).select_related("shop__merchant", "accepted_by")
    return get_object_or_404(mine, public_id=public_id)
