"""Where an applicant pays the deposit of her shop."""

from django.urls import path

from settlement.storefront import views

app_name = "settlement"

urlpatterns = [
    path("open-a-shop/<str:public_id>/deposit/", views.deposit, name="deposit"),
    path("open-a-shop/deposit/return/<str:public_id>/", views.deposit_return, name="deposit-return"),
    path("payments/deposits/notify/<slug:channel>/", views.deposit_notify, name="deposit-notify"),
]
