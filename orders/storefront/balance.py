"""The shopper's balance: what happened to it, topping it up, where refunds go, and paying an order with it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from mall import clock
from mall.accounts.factors import ask_fresh_factor
from mall.forms import MoneyFormField
from mall.money import Money
from mall.pages import paginate
from mall.refusals import Refusal
from orders import gateways, tunables
from orders.models import Payment, Purse, PurseMove
from orders.payments import LEAST_TOP_UP, pay_from_balance, payment_page_url, start_top_up
from orders.purses import NotEnoughBalance, balance_of, choose_refunds

PER_PAGE = 20


class TopUpForm(forms.Form):
    """How much, and from where."""

    amount = MoneyFormField(label=gettext_lazy("Amount in yuan"), minimum=LEAST_TOP_UP.minor)
    channel = forms.ChoiceField(label=gettext_lazy("Pay with"), widget=forms.RadioSelect)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = [(one.code, one.label) for one in gateways.channels()]
        self.fields["channel"].initial = next((code for code, _label in self.fields["channel"].choices), None)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Her balance with every movement; what is typed here leads to where she pays the top-up."""
    form = TopUpForm(request.POST or None)
    if form.is_valid():
        try:
            payment = start_top_up(shopper=request.user, now=clock.now(), **form.cleaned_data)
            return redirect(payment_page_url(payment))
        except Refusal as refusal:
            form.add_error("amount" if refusal.code == "top-up-refused" else None, str(refusal))
    purse = Purse.objects.filter(shopper=request.user).first()
    moves = PurseMove.objects.filter(purse=purse).select_related("payment__group", "refund__order")
    context = {
        "form": form,
        "can_top_up": bool(gateways.channels()),
        "purse": purse,
        "held": purse.balance if purse else Money(0),
        "most": Money(tunables.MOST_BALANCE.value),
        "page": paginate(moves.order_by("-pk"), request, per_page=PER_PAGE),
    }
    return render(request, "storefront/orders/balance.html", context)


@login_required
@require_POST
def refunds(request: HttpRequest) -> HttpResponse:
    """Whether refunds go on her balance from now on."""
    to_balance = request.POST.get("to_balance") == "on"
    choose_refunds(shopper=request.user, to_balance=to_balance, now=clock.now())
    if to_balance:
        messages.success(request, _("From now on refunds go on your balance, at once."))
    else:
        messages.success(request, _("From now on refunds go back to where you paid from."))
    return redirect("storefront:orders:balance")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, public_id: str) -> HttpResponse:
    """The shopper confirms that her balance pays; a large amount wants her second factor, shown just now."""
    payments = Payment.objects.select_related("group").filter(group__shopper=request.user)
    payment = get_object_or_404(payments, public_id=public_id)
    if payment.channel != "balance" or payment.status != Payment.Status.PENDING:
        return redirect("storefront:orders:payment-return", payment.public_id)
    is_large = payment.amount.minor > tunables.FREE_BALANCE.value
    if request.method == "POST":
        if is_large and (way := ask_fresh_factor(request, "orders.spend_balance")):
            return way
        try:
            pay_from_balance(payment=payment, by=request.user, now=clock.now())
        except NotEnoughBalance as refusal:
            messages.error(request, str(refusal))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("storefront:orders:pay", payment.group.public_id)
        else:
            return redirect("storefront:orders:payment-return", payment.public_id)
    held = balance_of(request.user)
    is_enough = held >= payment.amount
    context = {
        "payment": payment,
        "group": payment.group,
        "held": held,
        "left": held - payment.amount if is_enough else None,
        "is_large": is_large,
    }
    return render(request, "storefront/orders/pay_balance.html", context)
