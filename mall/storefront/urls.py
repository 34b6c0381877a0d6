"""The storefront's addresses: for everybody."""

from django.urls import include, path

app_name = "storefront"

urlpatterns = [
    path("", include("catalog.storefront.urls")),
    path("", include("marketing.storefront.urls")),
    path("", include("orders.after_sales.storefront.urls")),
    path("", include("orders.storefront.urls")),
    path("", include("settlement.storefront.urls")),
    path("", include("merchants.storefront.urls")),
    path("account/notices/", include("mall.notifications.storefront.urls")),
    path("account/", include("mall.accounts.storefront.urls")),
]
