"""The catalogue's addresses for shops, below ``/backoffice/<shop>/products/``."""

from django.urls import path

from catalog.backoffice import brand_views, freight_views, grid, imports, kind_views, shelf_views, views

app_name = "catalog"

urlpatterns = [
    path("", views.product_list, name="list"),
    path("add/", views.add, name="add"),
    path("bulk/", views.bulk, name="bulk"),
    path("grid/", grid.grid, name="grid"),
    path("unfinished/<slug:public_id>/discard/", views.discard_unfinished, name="unfinished-discard"),
    path("movements/", views.movements, name="movements"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/", imports.add, name="import-add"),
    path("imports/template.xlsx", imports.template, {"format": "xlsx"}, name="import-template-xlsx"),
    path("imports/template.csv", imports.template, {"format": "csv"}, name="import-template-csv"),
    path("imports/<slug:public_id>/", imports.detail, name="import"),
    path("imports/<slug:public_id>/start/", imports.start, name="import-start"),
    path("imports/<slug:public_id>/discard/", imports.discard, name="import-discard"),
    path("imports/<slug:public_id>/errors/", imports.errors, name="import-errors"),
    path("brands/", brand_views.brand_list, name="brands"),
    path("brands/<slug:public_id>/document/", brand_views.document, name="brand-document"),
    path("categories/", shelf_views.category_list, name="shelves"),
    path("categories/<slug:public_id>/", shelf_views.change, name="shelf"),
    path("freight/", freight_views.template_list, name="freight"),
    path("freight/add/", freight_views.add, name="freight-add"),
    path("freight/<slug:public_id>/", freight_views.edit, name="freight-edit"),
    path("freight/<slug:public_id>/do/", freight_views.do, name="freight-do"),
    path("<slug:public_id>/", views.edit, name="edit"),
    path("<slug:public_id>/status/", views.status, name="status"),
    path("<slug:public_id>/sale-times/", views.sale_times, name="sale-times"),
    path("<slug:public_id>/stock/", views.stock, name="stock"),
    path("<slug:public_id>/codes/", kind_views.codes, name="codes"),
    path("<slug:public_id>/codes/<slug:code_id>/withdraw/", kind_views.withdraw, name="code-withdraw"),
    path("<slug:public_id>/slots/", kind_views.slots, name="slots"),
    path("<slug:public_id>/slots/<slug:slot_id>/close/", kind_views.close, name="slot-close"),
    path("<slug:public_id>/pictures/", views.picture, name="picture"),
    path("<slug:public_id>/video/", views.video, name="video"),
]
