"""A shop's packing lists: what goes into which parcel, one sheet per order, with prices only when asked for."""

from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mall import clock
from merchants.access import shop_right
from orders.models import Order, OrderLine

MOST_SHEETS = 100


@shop_right("orders.ship")
@require_http_methods(["GET", "HEAD", "POST"])
def packing_lists(request: HttpRequest) -> HttpResponse:
    """The sheets of the orders that ``?order=`` names, or that were chosen in a list; another shop's are not found."""
    named = request.GET.getlist("order") + request.POST.getlist("chosen")
    wanted = list(dict.fromkeys(named))[:MOST_SHEETS]
    found = {
        order.public_id: order
        for order in Order.objects.owned_by(request.shop)
        .filter(public_id__in=wanted)
        .prefetch_related(Prefetch("lines", OrderLine.objects.select_related("sku").order_by("pk")))
    }
    orders = [found[public_id] for public_id in wanted if public_id in found]
    with_prices = request.GET.get("prices") == "1"
    other_way = [("order", order.public_id) for order in orders] + ([] if with_prices else [("prices", "1")])
    context = {
        "orders": orders,
        "with_prices": with_prices,
        "other_way": urlencode(other_way),
        "shows_people": request.seat.can("orders.personal"),
        "printed_at": clock.now(),
    }
    return render(request, "backoffice/orders/packing_lists.html", context)
