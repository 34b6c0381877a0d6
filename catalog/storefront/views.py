"""Pages for shoppers: home, categories, search, product, shop."""

import re

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.brands import brand_called
from catalog.categories import now_at
from catalog.listing import asked
from catalog.search.hot import note_search
from catalog.search.query import typed
from catalog.search.rules import redirect_for
from catalog.storefront import near, parts
from catalog.storefront.seen import note_look
from catalog.storefront.visitors import counted, visitor_of
from mall import clock
from mall.storefront.errors import Gone, gone

_SKU_ID = re.compile(r"sku_[0-9a-z]{20}")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return parts.home(request, now=clock.now())


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    wanted = asked(request.GET, path=reverse("storefront:catalog:category", args=[slug]))
    try:
        return near.narrowed(request, wanted) or parts.category(request, slug, wanted)
    except Http404:
        if (moved := now_at(slug)) is None:
            raise
        query = request.META.get("QUERY_STRING", "")
        address = reverse("storefront:catalog:category", args=[moved.slug])
        return redirect(f"{address}?{query}" if query else address, permanent=True)


@require_safe
def brand(request: HttpRequest, slug: str) -> HttpResponse:
    wanted = asked(request.GET, path=reverse("storefront:catalog:brand", args=[slug]))
    try:
        return near.narrowed(request, wanted) or parts.brand(request, slug, wanted, now=clock.now())
    except Http404:
        if (found := brand_called(slug)) is None or found.slug == slug:
            raise
        return redirect("storefront:catalog:brand", found.slug, permanent=True)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    words, now = typed(request.GET.get("q", "")), clock.now()
    if words and (address := redirect_for(words)):
        return redirect(address)
    wanted = asked(request.GET, path=reverse("storefront:catalog:search"), words=words)
    if elsewhere := near.narrowed(request, wanted):
        return elsewhere
    if words and wanted.page == 1:
        note_search(words, visitor=visitor_of(request), now=now)
    return parts.search(request, wanted, now=now)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"suggestions": parts.suggested(typed(request.GET.get("q", "")))})


@require_safe
def product(request: HttpRequest, public_id: str) -> HttpResponse:
    sku = request.GET.get("sku", "")
    response = parts.product(request, public_id, sku if _SKU_ID.fullmatch(sku) else "")
    return counted(request, note_look(request, response, public_id))


@require_safe
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    wanted = asked(request.GET, path=reverse("storefront:catalog:shop", args=[slug]), in_one_shop=True)
    if elsewhere := near.narrowed(request, wanted):
        return elsewhere
    try:
        response = parts.shop(request, slug, wanted)
    except Gone:
        return gone(request)
    return counted(request, response)
