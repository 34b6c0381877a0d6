"""The back office's frame: what stands in the side navigation for whom, and which other shops the person may go to."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

# right, label, address, icon
NAVIGATION = [
    ("shop.see", _("Overview"), "backoffice:merchants:dashboard", "home"),
    ("orders.see", _("Orders"), "backoffice:orders:list", "receipt"),
    ("orders.see", _("After-sales"), "backoffice:after-sales:list", "return"),
    ("products.see", _("Products"), "backoffice:catalog:list", "box"),
    ("products.see", _("Stock"), "backoffice:stock:list", "stock"),
    ("shop.see", _("Promotions"), "backoffice:marketing:list", "ticket"),
    ("shop.see", _("Shop page"), "backoffice:decoration:page", "layout"),
    ("reviews.see", _("Reviews"), "backoffice:reviews:list", "star"),
    ("reviews.see", _("Questions"), "backoffice:reviews:questions", "help"),
    ("money.see", _("Money"), "backoffice:settlement:home", "wallet"),
    ("shop.see", _("Shop health"), "backoffice:merchants:health", "activity"),
    ("shop.see", _("Growth file"), "backoffice:merchants:growth", "chart"),
    ("shop.see", _("Tier and conduct"), "backoffice:merchants:conduct", "trophy"),
    ("shop.see", _("Trades"), "backoffice:merchants:trades", "check"),
    ("shop.see", _("Shop life"), "backoffice:merchants:life", "leaf"),
    ("shop.see", _("Exports"), "backoffice:merchants:exports", "download"),
    ("staff.edit", _("Staff"), "backoffice:merchants:staff", "users"),
    ("shop.edit", _("Shop settings"), "backoffice:merchants:shop", "settings"),
]


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A line of the side navigation."""

    label: str
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShopFrame:
    """What the frame of a shop's pages shows."""

    items: list[NavigationItem]
    other_seats: list


def frame_of_shop(request: HttpRequest) -> ShopFrame | None:
    """The navigation that the seat's rights open; ``None`` outside a shop. Asks nothing of the database."""
    shop, seat = getattr(request, "shop", None), getattr(request, "seat", None)
    if shop is None or seat is None:
        return None
    others = [other for other in getattr(request, "seats", []) if other.shop_id != shop.pk]
    return ShopFrame(items=_items(request.path, shop.slug, seat), other_seats=others)


def _items(path: str, slug: str, seat) -> list[NavigationItem]:
    rows = [
        (label, url, icon) for right, label, name, icon in NAVIGATION if seat.holds(right) and (url := _url(name, slug))
    ]
    current = max((url for _label, url, _icon in rows if path.startswith(url)), key=len, default="")
    return [NavigationItem(label=label, url=url, icon=icon, is_current=url == current) for label, url, icon in rows]


def _url(name: str, slug: str) -> str:
    try:
        return reverse(name, args=[slug])
    except NoReverseMatch:
        return ""
