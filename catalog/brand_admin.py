"""What platform staff do with brands: keep them, and decide which shops may sell the protected ones."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalog import brands
from catalog.models import Brand, BrandAuthorization
from catalog.sealed import shown
from mall import clock
from mall.audit.trail import record
from mall.staff import SpeaksTexts, Verb, VerbAdmin


@admin.register(Brand)
class BrandAdmin(SpeaksTexts, admin.ModelAdmin):
    list_display = ["name", "slug", "registration", "is_protected"]
    list_filter = ["is_protected"]
    search_fields = ["slug", "name", "registration"]
    ordering = ["slug"]

    def save_model(self, request, obj, form, change):
        before = Brand.objects.filter(pk=obj.pk).values_list("slug", flat=True).first() if change else ""
        super().save_model(request, obj, form, change)
        brands.brand_changed(brand=obj, slug_before=before, changed=form.changed_data, by=request.user, now=clock.now())


def _waits(authorization: BrandAuthorization) -> bool:
    return authorization.status == BrandAuthorization.Status.ASKED


@admin.register(BrandAuthorization)
class BrandAuthorizationAdmin(VerbAdmin):
    """The queue of shops that show they may sell a protected brand."""

    noun = "authorization"
    verbs = [
        Verb(
            name="grant",
            label=_("Grant"),
            call=brands.grant_authorization,
            permission="catalog.decide_brandauthorization",
            fits=_waits,
        ),
        Verb(
            name="refuse",
            label=_("Refuse"),
            call=brands.refuse_authorization,
            permission="catalog.decide_brandauthorization",
            fits=_waits,
            asks="reason",
            asks_label=_("Words for the shop"),
        ),
        Verb(
            name="withdraw",
            label=_("Withdraw"),
            call=brands.withdraw_authorization,
            permission="catalog.decide_brandauthorization",
            fits=lambda row: row.status == BrandAuthorization.Status.GRANTED,
            asks="reason",
            asks_label=_("Words for the shop"),
            warning=_("From now on the shop can submit no goods of the brand; what is on sale stays."),
            is_grave=True,
        ),
    ]
    list_display = ["asked_at", "shop", "brand", "number", "valid_to", "status"]
    list_filter = ["status", "valid_to"]
    list_select_related = ["shop", "brand"]
    search_fields = ["=public_id", "=number", "=shop__slug", "=brand__slug"]
    ordering = ["asked_at"]
    fields = [
        "public_id", "shop", "brand", "number", "valid_from", "valid_to", "paper", "status", "asked_at", "asked_by",
        "reason", "decided_at", "decided_by",
    ]  # fmt: skip

    def get_urls(self):
        address = "<int:pk>/document/"
        return [
            path(address, self.admin_site.admin_view(self.file), name="catalog_brandauthorization_document"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, pk: int) -> HttpResponse:
        return _file(request, pk)

    @admin.display(description=_("document"))
    def paper(self, row: BrandAuthorization) -> str:
        address = reverse("admin:catalog_brandauthorization_document", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("Open"))


@require_safe
def _file(request: HttpRequest, pk: int) -> HttpResponse:
    """The document for staff who decide; each look is on the record."""
    if not request.user.has_perm("catalog.decide_brandauthorization"):
        raise PermissionDenied
    row = get_object_or_404(BrandAuthorization.objects.select_related("shop"), pk=pk)
    record("catalog.read_authorization", row.public_id, by=request.user, now=clock.now(), shop_slug=row.shop.slug)
    return shown(row.file.name, row.public_id)
