from django.urls import path

from mall.accounts.storefront import views

app_name = "accounts"

urlpatterns = [
    path("", views.home, name="home"),
    path("addresses/", views.addresses, name="addresses"),
    path("addresses/add/", views.address_add, name="address-add"),
    path("addresses/<str:public_id>/", views.address_edit, name="address-edit"),
    path("addresses/<str:public_id>/remove/", views.address_remove, name="address-remove"),
]
