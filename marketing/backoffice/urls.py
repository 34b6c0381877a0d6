"""The shop's addresses of promotions, below /backoffice/<shop>/promotions/."""

from django.urls import path

from marketing.backoffice import joint, trials, views

app_name = "marketing"

urlpatterns = [
    path("", views.promotion_list, name="list"),
    path("calendar/", views.calendar, name="calendar"),
    path("new/", views.choose, name="choose"),
    path("add/", views.add, name="add"),
    path("mall/", views.of_the_mall, name="mall"),
    path("mall/<str:public_id>/do/", views.of_the_mall_do, name="mall-do"),
    path("joint/", joint.joint_list, name="joint"),
    path("joint/new/", joint.joint_add, name="joint-add"),
    path("joint/<str:public_id>/", joint.joint_detail, name="joint-detail"),
    path("joint/<str:public_id>/do/", joint.joint_do, name="joint-do"),
    path("<str:public_id>/", views.detail, name="detail"),
    path("applications/<str:public_id>/choose/", trials.choose, name="application-choose"),
    path("<str:public_id>/applications/", trials.applications, name="applications"),
    path("<str:public_id>/edit/", views.edit, name="edit"),
    path("<str:public_id>/send/", views.send, name="send"),
    path("<str:public_id>/do/", views.do, name="do"),
]
