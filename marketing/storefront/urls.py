"""The shopper's addresses of coupons."""

from django.urls import path

from marketing.storefront import flash, views

app_name = "marketing"

urlpatterns = [
    path("flash/", flash.today, name="flash"),
    path("coupons/", views.centre, name="centre"),
    path("coupons/code/", views.claim_by_code, name="code"),
    path("coupons/<str:public_id>/claim/", views.claim, name="claim"),
    path("account/coupons/", views.mine, name="mine"),
]
