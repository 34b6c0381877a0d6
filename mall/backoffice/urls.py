"""The back office's addresses. The shop stands in the address, so two tabs of two shops never mix."""

from django.urls import include, path

app_name = "backoffice"

urlpatterns = [
    path("", include("merchants.backoffice.urls")),
    path("<slug:shop>/products/", include("catalog.backoffice.urls")),
    path("<slug:shop>/stock/", include("catalog.backoffice.stock_urls")),
    path("<slug:shop>/page/", include("catalog.decoration.backoffice.urls")),
    path("<slug:shop>/voices/", include("catalog.backoffice.review_urls")),
    path("<slug:shop>/promotions/", include("marketing.backoffice.urls")),
    path("<slug:shop>/orders/", include("orders.backoffice.urls")),
    path("<slug:shop>/after-sales/", include("orders.after_sales.backoffice.urls")),
    path("<slug:shop>/money/", include("settlement.backoffice.urls")),
]
