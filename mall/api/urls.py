"""The API's addresses, version 1."""

from django.urls import include, path

app_name = "api"

urlpatterns = [
    path("", include("catalog.api.urls")),
    path("", include("orders.api.urls")),
]
