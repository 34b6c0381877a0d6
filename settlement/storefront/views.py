"""An applicant pays the deposit, and learns whether it came."""

from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.refusals import Refusal
from merchants.models import Application
from orders.gateways import channels
from orders.gateways.base import ChannelUnavailable
from orders.payments import NoticeRefused
from settlement.deposits import ask_about_deposit, deposit_page_url, receive_deposit_notice, start_deposit_payment
from settlement.models import DepositPayment


@login_required
@never_cache
def deposit(request: HttpRequest, public_id: str) -> HttpResponse:
    application = get_object_or_404(request.user.applications, public_id=public_id)
    if application.status != Application.Status.AGREED:
        return redirect("storefront:merchants:application", application.public_id)
    if request.method == "POST":
        try:
            payment = start_deposit_payment(
                application=application, channel=request.POST.get("channel", ""), now=clock.now()
            )
            return redirect(deposit_page_url(payment))
        except Refusal as refusal:
            messages.error(request, str(refusal))
    context = {"application": application, "channels": channels()}
    return TemplateResponse(request, "storefront/settlement/deposit.html", context)


@login_required
@never_cache
@require_safe
def deposit_return(request: HttpRequest, public_id: str) -> HttpResponse:
    """Back from the channel: it is asked, because the payer's word is none."""
    mine = DepositPayment.objects.select_related("deposit__application")
    payment = get_object_or_404(mine, public_id=public_id, deposit__application__applicant=request.user)
    with suppress(ChannelUnavailable):
        payment = ask_about_deposit(payment=payment, now=clock.now())
    application = Application.objects.get(pk=payment.deposit.application_id)
    states = {DepositPayment.Status.PENDING: "waiting", DepositPayment.Status.SUCCEEDED: "succeeded"}
    context = {
        "application": application,
        "payment": payment,
        "state": states.get(payment.status, "failed"),
        "is_open": application.status in {Application.Status.OPEN, Application.Status.ADMITTED},
    }
    return TemplateResponse(request, "storefront/settlement/deposit_return.html", context)


@csrf_exempt
@require_POST
def deposit_notify(request: HttpRequest, channel: str) -> HttpResponse:
    """A channel's server speaks: heard means 200, refused means 400 and not a word more."""
    try:
        receive_deposit_notice(channel=channel, headers=request.headers, body=request.body, now=clock.now())
    except (NoticeRefused, ChannelUnavailable) as refused:
        return HttpResponse(status=refused.status)
    return HttpResponse("success", content_type="text/plain")
