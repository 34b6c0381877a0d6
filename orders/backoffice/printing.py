"""A shop's papers: packing lists on a page or as PDF, and labels; with prices only when asked for."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from mall import clock
from mall.audit.trail import record_many
from merchants.access import shop_right
from orders import papers
from orders.addresses import mark_packed
from orders.models import Order, OrderLine
from orders.queries import with_parcels

MOST_SHEETS = 100
PAPERS = {"packing-lists": papers.packing_lists, "labels": papers.labels}


@shop_right("orders.ship")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def packing_lists(request: HttpRequest) -> HttpResponse:
    """The sheets of the orders that ``?order=`` names, or that were chosen in a list; another shop's are not found."""
    orders = _named(request, request.GET.getlist("order") + request.POST.getlist("chosen"), MOST_SHEETS)
    with_prices = request.GET.get("prices") == "1"
    other_way = [("order", order.public_id) for order in orders] + ([] if with_prices else [("prices", "1")])
    shows_people = request.seat.can("orders.personal")
    if request.method != "HEAD":
        _note(request, orders, "sheet", shows_people)
    context = {
        "orders": [(order, papers.to_pack(order, order.lines.all())) for order in orders],
        "with_prices": with_prices,
        "other_way": urlencode(other_way),
        "shows_people": shows_people,
        "fits_pdf": 0 < len(orders) <= papers.MOST_ORDERS,
        "printed_at": clock.now(),
    }
    return render(request, "backoffice/orders/packing_lists.html", context)


@shop_right("orders.ship")
@never_cache
@require_POST
def pdf(request: HttpRequest, paper: str) -> HttpResponse:
    """Packing lists or labels of the chosen orders in one PDF."""
    if paper not in PAPERS:
        raise Http404
    chosen = list(dict.fromkeys(request.POST.getlist("chosen")))
    orders = _named(request, chosen, papers.MOST_ORDERS)
    if not orders or len(chosen) > papers.MOST_ORDERS:
        words = _("Choose between one and %(most)d orders that are sent in parcels.")
        messages.error(request, words % {"most": papers.MOST_ORDERS})
        return redirect("backoffice:orders:list", request.shop.slug)
    shows_people = request.seat.can("orders.personal")
    _note(request, orders, paper, shows_people)
    written = PAPERS[paper](orders, shows_people=shows_people, now=clock.now())
    answer = HttpResponse(written, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{request.shop.slug}-{paper}.pdf"'
    return answer


def _named(request: HttpRequest, named: list[str], most: int) -> list[Order]:
    """The shop's own among these orders that go in parcels, in the order in which they were named."""
    wanted = list(dict.fromkeys(named))[:most]
    lines = Prefetch("lines", OrderLine.objects.select_related("sku").order_by("pk"))
    mine = Order.objects.owned_by(request.shop).select_related("shop").filter(public_id__in=wanted)
    found = {order.public_id: order for order in mine.prefetch_related(lines, with_parcels())}
    return [found[public_id] for public_id in wanted if public_id in found and found[public_id].is_sent]


@transaction.atomic
def _note(request: HttpRequest, orders: list[Order], paper: str, shows_people: bool) -> None:
    """Who printed is on the record, order by order; what has a packing list is packed."""
    now = clock.now()
    after = {"paper": paper, "shows_people": shows_people}
    done = [("orders.print_paper", order.public_id, {}, after) for order in orders]
    record_many(done, by=request.user, now=now, shop_slug=request.shop.slug)
    mark_packed(orders, now=now)
