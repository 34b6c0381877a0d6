from django.urls import path

from settlement.backoffice import views

app_name = "settlement"

urlpatterns = [
    path("", views.home, name="home"),
    path("entries/", views.entries, name="entries"),
]
