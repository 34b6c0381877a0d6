"""The shopper's addresses of carts, checkout, payment and orders."""

from django.urls import path

from orders.storefront import (
    addresses,
    balance,
    cashier,
    flash,
    gift_cards,
    invoices,
    printing,
    scanning,
    transfers,
    views,
)

app_name = "orders"

urlpatterns = [
    path("cart/", views.cart, name="cart"),
    path("cart/add/", views.cart_add, name="cart-add"),
    path("cart/change/", views.cart_change, name="cart-change"),
    path("cart/region/", views.cart_region, name="cart-region"),
    path("flash/<str:sale>/<str:sku>/buy/", flash.buy, name="flash-buy"),
    path("flash/<str:sale>/<str:sku>/line/", flash.line, name="flash-line"),
    path("flash/<str:sale>/<str:sku>/leave/", flash.leave, name="flash-leave"),
    path("checkout/", views.checkout, name="checkout"),
    path("checkout/deal/<str:key>/<str:sku>/", views.deal_checkout, name="deal-checkout"),
    path("checkout/importer/forget/", views.importer_forget, name="importer-forget"),
    path("pay/scan/", scanning.scan, name="scan"),
    path("pay/balance/<str:public_id>/", balance.pay, name="pay-balance"),
    path("pay/transfer/<str:public_id>/", transfers.instructions, name="pay-transfer"),
    path("pay/<str:public_id>/", views.pay, name="pay"),
    path("pay/<str:public_id>/start/", views.pay_start, name="pay-start"),
    path("pay/return/<str:public_id>/", views.payment_return, name="payment-return"),
    path("payments/notify/<slug:channel>/", views.payment_notify, name="payment-notify"),
    path("sandbox/cashier/<uuid:token>/", cashier.cashier, name="cashier"),
    path("sandbox/transfer/", transfers.sandbox_transfer, name="sandbox-transfer"),
    path("account/gift-cards/", gift_cards.mine, name="gift-cards"),
    path("account/balance/", balance.mine, name="balance"),
    path("account/balance/refunds/", balance.refunds, name="balance-refunds"),
    path("orders/", views.order_list, name="list"),
    path("orders/<str:public_id>/", views.detail, name="detail"),
    path("orders/<str:public_id>/print/", printing.order_sheet, name="sheet"),
    path("orders/<str:public_id>/address/", addresses.change, name="address"),
    path("orders/<str:public_id>/invoice/", invoices.invoice, name="invoice"),
    path("orders/<str:public_id>/invoice/withdraw/", invoices.withdraw, name="invoice-withdraw"),
    path("orders/<str:public_id>/invoice/papers/<str:number>/", invoices.paper, name="invoice-paper"),
    path("orders/<str:public_id>/cancel/", views.cancel, name="cancel"),
    path("orders/<str:public_id>/codes/", views.codes, name="codes"),
    path("orders/<str:public_id>/cards/<str:card_id>/keep/", gift_cards.keep, name="card-keep"),
    path("orders/<str:public_id>/receive/", views.receive, name="receive"),
    path("orders/<str:public_id>/extend/", views.extend, name="extend"),
    path("orders/<str:public_id>/again/", views.buy_again, name="buy-again"),
]
