"""Shoppers report a product or a shop; staff decide (``risk.complaints``)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.models import Product
from catalog.storefront.forms import ComplaintForm
from mall import clock
from mall.refusals import Refusal
from merchants import states
from merchants.models import Seat, Shop
from risk.complaints import complain
from risk.models import Complaint


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_product(request: HttpRequest, public_id: str) -> HttpResponse:
    product = get_object_or_404(Product.objects.visible().select_related("shop"), public_id=public_id)
    back = reverse("storefront:catalog:product", args=[public_id])
    return _form(request, Complaint.Kind.PRODUCT, product.public_id, str(product.title), product.shop, back)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_shop(request: HttpRequest, slug: str) -> HttpResponse:
    shop = get_object_or_404(Shop.objects.filter(states.seen("")), slug=slug)
    back = reverse("storefront:catalog:shop", args=[slug])
    return _form(request, Complaint.Kind.SHOP, shop.public_id, str(shop.name), shop, back)


def _form(request: HttpRequest, kind: str, subject_id: str, name: str, shop: Shop, back: str) -> HttpResponse:
    form = ComplaintForm(request.POST or None)
    if form.is_valid():
        try:
            complain(
                kind=kind,
                subject_id=subject_id,
                subject_name=name,
                shop_id=shop.public_id,
                person=request.user,
                is_own=Seat.objects.filter(shop=shop, user=request.user).exists(),
                now=clock.now(),
                **form.cleaned_data,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. We look at it and tell you what came of it."))
            return redirect(back)
    waits = Complaint.objects.filter(
        reporter=request.user, subject_id=subject_id, status=Complaint.Status.OPEN
    ).exists()
    context = {"form": form, "kind": kind, "name": name, "back": back, "waits": waits}
    return render(request, "storefront/catalog/complain.html", context)
