"""The shopper's page of gift cards: what she holds, and where she binds one by its code."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from mall import clock
from mall.money import Money
from mall.pages import paginate
from mall.refusals import Refusal
from orders.gift_cards import bind_card, keep_card
from orders.models import GiftCard, GiftCardMove

PER_PAGE = 20


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Card code"),
        max_length=40,
        help_text=gettext_lazy("16 signs; capitals, spaces and dashes do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Her cards with what happened to each; a code that is typed here makes a card hers."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            card = bind_card(shopper=request.user, code=form.cleaned_data["code"], now=clock.now())
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            words = {"number": card.shown_number, "amount": card.balance}
            messages.success(request, _("The gift card %(number)s with %(amount)s is yours.") % words)
            return redirect("storefront:orders:gift-cards")
    held = request.user.gift_cards.all()
    moves = Prefetch("moves", GiftCardMove.objects.select_related("order").order_by("-pk"))
    rows = held.defer("code", "code_index").select_related("shop").prefetch_related(moves)
    context = {
        "form": form,
        "page": paginate(rows.order_by("-balance", "-pk"), request, per_page=PER_PAGE),
        "total": Money(int(held.aggregate(sum=Sum("balance"))["sum"] or 0)),
    }
    return render(request, "storefront/orders/gift_cards.html", context)


@login_required
@require_POST
def keep(request: HttpRequest, public_id: str, card_id: str) -> HttpResponse:
    """Who has bought the card keeps it for herself."""
    order = get_object_or_404(request.user.orders, public_id=public_id)
    card = get_object_or_404(GiftCard, line__order=order, public_id=card_id)
    try:
        keep_card(card=card, shopper=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("storefront:orders:detail", order.public_id)
    messages.success(request, _("The gift card is yours. Use it at the checkout of this shop."))
    return redirect("storefront:orders:gift-cards")
