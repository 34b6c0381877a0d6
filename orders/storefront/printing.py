"""The shopper's order on paper."""

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mall import clock
from orders.models import OrderLine, Refund


@login_required
@never_cache
@require_safe
def order_sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    orders = request.user.orders.select_related("shop__merchant", "group").prefetch_related(
        Prefetch("lines", OrderLine.objects.order_by("pk")),
        Prefetch("refunds", Refund.objects.order_by("pk")),
        "parcels",
    )
    order = get_object_or_404(orders, public_id=public_id)
    return render(request, "storefront/orders/sheet.html", {"order": order, "printed_at": clock.now()})
