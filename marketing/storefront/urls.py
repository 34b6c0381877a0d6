"""The shopper's addresses of coupons, flash sales and groups."""

from django.urls import path

from marketing.storefront import bargains, flash, groups, trials, views

app_name = "marketing"

urlpatterns = [
    path("flash/", flash.today, name="flash"),
    path("group/<str:public_id>/", groups.group, name="group"),
    path("group/<str:public_id>/share/", groups.share, name="group-share"),
    path("group/<str:public_id>/poster.png", groups.group_poster, name="group-poster"),
    path("account/groups/", groups.mine, name="my-groups"),
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
