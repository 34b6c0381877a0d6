from django.urls import path

from merchants.backoffice import opening, views

app_name = "merchants"

urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:shop>/", views.dashboard, name="dashboard"),
    path("<slug:shop>/shop/", views.profile, name="shop"),
    path("<slug:shop>/opening/", opening.opening, name="opening"),
    path("<slug:shop>/health/", views.health, name="health"),
]
