"""The back office's pages on what the shop may sell, and on what its business has agreed to."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.refusals import Refusal
from merchants import trades
from merchants.access import shop_right
from merchants.agreements import accept_renewal, renewals_of, to_accept
from merchants.models import AgreementRenewal


@shop_right("shop.see")
@require_safe
def trades_page(request: HttpRequest) -> HttpResponse:
    """What may be sold; an owner asks for more. Her requests stand among her papers, outside the shop's scope."""
    shop = request.shop
    context = {
        "shop": shop,
        "admitted": trades.admitted_to(shop),
        "further": trades.trades_to_ask(shop),
        "may_ask": request.seat.can("shop.sign") and shop.is_at_work,
    }
    return TemplateResponse(request, "backoffice/merchants/trades.html", context)


@shop_right("shop.see")
@require_safe
def agreements_page(request: HttpRequest) -> HttpResponse:
    shop, today = request.shop, clock.business_date(clock.now())
    waiting = to_accept(shop)
    context = {
        "shop": shop,
        "waiting": waiting,
        "is_held_back": any(row.due_on <= today for row in waiting),
        "accepted": [row for row in renewals_of(shop) if row.status == AgreementRenewal.Status.ACCEPTED],
        "may_sign": request.seat.can("shop.sign"),
    }
    return TemplateResponse(request, "backoffice/merchants/agreements.html", context)


@shop_right("shop.sign")
@require_POST
def agreement_accept(request: HttpRequest, code: str) -> HttpResponse:
    """``version``: the one that was read; ``agree``: the tick."""
    if not any(row.agreement.code == code for row in renewals_of(request.shop)):
        raise Http404
    read = request.POST.get("version", "")
    if "agree" not in request.POST:
        messages.error(request, _("Please tick that you have read the agreement and accept it."))
        return redirect("backoffice:merchants:agreements", request.shop.slug)
    try:
        accept_renewal(
            shop=request.shop,
            code=code,
            version=int(read) if read.isascii() and read.isdigit() and len(read) < 6 else 0,
            by=request.user,
            now=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Accepted. Thank you."))
    return redirect("backoffice:merchants:agreements", request.shop.slug)
