"""
Buying in a flash sale: through the gate to the checkout, or into the queue, or told at once that it is too late.

When everybody comes at once most are too late; they are answered by the gate and from a kept page, before anybody asks
who they are.
"""

import time
from functools import lru_cache

from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Sku
from catalog.offers import choice_text
from mall import clock
from mall.refusals import Refusal
from mall.storefront import shell
from marketing.flash import gate
from orders.cart import add_to_cart
from orders.storefront.carts import with_count
from orders.storefront.passing import units_of

SOLD_OUT_SECONDS = 60
RELOAD_SECONDS = 4
AWAY_SECONDS = 5
RELOAD_SECONDS_SOLD_OUT = 20  # unpaid orders take minutes to come back


@never_cache
@require_POST
def buy(request: HttpRequest, sale: str, sku: str) -> HttpResponse:
    """
    The button: in, into the queue, or too late; ``wait`` queues for a unit that comes back.

    The queue takes the session's word for who she is; whoever is let in is asked for properly.
    """
    units_id, now, waits = _units(sale, sku), clock.now(), "wait" in request.POST
    if not waits and gate.is_sold_out(units_id, now=now):
        return _too_late(request, sale, sku)
    shopper = request.session.get(SESSION_KEY)
    if shopper is None:
        return redirect_to_login(_product_page(sku))
    return _led_on(request, sale, sku, gate.ask(units_id, shopper_id=int(shopper), now=now, waits=waits))


@login_required
@never_cache
@require_safe
def line(request: HttpRequest, sale: str, sku: str) -> HttpResponse:
    """Where she stands in the queue; the page asks again by itself, and leads on when it is her turn."""
    answer = gate.ask(_units(sale, sku), shopper_id=request.user.pk, now=clock.now(), waits=True)
    if answer.what == gate.AWAY:
        return _away(request, sale, sku, looks_again=True)
    if answer.what not in (gate.WAIT, gate.SOLD_OUT):
        return _led_on(request, sale, sku, answer)
    is_sold_out = answer.what == gate.SOLD_OUT
    context = {
        "sale": sale,
        "sku": _goods(sku),
        "place": answer.place,
        "is_sold_out": is_sold_out,
        "seconds": RELOAD_SECONDS_SOLD_OUT if is_sold_out else RELOAD_SECONDS,
    }
    return render(request, "storefront/orders/flash_line.html", context)


@login_required
@require_POST
def leave(request: HttpRequest, sale: str, sku: str) -> HttpResponse:
    """She does not wait any more."""
    gate.leave(_units(sale, sku), shopper_id=request.user.pk)
    messages.info(request, _("You are no longer in the queue."))
    return redirect(_product_page(sku))


def _led_on(request: HttpRequest, sale: str, sku: str, answer: gate.Answer) -> HttpResponse:
    match answer.what:
        case gate.IN if not request.user.is_authenticated:
            return redirect_to_login(_product_page(sku))
        case gate.IN:
            try:
                pieces = add_to_cart(shopper=request.user, sku=sku, at_least=True, now=clock.now())
            except Refusal as refusal:
                messages.error(request, str(refusal))
                return redirect(_product_page(sku))
            return with_count(redirect("storefront:orders:checkout"), pieces)
        case gate.WAIT:
            return redirect("storefront:orders:flash-line", sale, sku)
        case gate.SOLD_OUT if answer.place:
            return redirect("storefront:orders:flash-line", sale, sku)
        case gate.SOLD_OUT | gate.OVER:
            return _too_late(request, sale, sku)
        case gate.AWAY:
            return _away(request, sale, sku)
        case gate.EARLY:
            messages.info(request, _("The flash sale has not begun yet."))
        case _:
            messages.info(request, _("You have had what one person may have of this flash sale."))
    return redirect(_product_page(sku))


def _too_late(request: HttpRequest, sale: str, sku: str) -> HttpResponse:
    """The same for everybody but for the form's token, and without the frame that knows who she is."""
    text = _sold_out_page(get_language(), sale, sku, int(time.monotonic()) // SOLD_OUT_SECONDS)
    return HttpResponse(text.replace(shell.TOKEN, get_token(request)))


def _away(request: HttpRequest, sale: str, sku: str, *, looks_again: bool = False) -> HttpResponse:
    """The gate does not answer: nobody comes in until it does. The queue's page looks again by itself."""
    context = {"sale": sale, "sku": _goods(sku), "csrf_token": get_token(request), "looks_again": looks_again}
    page = render_to_string("storefront/orders/flash_away.html", context)
    headers = {"Retry-After": str(AWAY_SECONDS)} | ({"Refresh": str(AWAY_SECONDS)} if looks_again else {})
    return HttpResponse(page, status=503, headers=headers)


@lru_cache(maxsize=200)
def _sold_out_page(_language: str, sale: str, sku: str, _turn: int) -> str:
    context = {"sale": sale, "sku": _goods(sku), "csrf_token": shell.TOKEN}
    return render_to_string("storefront/orders/flash_sold_out.html", context)


def _units(sale: str, sku: str) -> int:
    try:
        return units_of(sale, sku)
    except LookupError:
        raise Http404 from None


def _goods(sku: str) -> Sku:
    """What it is about, with its words."""
    found = Sku.objects.select_related("product").get(public_id=sku)
    found.words = f"{found.product.title} {choice_text(found)}".strip()
    found.picture = found.product.pictures.order_by("position", "pk").values_list("image", flat=True).first() or ""
    return found


def _product_page(sku: str) -> str:
    product = Sku.objects.values_list("product__public_id", flat=True).get(public_id=sku)
    return f"{reverse('storefront:catalog:product', args=[product])}?sku={sku}"
