"""The catalogue's addresses for shops, below ``/backoffice/<shop>/products/``."""

from django.urls import path

from catalog.backoffice import views

app_name = "catalog"

urlpatterns = [
    path("", views.product_list, name="list"),
    path("add/", views.add, name="add"),
    path("bulk/", views.bulk, name="bulk"),
    path("movements/", views.movements, name="movements"),
    path("<slug:public_id>/", views.edit, name="edit"),
    path("<slug:public_id>/status/", views.status, name="status"),
    path("<slug:public_id>/stock/", views.stock, name="stock"),
    path("<slug:public_id>/pictures/", views.picture, name="picture"),
]
