from django.urls import path

from mall.accounts.storefront import privacy, safety, views

app_name = "accounts"

urlpatterns = [
    path("", views.home, name="home"),
    path("go-on/", safety.go_on, name="go-on"),
    path("sessions/end/", safety.end_everywhere, name="sessions-end"),
    path("sessions/<int:pk>/end/", safety.end_one, name="session-end"),
    path("divisions/", views.divisions, name="divisions"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/<slug:public_id>/", privacy.privacy_file, name="privacy-file"),
    path("addresses/", views.addresses, name="addresses"),
    path("addresses/add/", views.address_add, name="address-add"),
    path("addresses/<str:public_id>/", views.address_edit, name="address-edit"),
    path("addresses/<str:public_id>/remove/", views.address_remove, name="address-remove"),
]
