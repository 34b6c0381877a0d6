"""Orders that are picked up: staff say that one lies ready, or keep it longer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mall import clock
from mall.refusals import Refusal
from merchants.access import shop_right
from orders.models import Order
from orders.pick_up import make_ready


@shop_right("orders.ship")
@require_POST
def ready(request: HttpRequest, public_id: str) -> HttpResponse:
    order = get_object_or_404(Order.objects.owned_by(request.shop), public_id=public_id)
    was_ready = order.ready_at is not None
    try:
        make_ready(order=order, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("The order is kept longer, its code is good again.") if was_ready else _("The shopper has her code.")
        messages.success(request, words)
    return redirect("backoffice:orders:detail", request.shop.slug, order.public_id)
