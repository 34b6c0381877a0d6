"""The API's addresses of orders, below /api/v1/."""

from django.urls import path

from orders.api import views

urlpatterns = [
    path("orders/", views.OrderList.as_view(), name="orders"),
    path("orders/<str:public_id>/", views.OrderDetail.as_view(), name="order"),
    path("orders/<str:public_id>/cancel/", views.CancelOrder.as_view(), name="order-cancel"),
]
