"""The shop's addresses of promotions, below /backoffice/<shop>/promotions/."""

from django.urls import path

from marketing.backoffice import views

app_name = "marketing"

urlpatterns = [
    path("", views.promotion_list, name="list"),
    path("calendar/", views.calendar, name="calendar"),
    path("new/", views.choose, name="choose"),
    path("add/", views.add, name="add"),
    path("mall/", views.of_the_mall, name="mall"),
    path("mall/<str:public_id>/do/", views.of_the_mall_do, name="mall-do"),
    path("<str:public_id>/", views.detail, name="detail"),
    path("<str:public_id>/edit/", views.edit, name="edit"),
    path("<str:public_id>/send/", views.send, name="send"),
    path("<str:public_id>/do/", views.do, name="do"),
]
