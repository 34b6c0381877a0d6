"""The shopper's addresses of coupons, flash sales and campaigns."""

from django.urls import path

from marketing.storefront import campaigns, flash, views

app_name = "marketing"

urlpatterns = [
    path("flash/", flash.today, name="flash"),
    path("campaign/<slug:slug>/", campaigns.main, name="campaign"),
    path("campaign/<slug:slug>/new-shops/", campaigns.of_new_shops, name="campaign-new"),
    path("coupons/", views.centre, name="centre"),
    path("coupons/code/", views.claim_by_code, name="code"),
    path("coupons/<str:public_id>/claim/", views.claim, name="claim"),
    path("account/coupons/", views.mine, name="mine"),
]
