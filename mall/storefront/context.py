"""What every page's frame may need; lazy, so that a page that shows none of it asks for none of it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from mall.appearance import chosen
from mall.backoffice.navigation import frame_of_shop
from mall.pages import cached_part

MENU_SECONDS = 300


def frame(request: HttpRequest) -> dict:
    """What every frame may show; what costs something is a callable, called only by the template that shows it."""
    return {
        "languages": settings.LANGUAGES,
        "mall_embedded": settings.MALL_EMBEDDED,
        "category_menu": category_menu,
        "cart_count": _cart_count(request),
        "kept": _kept(request),
        "backoffice": _backoffice(request),
        "appearance": chosen(request),
    }


def category_menu() -> str:
    """The header's menu of categories, rendered once per language every five minutes."""
    if not settings.STOREFRONT_CATEGORIES:
        return ""
    return cached_part("category-menu", seconds=MENU_SECONDS, build=_build_category_menu)


def _build_category_menu() -> str:
    categories = import_string(settings.STOREFRONT_CATEGORIES)()
    return render_to_string("storefront/_category_menu.html", {"categories": categories})


def _cart_count(request: HttpRequest) -> Callable[[], int]:
    def count() -> int:
        """How many things lie in the cart, from the cookie that every door of the cart keeps; no query."""
        told = request.COOKIES.get("cart_count", "")
        return min(int(told), 9_999) if told.isascii() and told.isdigit() and len(told) < 6 else 0

    return count


def _kept(request: HttpRequest) -> Callable[[], dict[str, int]]:
    def counts() -> dict[str, int]:
        """How many favorites and shops the person keeps, from the cookie that every door of them keeps; no query."""
        told = request.COOKIES.get("marks", "").split(".")[:2]
        numbers = [min(int(part), 9_999) if part.isascii() and part.isdigit() and len(part) < 6 else 0 for part in told]
        return dict(zip(("favorites", "shops"), numbers, strict=False))

    return counts


def _backoffice(request: HttpRequest) -> Callable[[], object]:
    return lambda: frame_of_shop(request)
