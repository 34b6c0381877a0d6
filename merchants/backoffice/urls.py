from django.urls import path

from merchants.backoffice import life, views

app_name = "merchants"

urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:shop>/", views.dashboard, name="dashboard"),
    path("<slug:shop>/shop/", views.profile, name="shop"),
    path("<slug:shop>/health/", views.health, name="health"),
    path("<slug:shop>/life/", life.life, name="life"),
    path("<slug:shop>/life/holiday/start/", life.holiday_start, name="holiday-start"),
    path("<slug:shop>/life/holiday/end/", life.holiday_end, name="holiday-end"),
    path("<slug:shop>/life/revival/", life.revival_ask, name="revival-ask"),
]
