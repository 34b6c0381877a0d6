"""A shop's pages of after-sales: its own only, seen through its own scope."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall import clock
from mall.backoffice.lists import open_list
from mall.refusals import Refusal
from merchants.access import shop_right
from orders.after_sales import acting, gifts, giving, table
from orders.after_sales.backoffice.lists import AFTER_SALES
from orders.after_sales.evidence import shown, visible_notes
from orders.after_sales.forms import CompensationForm
from orders.after_sales.freight import way_back_payer
from orders.after_sales.words import entries, waiting_for
from orders.models import AfterSale, AfterSaleNote, Order, Verdict

SHOP = AfterSaleNote.Side.SHOP


@shop_right("orders.see")
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    listed = open_list(
        AFTER_SALES,
        request,
        AfterSale.objects.owned_by(request.shop),
        statuses=AfterSale.Status.choices,
        dress=lambda rows: rows.select_related("order", "line"),
    )
    return render(request, "backoffice/after_sales/list.html", {"list": listed, "page": listed.page})


@shop_right("orders.see")
@require_safe
def case(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, _mine(request, public_id))


@shop_right("orders.after_sale")
@require_POST
def do(request: HttpRequest, public_id: str, action: str) -> HttpResponse:
    """One of the actions of the table; what cannot be done is said where it was tried, with everything typed."""
    found, now = _mine(request, public_id), clock.now()
    if action not in acting.ACTIONS or SHOP not in table.TABLE[action].sides:
        raise Http404
    form = acting.form_of(action, found, now=now, data=request.POST, files=request.FILES)
    if said := acting.act(action, found, SHOP, form, by=request.user, now=now):
        messages.success(request, said)
        return redirect("backoffice:after-sales:case", request.shop.slug, public_id)
    if not table.may(action, found, SHOP):
        for error in form.non_field_errors() or [_("This cannot be done now.")]:
            messages.error(request, error)
        return redirect("backoffice:after-sales:case", request.shop.slug, public_id)
    return _page(request, found, tried=action, bound=form)


@shop_right("orders.after_sale")
@require_http_methods(["GET", "HEAD", "POST"])
def compensate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Pay the shopper of an order for what went wrong, without anything going back."""
    order = get_object_or_404(Order.objects.owned_by(request.shop).select_related("shop"), public_id=public_id)
    lines = [(line, most) for line in order.lines.order_by("pk") if (most := giving.most_for(line))]
    if not lines or not giving.may_compensate(order):
        messages.info(request, _("Nothing can be paid for this order."))
        return redirect("backoffice:orders:detail", request.shop.slug, public_id)
    form = CompensationForm(*((request.POST,) if request.method == "POST" else ()), lines=lines)

    if form.is_valid():
        try:
            found = giving.compensate(seat=request.seat, by=request.user, now=clock.now(), **form.said)
        except Refusal as refusal:
            form.add_error(refusal.details.get("field"), str(refusal))
        else:
            messages.success(request, _("The money goes back to the shopper, who is told."))
            return redirect("backoffice:after-sales:case", request.shop.slug, found.public_id)

    context = {"order": order, "form": form}
    return render(request, "backoffice/after_sales/compensate.html", context)


@shop_right("orders.see")
@require_safe
def file(request: HttpRequest, public_id: str, note: int, number: int) -> HttpResponse:
    seen = {row.pk: row for row in visible_notes(_mine(request, public_id), SHOP, clock.now())}
    if note not in seen or not 0 < number <= len(seen[note].files):
        raise Http404
    return shown(seen[note], number)


def _mine(request: HttpRequest, public_id: str) -> AfterSale:
    rows = AfterSale.objects.owned_by(request.shop).select_related("order__shop", "line__sku", "replacement")
    return get_object_or_404(rows, public_id=public_id)


def _page(request: HttpRequest, found: AfterSale, *, tried: str = "", bound=None) -> HttpResponse:
    now = clock.now()
    words, until = waiting_for(found, SHOP)
    verdict = Verdict.objects.owned_by(request.shop).filter(case=found).order_by("-round").first()

    def url_of(note: AfterSaleNote, number: int) -> str:
        return reverse("backoffice:after-sales:file", args=[request.shop.slug, found.public_id, note.pk, number])

    may_act = request.seat.can("orders.after_sale")
    context = {
        "case": found,
        "order": found.order,
        "line": found.line,
        "waiting_for": words,
        "until": until,
        "entries": entries(found, visible_notes(found, SHOP, now), reader=SHOP, url_of=url_of),
        "offers": acting.offers(found, SHOP, now=now, tried=tried, bound=bound) if may_act else [],
        "verdict": verdict,
        "parcels": found.parcels.order_by("pk"),
        "way_back": way_back_payer(found, verdict),
        "outlook": gifts.outlook_of(found),
        "gifts": found.gifts.select_related("line").order_by("line"),
    }
    return render(request, "backoffice/after_sales/case.html", context)
