"""Paying by bank transfer: where to, under which reference, until when; and the sandbox bank's page to do it."""

from urllib.parse import urlencode

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mall import clock
from mall.forms import MoneyFormField
from mall.money import Money
from mall.nudges import run_soon
from orders.gateways import transfer_bank
from orders.models import BankLine, Payment


@login_required
@never_cache
@require_safe
def instructions(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the payer tells her bank; what came too little is said with what is missing."""
    payments = Payment.objects.select_related("group", "transfer").filter(group__shopper=request.user)
    payment = get_object_or_404(payments, public_id=public_id)
    if payment.status != Payment.Status.PENDING or not hasattr(payment, "transfer"):
        return redirect("storefront:orders:payment-return", payment.public_id)
    came = BankLine.objects.filter(payment=payment).exclude(status=BankLine.Status.DONE).order_by("pk")
    short = [line.amount for line in came if line.why == BankLine.Why.UNDER]
    missing = payment.amount - Money.total(short, payment.currency)
    asked = {"amount": missing.decimal, "remark": payment.transfer.reference, "back": payment.public_id}
    context = {
        "payment": payment,
        "group": payment.group,
        "account": transfer_bank.account(),
        "reference": payment.transfer.reference,
        "missing": missing,
        "came": Money.total(short, payment.currency) if short else None,
        "is_looked_at": any(line.why != BankLine.Why.UNDER for line in came),
        "sandbox_url": f"{reverse('storefront:orders:sandbox-transfer')}?{urlencode(asked)}"
        if transfer_bank.is_sandbox()
        else "",
    }
    return render(request, "storefront/orders/pay_transfer.html", context)


class TransferForm(forms.Form):
    """What one fills in at a bank."""

    amount = MoneyFormField(label=gettext_lazy("Amount in yuan"), minimum=1)
    remark = forms.CharField(label=gettext_lazy("Remark"), max_length=100, required=False)
    payer_name = forms.CharField(label=gettext_lazy("Account holder"), max_length=100)
    payer_account = forms.CharField(label=gettext_lazy("Account number"), max_length=40)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox_transfer(request: HttpRequest) -> HttpResponse:
    """The sandbox bank's own page: anybody sends any amount with any remark; the mall reads of it soon."""
    if not transfer_bank.is_sandbox():
        raise Http404
    back = request.GET.get("back", "")
    form = TransferForm(
        request.POST or None, initial={name: request.GET.get(name, "") for name in ("amount", "remark")}
    )
    if form.is_valid():
        transfer_bank.make_transfer(**form.cleaned_data, now=clock.now())
        run_soon("orders.read_transfers")
        if back.isalnum() or back.replace("_", "").isalnum():
            return redirect("storefront:orders:payment-return", back)
        return redirect("storefront:catalog:home")
    context = {"form": form, "account": transfer_bank.account()}
    return render(request, "storefront/orders/sandbox_transfer.html", context)
