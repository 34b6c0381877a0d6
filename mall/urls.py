"""The mall's addresses, by audience. Apps are named in strings."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from mall import appearance, languages
from mall.accounts.storefront.safety import sessions
from mall.health import healthz
from mall.storefront import machines

urlpatterns = [
    path("", include("mall.storefront.urls")),
    path("accounts/sessions/", sessions, name="usersessions_list"),
    path("accounts/", include("allauth.urls")),
    path("backoffice/", include("mall.backoffice.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("mall.api.urls")),
    path("healthz/", healthz, name="healthz"),
    path("robots.txt", machines.robots, name="robots"),
    path("site.webmanifest", machines.manifest, name="site-manifest"),
    path("favicon.ico", machines.favicon),
    path("language/setlang/", languages.choose, name="set_language"),
    path("appearance/", appearance.choose, name="appearance"),
]

if not settings.MALL_PRODUCTION:
    urlpatterns.append(path("styleguide/", include("mall.styleguide.urls")))

if settings.MALL_SERVES_MEDIA:
    from mall.media import serve_media

    urlpatterns.append(path("media/<path:path>", serve_media))

handler400 = "mall.storefront.errors.bad_request"
handler403 = "mall.storefront.errors.forbidden"
handler404 = "mall.storefront.errors.not_found"
handler429 = "mall.storefront.errors.too_many_requests"  # asked for by allauth
handler500 = "mall.storefront.errors.broken"
