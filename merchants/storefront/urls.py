from django.urls import path

from merchants.storefront import views

app_name = "merchants"

urlpatterns = [
    path("open-a-shop/", views.apply, name="apply"),
    path("open-a-shop/<str:public_id>/", views.application, name="application"),
]
