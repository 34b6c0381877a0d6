from django.urls import path

from mall.notifications.storefront import views

app_name = "notifications"

urlpatterns = [
    path("", views.notices, name="list"),
    path("read/", views.read_all, name="read-all"),
    path("<str:public_id>/", views.follow, name="follow"),
]
