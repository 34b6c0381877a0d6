"""The sandbox bank's own page: what the payer would see at a bank. It knows trades, not orders."""

from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mall import clock
from mall.money import Money
from orders.gateways import sandbox_bank


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cashier(request: HttpRequest, token: UUID) -> HttpResponse:
    trade = sandbox_bank.trade_at(token)
    if trade is None:
        raise Http404

    if request.method == "POST":
        outcome = request.POST.get("outcome", "")
        if outcome not in sandbox_bank.OUTCOMES:
            return HttpResponseBadRequest()
        payer = request.POST.get("payer", "").replace("\x00", "")
        sandbox_bank.decide(token=token, outcome=outcome, payer=payer, now=clock.now())
        return redirect(urlsplit(trade.return_url).path)  # the bank lives in the mall's own house

    now = clock.now()
    context = {
        "trade": trade,
        "amount": Money(trade.amount_minor, trade.currency),
        "is_open": trade.status == trade.Status.WAITING and not trade.settles_at and trade.expires_at >= now,
        "return_path": urlsplit(trade.return_url).path,
    }
    return render(request, "storefront/orders/cashier.html", context)
