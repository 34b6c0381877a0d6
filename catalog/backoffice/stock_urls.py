"""Addresses for shops about their stock, below ``/backoffice/<shop>/stock/``."""

from django.urls import path

from catalog.backoffice import stock_views as views

app_name = "stock"

urlpatterns = [
    path("", views.stock_list, name="list"),
    path("bulk/", views.bulk, name="bulk"),
    path("warehouses/", views.warehouses, name="warehouses"),
    path("warehouses/low/", views.low, name="low"),
    path("warehouses/new/", views.warehouse_add, name="warehouse-add"),
    path("warehouses/<slug:public_id>/", views.warehouse, name="warehouse"),
    path("warehouses/<slug:public_id>/do/", views.warehouse_do, name="warehouse-do"),
    path("transfers/", views.transfers, name="transfers"),
    path("transfers/new/", views.transfer_add, name="transfer-add"),
    path("transfers/<slug:public_id>/", views.transfer, name="transfer"),
    path("transfers/<slug:public_id>/do/", views.transfer_do, name="transfer-do"),
    path("counts/", views.counts, name="counts"),
    path("counts/new/", views.count_add, name="count-add"),
    path("counts/<slug:public_id>/", views.count, name="count"),
    path("counts/<slug:public_id>/do/", views.count_do, name="count-do"),
]
