"""What machines ask of a site by a name that everybody knows: robots.txt, the web manifest, the old favicon.ico."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

DAY = 24 * 3600
CLOSED = ("admin:index", "storefront:orders:cart", "storefront:orders:checkout", "storefront:orders:list")
CLOSED_PATHS = (
    "/accounts/", "/account/", "/backoffice/", "/api/", "/pay/", "/review/", "/said/", "/favorite/", "/follow/",
    "/history/", "/compare/", "/alert/", "/sandbox/", "/language/",
)  # fmt: skip
ENDLESS = ("/*?*sort=", "/*?*brand=", "/*?*shop=", "/*?*price_", "/*?*rating=", "/*?*in_stock=", "/search/suggest/")


@require_safe
@cache_control(public=True, max_age=DAY)
def robots(request: HttpRequest) -> HttpResponse:
    """Goods, shops and categories are for everybody; people's own pages and endless combinations of filters are not."""
    closed = [*map(reverse, CLOSED), *CLOSED_PATHS, *ENDLESS]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in sorted(closed)), ""]
    lines.append(f"Sitemap: {settings.MALL_BASE_URL}{reverse('storefront:catalog:sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=DAY)
def manifest(request: HttpRequest) -> JsonResponse:
    """How the mall stands on a phone's first screen."""
    return JsonResponse(
        {
            "name": _("Wanxiang Lane"),
            "short_name": _("Wanxiang Lane"),
            "description": _("A lane of independent shops under one roof."),
            "lang": get_language(),
            "start_url": reverse("storefront:catalog:home"),
            "scope": "/",
            "display": "minimal-ui",
            "theme_color": "#c8342b",
            "background_color": "#f6f4f1",
            "icons": [
                {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
                for size in (192, 512)
            ]
            + [
                {
                    "src": static("img/icon-maskable-512.png"),
                    "sizes": "512x512",
                    "type": "image/png",
                    "purpose": "maskable",
                }
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponsePermanentRedirect(static("img/icon-32.png"))
