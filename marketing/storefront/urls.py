"""The shopper's addresses of coupons."""

from django.urls import path

from marketing.storefront import bargains, flash, trials, views

app_name = "marketing"

urlpatterns = [
    path("flash/", flash.today, name="flash"),
    path("coupons/", views.centre, name="centre"),
    path("coupons/code/", views.claim_by_code, name="code"),
    path("coupons/<str:public_id>/claim/", views.claim, name="claim"),
    path("account/coupons/", views.mine, name="mine"),
    path("trials/", trials.trials, name="trials"),
    path("trials/<str:public_id>/", trials.trial, name="trial"),
    path("account/trials/", trials.mine, name="my-trials"),
    path("account/bargains/", bargains.mine, name="bargains"),
    path("bargain/<str:sale>/<str:sku>/open/", bargains.start, name="bargain-open"),
    path("bargain/<str:public_id>/", bargains.bargain, name="bargain"),
    path("bargain/<str:public_id>/help/", bargains.help_cut, name="bargain-help"),
]
