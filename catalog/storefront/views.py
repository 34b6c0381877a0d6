"""Pages for shoppers: home, categories, search, product, shop."""

import re

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.listing import asked
from catalog.search.query import MOST_CHARACTERS
from catalog.storefront import parts
from catalog.storefront.seen import note_look
from mall import clock
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
    words = _typed(request)
    wanted = asked(request.GET, path=reverse("storefront:catalog:search"), words=words)
    return parts.search(request, wanted)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    words = _typed(request)
    return JsonResponse({"suggestions": parts.suggested(words) if words else []})


@require_safe
def product(request: HttpRequest, public_id: str) -> HttpResponse:
    sku = request.GET.get("sku", "")
    response = parts.product(request, public_id, sku if _SKU_ID.fullmatch(sku) else "")
    return note_look(request, response, public_id)


@require_safe
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    path = reverse("storefront:catalog:shop", args=[slug])
    try:
        return parts.shop(request, slug, asked(request.GET, path=path, in_one_shop=True))
    except Gone:
        return gone(request)


def _typed(request: HttpRequest) -> str:
    """The words typed, without what no text holds, at most so many."""
    return " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:MOST_CHARACTERS]
