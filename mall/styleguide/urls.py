"""The style guide's addresses."""

from django.urls import path

from mall.styleguide import views

urlpatterns = [path("", views.guide, name="styleguide")]
