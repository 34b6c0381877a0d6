"""The shopper's pages of after-sales: hers only."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall import clock
from mall.money import Money
from mall.pages import Choice, paginate
from mall.refusals import Refusal
from marketing import perks
from orders.after_sales import acting, asking, gifts, giving, table
from orders.after_sales.amounts import worth_of
from orders.after_sales.evidence import shown, visible_notes
from orders.after_sales.forms import ComplaintForm, WishForm
from orders.after_sales.freight import freight_outlook, way_back_payer
from orders.after_sales.words import entries, waiting_for
from orders.gift_cards import whole_cards
from orders.models import AfterSale, AfterSaleNote, OrderLine, Verdict

SHOPPER = AfterSaleNote.Side.SHOPPER


@login_required
@never_cache
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    mine = request.user.after_sales.select_related("order__shop", "line")
    wanted = request.GET.get("which", "")
    open_ones = mine.exclude(status__in=AfterSale.ENDED)
    rows = open_ones if wanted == "open" else mine
    url = reverse("storefront:after-sales:list")
    tabs = [
        Choice("", _("All"), url, selected=wanted != "open", count=mine.count()),
        Choice(
            "open", pgettext("cases", "Open"), f"{url}?which=open", selected=wanted == "open", count=open_ones.count()
        ),
    ]
    page = paginate(rows.order_by("-pk"), request, per_page=10)
    return render(request, "storefront/after_sales/list.html", {"tabs": tabs, "page": page})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, public_id: str, line: int) -> HttpResponse:
    lines = OrderLine.objects.select_related("order__shop", "sku__product").filter(order__shopper=request.user)
    line = get_object_or_404(lines, order__public_id=public_id, pk=line)
    now = clock.now()
    left = whole_cards(line) if line.order.is_of_cards else asking.askable_of(line.order, line)
    kinds = asking.kinds_for(line.order, now, line)
    is_unsent = line.order.status == line.order.Status.PAID and len(kinds) == 1
    if not kinds or not left:
        messages.info(request, _("Nothing can be asked for about these goods now."))
        return redirect("storefront:orders:detail", public_id)
    form = WishForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        kinds=kinds,
        left=left,
        replacements=asking.replacements_for(line),
        goes_whole=line.order.is_of_cards or is_unsent,
        look=gifts.look_of(
            line.order,
            line,
            is_unshipped=is_unsent,
            worth=lambda pieces: worth_of(line, pieces),
        ),
    )

    if form.is_valid():
        try:
            case = asking.ask(line=line, by=request.user, now=now, **form.said)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The shop answers you. You will be told."))
            return redirect("storefront:after-sales:case", case.public_id)

    context = {
        "order": line.order,
        "line": line,
        "form": form,
        "left": left,
        "worth": worth_of(line, left),
        "is_unsent": is_unsent,
        "perks": perks.of_order(line.order.public_id),
        "protection": giving.protection_of(line.order, line, now),
        "credit": gifts.credit_for(line, left),
        "freight": freight_outlook(line.order, line, form.pieces(left), is_unshipped=is_unsent, kinds=kinds),
    }
    return render(request, "storefront/after_sales/ask.html", context)


@login_required
@require_POST
def protect(request: HttpRequest, public_id: str, line: int) -> HttpResponse:
    """The price has fallen: the difference that she was shown goes back at once."""
    lines = OrderLine.objects.select_related("order").filter(order__shopper=request.user)
    line = get_object_or_404(lines, order__public_id=public_id, pk=line)
    shown = str(request.POST.get("difference") or "")
    try:
        shown = Money(int(shown) if shown.isdecimal() and len(shown) < 12 else 0, line.currency)
        found = giving.protect_price(line=line, shown=shown, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("storefront:after-sales:ask", public_id, line.pk)
    messages.success(request, _("%(amount)s goes back to you.") % {"amount": found.asked})
    return redirect("storefront:after-sales:case", found.public_id)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest, public_id: str) -> HttpResponse:
    order = get_object_or_404(request.user.orders.select_related("shop"), public_id=public_id)
    form = ComplaintForm(*((request.POST, request.FILES) if request.method == "POST" else ()))

    if form.is_valid():
        try:
            case = asking.complain(order=order, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The shop answers you. You will be told."))
            return redirect("storefront:after-sales:case", case.public_id)

    return render(request, "storefront/after_sales/complain.html", {"order": order, "form": form})


@login_required
@never_cache
@require_safe
def case(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, _mine(request, public_id))


@login_required
@require_POST
def do(request: HttpRequest, public_id: str, action: str) -> HttpResponse:
    """One of the actions of the table; what cannot be done is said where it was tried, with everything she typed."""
    found, now = _mine(request, public_id), clock.now()
    if action not in acting.ACTIONS or SHOPPER not in table.TABLE[action].sides:
        raise Http404
    if found.line is None and action == "revise":
        raise Http404
    form = acting.form_of(action, found, now=now, data=request.POST, files=request.FILES)
    if said := acting.act(action, found, SHOPPER, form, by=request.user, now=now):
        messages.success(request, said)
        return redirect("storefront:after-sales:case", public_id)
    if not table.may(action, found, SHOPPER):
        for error in form.non_field_errors() or [_("This cannot be done now.")]:
            messages.error(request, error)
        return redirect("storefront:after-sales:case", public_id)
    return _page(request, found, tried=action, bound=form)


@login_required
@require_safe
def file(request: HttpRequest, public_id: str, note: int, number: int) -> HttpResponse:
    found = _mine(request, public_id)
    seen = {row.pk: row for row in visible_notes(found, SHOPPER, clock.now())}
    if note not in seen or not 0 < number <= len(seen[note].files):
        raise Http404
    return shown(seen[note], number)


def _mine(request: HttpRequest, public_id: str) -> AfterSale:
    rows = request.user.after_sales.select_related("order__shop", "line__sku", "replacement")
    return get_object_or_404(rows, public_id=public_id)


def _page(request: HttpRequest, found: AfterSale, *, tried: str = "", bound=None) -> HttpResponse:
    now = clock.now()
    words, until = waiting_for(found, SHOPPER)
    verdict = Verdict.objects.filter(case=found).order_by("-round").first()

    def url_of(note: AfterSaleNote, number: int) -> str:
        return reverse("storefront:after-sales:file", args=[found.public_id, note.pk, number])

    context = {
        "case": found,
        "order": found.order,
        "line": found.line,
        "waiting_for": words,
        "until": until,
        "entries": entries(found, visible_notes(found, SHOPPER, now), reader=SHOPPER, url_of=url_of),
        "offers": acting.offers(found, SHOPPER, now=now, tried=tried, bound=bound),
        "verdict": verdict,
        "parcels": found.parcels.order_by("pk"),
        "way_back": way_back_payer(found, verdict),
        "outlook": gifts.outlook_of(found),
        "gifts": found.gifts.select_related("line").order_by("line"),
        "refund": found.refunds.first() if found.settled_at and found.order.by_cards else None,
    }
    return render(request, "storefront/after_sales/case.html", context)
