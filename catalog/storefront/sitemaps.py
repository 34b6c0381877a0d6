"""
The sitemap: what can be bought, the shops that sell it and the categories it stands in (K17).

Files of at most ``PER_FILE`` addresses under one index, each kept for an hour. Only the columns that a file needs are
read, and the moment of the last change is asked of the database, not of every row.
"""

import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.paginator import EmptyPage
from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from catalog.models import Brand, Category, Product, ProductPicture, Stock
from catalog.navigation import without_hidden
from catalog.storefront.head import whole
from merchants import states
from merchants.models import Shop

PER_FILE = 10_000  # the protocol allows 50,000
KEPT_SECONDS = 3600


class _OfTheMall(Sitemap):
    """Addresses under the mall's own name, whatever name the request used."""

    limit = PER_FILE

    def get_protocol(self, protocol=None) -> str:
        return urlsplit(settings.MALL_BASE_URL).scheme

    def get_domain(self, site=None) -> str:
        return urlsplit(settings.MALL_BASE_URL).netloc

    def get_latest_lastmod(self) -> datetime | None:
        return None

    def lastmod(self, item: dict) -> datetime | None:
        return item.get("changed_at")


class Products(_OfTheMall):
    """On sale, in an open shop, and there is one left; with the picture that cards show."""

    def items(self) -> QuerySet:
        sold = Stock.objects.filter(warehouse__sells_online=True, on_hand__gt=F("reserved"))
        left = sold.filter(sku__product=OuterRef("pk"), sku__is_active=True)
        first = ProductPicture.objects.filter(product=OuterRef("pk")).order_by("position", "pk").values("image")[:1]
        rows = Product.objects.visible().filter(Exists(left)).order_by("pk")
        return rows.values("public_id", "changed_at", picture=Subquery(first))

    def location(self, item: dict) -> str:
        return reverse("storefront:catalog:product", args=[item["public_id"]])

    def get_latest_lastmod(self) -> datetime | None:
        return Product.objects.visible().aggregate(latest=Max("changed_at"))["latest"]

    def get_urls(self, page=1, site=None, protocol=None) -> list[dict]:
        urls = super().get_urls(page, site, protocol)
        for url in urls:
            picture = url["item"]["picture"]
            url["picture"] = whole(default_storage.url(picture)) if picture else ""
        return urls


class Shops(_OfTheMall):
    """Open shops with something on sale."""

    def items(self) -> QuerySet:
        goods = Product.objects.filter(shop=OuterRef("pk"), status=Product.Status.ON_SALE)
        return Shop.objects.filter(states.in_states("list", "buy"), Exists(goods)).order_by("pk").values("slug")

    def location(self, item: dict) -> str:
        return reverse("storefront:catalog:shop", args=[item["slug"]])


class Categories(_OfTheMall):
    """Categories in which something stands, there or below."""

    def items(self) -> list[dict]:
        paths = Product.objects.visible().order_by().values_list("category__path", flat=True).distinct()
        step = Category.steplen
        wanted = {path[:end] for path in paths for end in range(step, len(path) + 1, step)}
        shown = without_hidden(Category.objects.filter(path__in=wanted).order_by("path"))
        return [{"slug": category.slug} for category in shown]

    def location(self, item: dict) -> str:
        return reverse("storefront:catalog:category", args=[item["slug"]])


class Brands(_OfTheMall):
    """The halls of brands of which something is on sale."""

    def items(self) -> QuerySet:
        goods = Product.objects.visible().filter(brand=OuterRef("pk"))
        return Brand.objects.filter(Exists(goods)).order_by("pk").values("slug")

    def location(self, item: dict) -> str:
        return reverse("storefront:catalog:brand", args=[item["slug"]])


class Places(_OfTheMall):
    """Pages that are always there, and those of other apps that are there now (Wiring)."""

    def items(self) -> Iterable[dict]:
        paths = [reverse("storefront:catalog:home"), reverse("storefront:merchants:apply")]
        paths += [path for name in settings.SITEMAP_PLACES for path in import_string(name)()]
        return [{"path": path} for path in paths]

    def location(self, item: dict) -> str:
        return item["path"]


SECTIONS = {"places": Places, "categories": Categories, "brands": Brands, "shops": Shops, "products": Products}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Names every file, each with the moment of its last change where that is known."""
    return _kept("index", _index)


@require_safe
def part(request: HttpRequest, section: str) -> HttpResponse:
    """One file of one section, ``?p=2`` for its second."""
    page = request.GET.get("p", "1")
    if section not in SECTIONS or not (page.isascii() and page.isdigit() and len(page) < 6):
        raise Http404
    return _kept(f"{section}:{int(page)}", lambda: _part(section, int(page)))


def _index() -> str:
    files = []
    for section, of in SECTIONS.items():
        shown = of()
        url = whole(reverse("storefront:catalog:sitemap-part", args=[section]))
        latest = shown.get_latest_lastmod()
        files += [
            {"location": url if page == 1 else f"{url}?p={page}", "latest": latest}
            for page in shown.paginator.page_range
        ]
    return render_to_string("storefront/catalog/sitemap_index.xml", {"files": files})


def _part(section: str, page: int) -> str:
    try:
        urls = SECTIONS[section]().get_urls(page)
    except EmptyPage:
        raise Http404 from None
    return render_to_string("storefront/catalog/sitemap.xml", {"urls": urls})


def _kept(name: str, build: Callable[[], str]) -> HttpResponse:
    """The file as it was made at most an hour ago; ten thousand addresses are kept packed."""
    packed = cache.get(f"sitemap:{name}")
    if packed is None:
        packed = zlib.compress(build().encode())
        cache.set(f"sitemap:{name}", packed, KEPT_SECONDS)
    answer = HttpResponse(zlib.decompress(packed), content_type="application/xml; charset=utf-8")
    answer["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer
