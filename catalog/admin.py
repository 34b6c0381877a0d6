"""What platform staff do with goods: review products, keep the category tree and the brands, look at stock."""

from django import forms
from django.contrib import admin, messages
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from treebeard.admin import TreeAdmin
from treebeard.forms import movenodeform_factory

from catalog import products
from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.models import Brand, Category, Product, Review, Sku, StockMovement
from mall import clock
from mall.admin import ReadOnlyAdmin
from mall.audit.trail import record
from mall.refusals import Refusal
from mall.templatetags.mall import picture as show_picture


@admin.register(Category)
class CategoryAdmin(TreeAdmin):
    """The platform's tree; every change is on the record."""

    form = movenodeform_factory(Category)
    list_display = ["name", "slug", "commission_bps", "needs_review"]
    search_fields = ["slug", "name"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        _note_and_show(request, "catalog.save_category", obj.slug, form)

    def delete_queryset(self, request, queryset):
        for category in queryset:
            self.delete_model(request, category)

    def delete_model(self, request, obj):
        record("catalog.remove_category", obj.slug, by=request.user, now=clock.now())
        super().delete_model(request, obj)
        forget(CATALOGUE, SHOPS)


@admin.register(Brand)
class BrandAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["slug", "name"]
    ordering = ["slug"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        _note_and_show(request, "catalog.save_brand", obj.slug, form)


def _note_and_show(request, action: str, slug: str, form) -> None:
    record(action, slug, by=request.user, now=clock.now(), after={"changed": form.changed_data})
    forget(CATALOGUE, SHOPS)


class DecisionForm(admin.helpers.ActionForm):
    note = forms.CharField(label=gettext_lazy("Note for the shop"), required=False, max_length=500)


class SkuInline(admin.TabularInline):
    model = Sku
    fields = readonly_fields = ["public_id", "chosen", "price", "list_price", "code", "is_active"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("combination"))
    def chosen(self, sku: Sku) -> str:
        return " / ".join(map(str, sku.choice_names))


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    """The queue of products to review. Staff decide; they do not write for the shops."""

    action_form = DecisionForm
    actions = ["approve", "refuse", "take_down"]
    inlines = [SkuInline]
    list_display = ["first_picture", "title", "shop", "category", "status", "price_from", "warned_of", "changed_at"]
    list_display_links = ["title"]
    list_filter = ["status", "category__needs_review"]
    list_select_related = ["shop", "category", "brand"]
    search_fields = ["=public_id", "title", "=shop__slug"]
    ordering = ["changed_at"]
    fields = [
        "public_id", "shop", "status", "review_note", "title", "subtitle", "category", "brand", "gallery", "warned_of",
        "description", "attributes", "options", "price_from", "price_to", "created_at", "changed_at", "on_sale_at",
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("pictures")

    def has_review_permission(self, request) -> bool:
        return request.user.has_perm("catalog.change_product")

    @admin.display(description=gettext_lazy("picture"))
    def first_picture(self, product: Product) -> str:
        pictures = sorted(product.pictures.all(), key=lambda picture: (picture.position, picture.pk))
        return show_picture(pictures[0].image, side=60) if pictures else "–"

    @admin.display(description=gettext_lazy("pictures"))
    def gallery(self, product: Product) -> str:
        rows = ((show_picture(row.image, side=160),) for row in product.pictures.order_by("position", "pk"))
        return format_html_join(" ", "{}", rows) or "–"

    @admin.display(description=gettext_lazy("screening"))
    def warned_of(self, product: Product) -> str:
        if product.status != Product.Status.IN_REVIEW:
            return "–"
        findings = products.screening_findings(product)
        return format_html_join(", ", "{} ({})", ((finding.word, finding.why) for finding in findings)) or _("nothing")

    @admin.action(description=gettext_lazy("Approve: put on sale"), permissions=["review"])
    def approve(self, request, queryset):
        self._decide(request, queryset, products.approve_product)

    @admin.action(description=gettext_lazy("Refuse, with a note for the shop"), permissions=["review"])
    def refuse(self, request, queryset):
        self._decide(request, queryset, products.refuse_product, note=request.POST.get("note", ""))

    @admin.action(description=gettext_lazy("Take down, with a note for the shop"), permissions=["review"])
    def take_down(self, request, queryset):
        self._decide(request, queryset, products.take_down_product, note=request.POST.get("note", ""))

    def _decide(self, request, queryset, verb, **words) -> None:
        done = 0
        for product in queryset.order_by("pk"):
            try:
                verb(product=product, by=request.user, now=clock.now(), **words)
            except Refusal as refusal:
                messages.error(request, f"{product}: {refusal}")
            else:
                done += 1
        if done:
            messages.success(request, ngettext("Done for %(count)d.", "Done for %(count)d.", done) % {"count": done})


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ["written_at", "product", "shop", "stars", "text", "answer"]
    list_filter = ["stars"]
    list_select_related = ["product", "shop"]
    search_fields = ["=public_id", "=product__public_id", "=shop__slug"]
    ordering = ["-pk"]


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ["at", "shop", "sku", "quantity", "reason", "document", "by"]
    list_filter = ["reason"]
    list_select_related = ["shop", "stock__sku", "by"]
    search_fields = ["=document", "=stock__sku__public_id", "=stock__sku__code", "=shop__slug"]
    ordering = ["-pk"]

    @admin.display(description=gettext_lazy("SKU"))
    def sku(self, movement: StockMovement) -> str:
        return str(movement.stock.sku)
