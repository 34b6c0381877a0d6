"""The reviewers' queue: new products and changes of approved ones, compared side by side and decided."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from catalog import changes, reviewing, violations
from catalog.differences import differences_of
from catalog.models import Product, ProductChange
from mall import clock
from mall.staff import Verb, VerbAdmin
from mall.templatetags.mall import picture as show_picture

SHOWN_BEFORE = 10


class WhyFilter(admin.SimpleListFilter):
    """By why a person looks."""

    title = _("why a person looks")
    parameter_name = "why"

    def lookups(self, request, model_admin):
        return ProductChange.Why.choices

    def queryset(self, request, queryset):
        return queryset.filter(reasons__contains=[{"code": self.value()}]) if self.value() else queryset


def _can_be_decided(change: ProductChange) -> bool:
    wanted = {Product.Status.IN_REVIEW} if change.kind == ProductChange.Kind.NEW else Product.APPROVED
    return change.is_pending and change.product.status in wanted


def _is_taken_on(change: ProductChange) -> bool:
    return _can_be_decided(change) and reviewing.holder_of(change, clock.now()) is not None


@admin.register(ProductChange)
class ProductChangeAdmin(VerbAdmin):
    """What waits for a reviewer, the oldest first. Staff decide; they do not write for the shops."""

    class Media:
        css = {"all": ["css/components/differences.css"]}

    noun = "change"
    verbs = [
        Verb(
            name="claim",
            label=_("Take it on"),
            call=reviewing.claim_change,
            permission="catalog.review_productchange",
            fits=lambda change: _can_be_decided(change) and not _is_taken_on(change),
            stays=True,
        ),
        Verb(
            name="approve",
            label=_("Approve"),
            call=reviewing.approve_change,
            permission="catalog.review_productchange",
            fits=_is_taken_on,
        ),
        Verb(
            name="refuse",
            label=_("Ask for corrections"),
            call=reviewing.refuse_change,
            permission="catalog.review_productchange",
            fits=_is_taken_on,
            chooses="reason",
            chooses_label=_("What must be corrected"),
            choices=ProductChange.Reason,
            asks="note",
            asks_label=_("Note for the shop"),
            longest=500,
            warning=violations.costs_when_refused(),
        ),
        Verb(
            name="release",
            label=_("Leave it to others"),
            call=reviewing.release_change,
            permission="catalog.review_productchange",
            fits=_is_taken_on,
            stays=True,
        ),
    ]
    list_display = ["first_picture", "product", "kind", "status", "shop", "why", "asked_at", "holder"]
    list_display_links = ["product"]
    list_filter = ["status", "kind", WhyFilter, "reason"]
    list_select_related = ["product", "shop", "claimed_by"]
    search_fields = ["=public_id", "=product__public_id", "product__title", "=shop__slug"]
    ordering = ["asked_at", "pk"]
    fields = [
        "page_of_product", "kind", "status", "shop", "why", "holder", "comparison", "asked_at", "asked_by",
        "amended_at", "decided_at", "decided_by", "reason", "note", "earlier",
    ]  # fmt: skip

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("product__category", "product__brand", "shop", "claimed_by")
            .prefetch_related("product__pictures")
        )

    @admin.display(description=_("picture"))
    def first_picture(self, change: ProductChange) -> str:
        pictures = sorted(change.product.pictures.all(), key=lambda picture: (picture.position, picture.pk))
        return show_picture(pictures[0].image, side=60) if pictures else "–"

    @admin.display(description=_("product"))
    def page_of_product(self, change: ProductChange) -> str:
        url = reverse("admin:catalog_product_change", args=[change.product_id])
        return format_html('<a href="{}">{}</a> ({})', url, change.product, change.product.get_status_display())

    @admin.display(description=_("why a person looks"))
    def why(self, change: ProductChange) -> str:
        rows = ((changes.told(reason),) for reason in change.reasons)
        return format_html_join("", "<div>{}</div>", rows) or "–"

    @admin.display(description=_("taken on by"))
    def holder(self, change: ProductChange) -> str:
        return reviewing.holder_of(change, clock.now()) or "–"

    @admin.display(description=_("old and new"))
    def comparison(self, change: ProductChange) -> str:
        return render_to_string("components/_differences.html", {"differences": differences_of(change)})

    @admin.display(description=_("decided before"))
    def earlier(self, change: ProductChange) -> str:
        rows = change.product.changes.exclude(pk=change.pk).exclude(status=ProductChange.Status.PENDING)
        told = (
            (
                reverse("admin:catalog_productchange_change", args=[row.pk]),
                row.decided_at.astimezone(clock.BUSINESS_ZONE).date(),
                row.get_kind_display(),
                row.get_status_display(),
                row.get_reason_display(),
                row.note,
            )
            for row in rows.order_by("-pk")[:SHOWN_BEFORE]
        )
        return format_html_join("", '<div><a href="{}">{}</a> {}: {} {} {}</div>', told) or "–"
