"""Addresses for shops about what shoppers say, below ``/backoffice/<shop>/voices/``."""

from django.urls import path

from catalog.backoffice import review_views as views

app_name = "reviews"

urlpatterns = [
    path("reviews/", views.review_list, name="list"),
    path("reviews/<slug:public_id>/", views.detail, name="detail"),
    path("reviews/<slug:public_id>/answer/", views.answer, name="answer"),
    path("reviews/<slug:public_id>/appeal/", views.appeal, name="appeal"),
    path("reviews/<slug:public_id>/evidence/<int:number>/", views.evidence, name="evidence"),
    path("questions/", views.question_list, name="questions"),
    path("questions/<slug:public_id>/", views.question, name="question"),
    path("questions/<slug:public_id>/answer/", views.question_answer, name="question-answer"),
]
