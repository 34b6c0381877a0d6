"""The catalogue's addresses for machines, below ``/api/v1/``."""

from django.urls import path

from catalog.api import views

urlpatterns = [
    path("categories/", views.CategoryList.as_view(), name="categories"),
    path("products/", views.ProductList.as_view(), name="products"),
    path("products/<slug:public_id>/", views.ProductDetail.as_view(), name="product"),
]
