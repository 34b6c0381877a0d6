"""The shopper's addresses of coupons, flash sales and groups."""

from django.urls import path

from marketing.storefront import flash, groups, views

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
]
