from django.urls import path

from merchants.storefront import invitations, papers, views

app_name = "merchants"

urlpatterns = [
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("open-a-shop/", views.apply, name="apply"),
    path("open-a-shop/<str:public_id>/", views.application, name="application"),
    path("open-a-shop/<str:public_id>/fill-in/<slug:step>/", views.step, name="step"),
    path("open-a-shop/<str:public_id>/papers/<slug:kind>/", views.document, name="document"),
    path("open-a-shop/<str:public_id>/file/<str:document_id>/", views.file, name="file"),
    path("open-a-shop/<str:public_id>/hand-in/", views.hand_in, name="hand-in"),
    path("open-a-shop/<str:public_id>/withdraw/", views.withdraw, name="withdraw"),
    path("open-a-shop/<str:public_id>/agreements/", views.agreements, name="agreements"),
    path("open-a-shop/trade/<slug:shop>/<slug:trade>/", views.ask_for_trade, name="ask-for-trade"),
    path("my-papers/", papers.papers, name="papers"),
    path("my-papers/<str:public_id>/renew/", papers.renew, name="renew"),
    path("my-papers/<str:public_id>/file/", papers.file, name="paper-file"),
]
