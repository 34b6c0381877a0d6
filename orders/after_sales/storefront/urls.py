"""The shopper's addresses of after-sales."""

from django.urls import path

from orders.after_sales.storefront import views

app_name = "after-sales"

urlpatterns = [
    path("after-sales/", views.case_list, name="list"),
    path("orders/<str:public_id>/after-sale/<int:line>/", views.ask, name="ask"),
    path("orders/<str:public_id>/price-protection/<int:line>/", views.protect, name="protect"),
    path("orders/<str:public_id>/complaint/", views.complain, name="complain"),
    path("after-sales/<str:public_id>/", views.case, name="case"),
    path("after-sales/<str:public_id>/file/<int:note>/<int:number>/", views.file, name="file"),
    path("after-sales/<str:public_id>/<str:action>/", views.do, name="do"),
]
