"""From where an order goes out: staff of the shop have it go out from another warehouse."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.models import Warehouse
from mall import clock
from mall.refusals import Refusal
from merchants.access import shop_right
from orders.models import Order
from orders.routing import move_order


@shop_right("orders.ship")
@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    order = get_object_or_404(Order.objects.owned_by(request.shop), public_id=public_id)
    mine = Warehouse.objects.owned_by(request.shop)
    warehouse = mine.filter(public_id=request.POST.get("warehouse", "")).first()
    if warehouse is None:
        messages.error(request, _("Choose a warehouse."))
    else:
        try:
            move_order(order=order, warehouse=warehouse, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It goes out from “%(name)s” now.") % {"name": warehouse.name})
    return redirect("backoffice:orders:detail", request.shop.slug, order.public_id)
