"""The shop's addresses of orders, below /backoffice/<shop>/orders/."""

from django.urls import path

from orders.backoffice import (
    card_views,
    file_views,
    invoice_views,
    offline_views,
    pick_up_views,
    printing,
    production_views,
    routing_views,
    views,
)

app_name = "orders"

urlpatterns = [
    path("", views.order_list, name="list"),
    path("verify/", views.verify, name="verify"),
    path("offline/", offline_views.lists, name="offline"),
    path("offline/<str:public_id>/", offline_views.one_list, name="offline-list"),
    path("offline/<str:public_id>/file/", offline_views.list_file, name="offline-file"),
    path("gift-cards/", card_views.cards, name="cards"),
    path("production/", production_views.production, name="production"),
    path("packing-lists/", printing.packing_lists, name="packing-lists"),
    path("papers/packing-lists/", printing.pdf, {"paper": "packing-lists"}, name="packing-lists-pdf"),
    path("papers/labels/", printing.pdf, {"paper": "labels"}, name="labels-pdf"),
    path("by-file/", file_views.by_file, name="by-file"),
    path("invoices/", invoice_views.invoice_list, name="invoices"),
    path("invoices/<str:public_id>/", invoice_views.invoice, name="invoice"),
    path("invoices/<str:public_id>/papers/<str:number>/", invoice_views.paper, name="invoice-paper"),
    path("invoices/<str:public_id>/<str:action>/", invoice_views.answer, name="invoice-answer"),
    path("<str:public_id>/", views.detail, name="detail"),
    path("<str:public_id>/ship/", views.ship, name="ship"),
    path("<str:public_id>/address/<str:change>/", views.answer_address, name="address-answer"),
    path("<str:public_id>/parcels/<str:parcel>/again/", views.send_parcel_again, name="send-again"),
    path("<str:public_id>/ready/", pick_up_views.ready, name="ready"),
    path("<str:public_id>/move/", routing_views.move, name="move"),
    path("<str:public_id>/cancel/", views.cancel, name="cancel"),
]
