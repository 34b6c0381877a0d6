"""Pages for shoppers: home, categories, search, product, shop, review."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.listing import asked
from catalog.reviews import NotPurchased, purchased_line, write_review
from catalog.search.hot import note_search
from catalog.search.query import typed
from catalog.search.rules import redirect_for
from catalog.storefront import parts
from catalog.storefront.forms import ReviewForm
from mall import clock
from mall.refusals import Refusal
from mall.storefront.errors import Gone, gone

_SKU_ID = re.compile(r"sku_[0-9a-z]{20}")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return parts.home(request, now=clock.now())


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    path = reverse("storefront:catalog:category", args=[slug])
    return parts.category(request, slug, asked(request.GET, path=path))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    words, now = typed(request.GET.get("q", "")), clock.now()
    if words and (address := redirect_for(words)):
        return redirect(address)
    wanted = asked(request.GET, path=reverse("storefront:catalog:search"), words=words)
    if words and wanted.page == 1:
        note_search(words, visitor=_visitor(request), now=now)
    return parts.search(request, wanted, now=now)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"suggestions": parts.suggested(typed(request.GET.get("q", "")))})


@require_safe
def product(request: HttpRequest, public_id: str) -> HttpResponse:
    sku = request.GET.get("sku", "")
    return parts.product(request, public_id, sku if _SKU_ID.fullmatch(sku) else "")


@require_safe
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    path = reverse("storefront:catalog:shop", args=[slug])
    try:
        return parts.shop(request, slug, asked(request.GET, path=path, in_one_shop=True))
    except Gone:
        return gone(request)


@login_required
def review(request: HttpRequest, order_line_id: int) -> HttpResponse:
    try:
        line = purchased_line(shopper=request.user, order_line_id=order_line_id)
    except NotPurchased:
        raise Http404 from None
    form = ReviewForm(request.POST or None)

    if form.is_valid():
        try:
            write_review(shopper=request.user, order_line_id=order_line_id, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you for your review."))
            return redirect("storefront:catalog:product", line.product_public_id)

    return render(request, "storefront/catalog/review.html", {"form": form, "line": line})


def _visitor(request: HttpRequest) -> str:
    """What tells a visitor from others today; it is only ever counted (``catalog.search.hot``)."""
    if request.user.is_authenticated:
        return str(request.user.pk)
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return f"{forwarded or request.META.get('REMOTE_ADDR', '')} {request.headers.get('user-agent', '')}"
