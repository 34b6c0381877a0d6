"""The page on which a shopper has her order brought elsewhere, while that can still be done."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mall import clock
from mall.accounts.storefront.forms import AddressForm
from mall.divisions.forms import wants_choices
from mall.forms import as_typed
from mall.refusals import Refusal
from orders.addresses import OtherProvince, can_change, change_address, check_province, open_change
from orders.models import AddressChange, Order


class OrderAddressForm(AddressForm):
    """Where an order goes; not an address of the book."""

    is_default = None

    def __init__(self, *args, order: Order, **kwargs):
        self.order = order
        super().__init__(*args, **kwargs)

    def clean_province(self) -> str:
        province = self.cleaned_data["province"]
        try:
            check_province(self.order, province)
        except OtherProvince as refusal:
            raise ValidationError(str(refusal)) from None
        return province


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    order = get_object_or_404(request.user.orders.select_related("shop"), public_id=public_id)
    if request.method != "POST" and (not can_change(order) or open_change(order)):
        messages.info(request, _("The address of this order cannot be changed now."))
        return redirect("storefront:orders:detail", order.public_id)
    form = OrderAddressForm(request.POST if request.method == "POST" else None, order=order, initial=_as_it_is(order))

    if wants_choices(request.POST):
        as_typed(form)
    elif form.is_valid():
        try:
            change = change_address(order=order, fields=form.cleaned_data, by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            if change.status == AddressChange.Status.DONE:
                messages.success(request, _("Your order goes to the other address."))
            else:
                messages.success(request, _("It is packed already: the shop says whether it can go elsewhere."))
            return redirect("storefront:orders:detail", order.public_id)

    return render(request, "storefront/orders/address.html", {"order": order, "form": form})


def _as_it_is(order: Order) -> dict[str, str]:
    return {
        "consignee": order.consignee.reveal(),
        "phone": order.phone.reveal(),
        "province": order.province,
        "city": order.city,
        "district": order.district,
        "line": order.address_line.reveal(),
    }
