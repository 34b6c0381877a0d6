"""What platform staff do with goods: review products, keep the category tree and the brands, look at stock."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog import (  # noqa: F401 (each admin registers its own)
    brand_admin,
    category_admin,
    changes_admin,
    products,
    promise_admin,
    reviews_admin,
    samples_admin,
    search_admin,
    specifications,
)
from catalog.models import Product, ProductChange, Sku, StockMovement, Warehouse
from catalog.stock.warehouses import close_platform_warehouse, open_platform_warehouse
from catalog.violations import costs_when_taken_down
from mall import clock
from mall.staff import ReadOnlyAdmin, ReadOnlyRows, Verb, VerbAdmin
from mall.templatetags.mall import picture as show_picture
from mall.texts import Text
from risk.screening import banned_words


class SkuInline(ReadOnlyRows):
    model = Sku
    fields = ["public_id", "chosen", "price", "list_price", "code", "is_active"]

    @admin.display(description=_("combination"))
    def chosen(self, sku: Sku) -> str:
        return " / ".join(map(str, sku.choice_names))


def _is_waiting(product: Product) -> bool:
    return product.status == Product.Status.IN_REVIEW


@admin.register(Product)
class ProductAdmin(VerbAdmin):
    """All goods. Staff take down what must go; what waits for a reviewer stands in ``catalog.changes_admin``."""

    noun = "product"
    verbs = [
        Verb(
            name="take_down",
            label=_("Take down"),
            call=products.take_down_product,
            permission="catalog.take_down_product",
            fits=lambda product: Product.FLOW.can(product, Product.Status.TAKEN_DOWN),
            chooses="reason",
            chooses_label=_("Reason"),
            choices=ProductChange.Reason,
            asks="note",
            asks_label=_("Note for the shop"),
            longest=500,
            warning=format_lazy("{} {}", _("It comes back through a reviewer only."), costs_when_taken_down()),
            is_grave=True,
        ),
    ]
    inlines = [SkuInline]
    list_display = ["first_picture", "title", "shop", "category", "status", "price_from", "warned_of", "changed_at"]
    list_display_links = ["title"]
    list_filter = ["status", "category__risk", "changed_at"]
    list_select_related = ["shop", "category", "brand"]
    search_fields = ["=public_id", "title", "=shop__slug"]
    ordering = ["changed_at"]
    fields = [
        "public_id", "shop", "status", "review_note", "title", "subtitle", "category", "brand", "gallery", "warned_of",
        "description", "told", "choices", "price_from", "price_to", "created_at", "changed_at", "on_sale_at",
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("pictures", "values")

    def get_changelist_instance(self, request):
        """The list with what the screening says of each product that waits, the words read once for all."""
        shown = super().get_changelist_instance(request)
        waiting = [product for product in shown.result_list if _is_waiting(product)]
        words = banned_words() if waiting else None
        for product in waiting:
            product.findings = products.screening_findings(product, words, now=clock.now())
        return shown

    @admin.display(description=_("picture"))
    def first_picture(self, product: Product) -> str:
        pictures = sorted(product.pictures.all(), key=lambda picture: (picture.position, picture.pk))
        return show_picture(pictures[0].image, side=60) if pictures else "–"

    @admin.display(description=_("pictures"))
    def gallery(self, product: Product) -> str:
        rows = ((show_picture(row.image, side=160),) for row in product.pictures.order_by("position", "pk"))
        return format_html_join(" ", "{}", rows) or "–"

    @admin.display(description=_("attributes"))
    def told(self, product: Product) -> str:
        row = specifications.with_specifications(Product.objects.filter(pk=product.pk)).get()
        return format_html_join("", "<div>{}: {}</div>", specifications.shown_pairs(row)) or "–"

    @admin.display(description=_("options"))
    def choices(self, product: Product) -> str:
        rows = (
            (Text(option["name"]), ", ".join(str(Text(value["name"])) for value in option["values"]))
            for option in product.options
        )
        return format_html_join("", "<div>{}: {}</div>", rows) or "–"

    @admin.display(description=_("screening"))
    def warned_of(self, product: Product) -> str:
        if not _is_waiting(product):
            return "–"
        findings = (
            product.findings if hasattr(product, "findings") else products.screening_findings(product, now=clock.now())
        )
        return format_html_join("", "<div>{}</div>", ((finding,) for finding in findings)) or _("nothing")


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ["at", "shop", "sku", "warehouse", "quantity", "reason", "document", "by"]
    list_filter = ["reason"]
    list_select_related = ["shop", "stock__sku", "stock__warehouse", "by"]
    search_fields = ["=document", "=stock__sku__public_id", "=stock__sku__code", "=shop__slug"]
    ordering = ["-pk"]

    @admin.display(description=_("SKU"))
    def sku(self, movement: StockMovement) -> str:
        return str(movement.stock.sku)

    @admin.display(description=_("warehouse"))
    def warehouse(self, movement: StockMovement) -> str:
        return str(movement.stock.warehouse)


@admin.register(Warehouse)
class WarehouseAdmin(VerbAdmin):
    """The warehouses of all shops. Shops keep their own; staff open and close those that the mall keeps for them."""

    noun = "warehouse"
    verbs = [
        Verb(
            name="open_platform",
            label=_("Keep goods for this shop"),
            call=open_platform_warehouse,
            permission="catalog.keep_warehouse",
            fits=lambda warehouse: warehouse.is_default,
            asks="name",
            asks_label=_("Name of the warehouse"),
            asks_help=_("Goods of the shop of this main warehouse lie there; the shop sends them by a transfer."),
            longest=60,
        ),
        Verb(
            name="close_platform",
            label=_("Close"),
            call=close_platform_warehouse,
            permission="catalog.keep_warehouse",
            fits=lambda warehouse: warehouse.kind == Warehouse.Kind.PLATFORM and warehouse.is_open,
            warning=_("It must be empty, and nothing under way from or to it."),
            is_grave=True,
        ),
    ]
    list_display = ["name", "shop", "kind", "is_default", "sells_online", "closed_at"]
    list_filter = ["kind", "sells_online"]
    list_select_related = ["shop"]
    search_fields = ["=public_id", "=shop__slug"]
    ordering = ["-pk"]
    fields = [
        "public_id", "shop", "name", "kind", "is_default", "sells_online", "position", "province", "city", "address",
        "hours", "closed_at",
    ]  # fmt: skip
