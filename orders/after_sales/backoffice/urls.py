"""The shop's addresses of after-sales, below /backoffice/<shop>/after-sales/."""

from django.urls import path

from orders.after_sales.backoffice import views

app_name = "after-sales"

urlpatterns = [
    path("", views.case_list, name="list"),
    path("compensate/<str:public_id>/", views.compensate, name="compensate"),
    path("<str:public_id>/", views.case, name="case"),
    path("<str:public_id>/file/<int:note>/<int:number>/", views.file, name="file"),
    path("<str:public_id>/<str:action>/", views.do, name="do"),
]
