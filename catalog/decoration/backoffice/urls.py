"""The addresses at which a shop puts its page together, below ``/backoffice/<shop>/page/``."""

from django.urls import path

from catalog.decoration.backoffice import views

app_name = "decoration"

urlpatterns = [
    path("", views.page, name="page"),
    path("preview/", views.preview, name="preview"),
    path("theme/", views.theme, name="theme"),
    path("order/", views.order, name="order"),
    path("publish/", views.publish, name="publish"),
    path("discard/", views.discard, name="discard"),
    path("blocks/add/", views.add, name="add"),
    path("blocks/<slug:public_id>/", views.edit, name="block"),
    path("blocks/<slug:public_id>/do/", views.do, name="block-do"),
    path("versions/", views.versions, name="versions"),
    path("versions/<int:public_id>/", views.version, name="version"),
    path("versions/<int:public_id>/restore/", views.restore, name="version-restore"),
]
