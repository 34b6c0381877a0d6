from django.urls import path

from merchants.storefront import invitations, views

app_name = "merchants"

urlpatterns = [
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("open-a-shop/", views.apply, name="apply"),
    path("open-a-shop/<str:public_id>/", views.application, name="application"),
]
