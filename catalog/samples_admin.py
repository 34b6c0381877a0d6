"""Goods that went on sale by themselves and were drawn for a look, the oldest first."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog.models import ProductChange, ProductSample
from catalog.samples import fail_sample, pass_sample
from catalog.violations import costs_when_taken_down
from mall.staff import Verb, VerbAdmin
from mall.templatetags.mall import picture as show_picture

DECIDE = "catalog.review_productsample"


def _is_open(sample: ProductSample) -> bool:
    return sample.status == ProductSample.Status.OPEN


@admin.register(ProductSample)
class ProductSampleAdmin(VerbAdmin):
    """Samples: looked at afterwards, taken down where something is wrong."""

    noun = "sample"
    verbs = [
        Verb(name="fine", label=_("Nothing wrong"), call=pass_sample, permission=DECIDE, fits=_is_open),
        Verb(
            name="take_down",
            label=_("Take down"),
            call=fail_sample,
            permission=DECIDE,
            fits=_is_open,
            chooses="reason",
            chooses_label=_("Reason"),
            choices=ProductChange.Reason,
            asks="note",
            asks_label=_("Note for the shop"),
            longest=500,
            warning=costs_when_taken_down(),
            is_grave=True,
        ),
    ]
    list_display = ["first_picture", "product", "shop", "status", "drawn_at", "looked_by"]
    list_display_links = ["product"]
    list_filter = ["status", "drawn_at"]
    list_select_related = ["product__shop", "looked_by"]
    search_fields = ["=product__public_id", "product__title", "=product__shop__slug"]
    ordering = ["drawn_at", "pk"]
    fields = ["page_of_product", "shop", "status", "drawn_at", "looked_at", "looked_by"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("product__pictures")

    @admin.display(description=_("picture"))
    def first_picture(self, sample: ProductSample) -> str:
        pictures = sorted(sample.product.pictures.all(), key=lambda picture: (picture.position, picture.pk))
        return show_picture(pictures[0].image, side=60) if pictures else "–"

    @admin.display(description=_("product"))
    def page_of_product(self, sample: ProductSample) -> str:
        url = reverse("admin:catalog_product_change", args=[sample.product_id])
        return format_html('<a href="{}">{}</a> ({})', url, sample.product, sample.product.get_status_display())

    @admin.display(description=_("shop"), ordering="product__shop")
    def shop(self, sample: ProductSample) -> str:
        return str(sample.product.shop)
