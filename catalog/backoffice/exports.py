"""What a shop can take away of its goods: a row per SKU, and every movement of its stock."""

from functools import partial
from operator import itemgetter

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.backoffice.lists import MovementFilter, ProductFilter
from catalog.backoffice.review_lists import ReviewFilter
from catalog.backoffice.stock_lists import StockFilter
from catalog.models import Product, Review, Sku, StockMovement
from catalog.offers import choice_text
from catalog.specifications import with_specifications
from catalog.stock.queries import with_counts
from catalog.transfer.lines import HEAD, asked_columns, lines_of
from mall.exports.registry import Asked, Column, export


@export(
    "catalog.products",
    label=_("Products"),
    right="products.see",
    columns=[
        Column(_("Product"), lambda sku: sku.product.public_id),
        Column(_("Title"), lambda sku: sku.product.title),
        Column(_("Combination"), lambda sku: choice_text(sku)),
        Column(_("Your code"), lambda sku: sku.code),
        Column(_("State"), lambda sku: sku.product.get_status_display()),
        Column(_("Offered"), lambda sku: gettext("yes") if sku.is_active else gettext("no")),
        Column(_("Category"), lambda sku: sku.product.category.name),
        Column(_("Price"), lambda sku: sku.price),
        Column(_("Crossed-out price"), lambda sku: sku.list_price),
        Column(_("Currency"), lambda sku: sku.currency),
        Column(_("Grams"), lambda sku: sku.weight_grams),
        Column(_("Cubic centimetres"), lambda sku: sku.volume_cm3),
        Column(_("On hand"), lambda sku: sku.on_hand),
        Column(_("Reserved"), lambda sku: sku.reserved),
        Column(_("Available"), lambda sku: sku.available),
        Column(_("Changed"), lambda sku: sku.product.changed_at),
        Column(_("First on sale"), lambda sku: sku.product.on_sale_at),
    ],
)
def products(shop, asked: Asked):
    shown = asked.only_chosen(ProductFilter(asked.query).narrow(Product.objects.owned_by(shop)))
    return with_counts(
        Sku.objects.owned_by(shop)
        .filter(product__in=shown.order_by().values("pk"))
        .select_related("product__category")
        .defer("product__description", "product__attributes")
    )


@export(
    "catalog.stock",
    label=_("Stock"),
    right="products.see",
    columns=[
        Column(_("Product"), lambda sku: sku.product.title),
        Column(_("Combination"), lambda sku: choice_text(sku)),
        Column(_("Your code"), lambda sku: sku.code),
        Column(_("Barcode"), lambda sku: sku.barcode),
        Column(_("SKU"), lambda sku: sku.public_id),
        Column(_("On hand"), lambda sku: sku.on_hand),
        Column(_("Reserved"), lambda sku: sku.reserved),
        Column(_("Available"), lambda sku: sku.available),
        Column(_("In transit"), lambda sku: sku.in_transit),
        Column(_("Low from"), lambda sku: sku.threshold),
        Column(_("Low"), lambda sku: gettext("yes") if sku.is_low or sku.available <= 0 else gettext("no")),
    ],
)
def stock(shop, asked: Asked):
    """Every SKU with its counts over all warehouses; available is what shoppers are offered."""
    rows = asked.only_chosen(StockFilter(asked.query).narrow(Sku.objects.owned_by(shop)))
    rows = Sku.objects.owned_by(shop).filter(pk__in=rows.order_by().values("pk"))
    return with_counts(rows.select_related("product").defer("product__description", "product__attributes"))


@export(
    "catalog.transfer",
    label=_("Products, to be imported"),
    right="products.see",
    columns=[Column(name, itemgetter(name)) for name in HEAD],
    lines=lines_of,
    has_mark=False,
    further=lambda shop: [Column(name, partial(_cell, name)) for name in asked_columns(shop)],
)
def transfer(shop, asked: Asked):
    """Products with all that an import reads; a line for each combination and each further picture."""
    shown = asked.only_chosen(ProductFilter(asked.query).narrow(Product.objects.owned_by(shop)))
    goods = Product.objects.owned_by(shop).filter(pk__in=shown.order_by().values("pk"))
    return with_specifications(goods.select_related("category", "brand", "freight"))


def _cell(name: str, line: dict) -> object:
    return line.get(name, "")


def _sku(movement: StockMovement) -> Sku:
    return movement.stock.sku


@export(
    "catalog.movements",
    label=_("Stock movements"),
    right="products.see",
    columns=[
        Column(_("When"), lambda movement: movement.at),
        Column(_("What happened"), lambda movement: movement.get_reason_display()),
        Column(_("Product"), lambda movement: _sku(movement).product.title),
        Column(_("Combination"), lambda movement: choice_text(_sku(movement))),
        Column(_("Your code"), lambda movement: _sku(movement).code),
        Column(_("Warehouse"), lambda movement: movement.stock.warehouse.name),
        Column(_("Quantity"), lambda movement: movement.quantity),
        Column(_("Document"), lambda movement: movement.document),
        Column(_("Who"), lambda movement: movement.by.get_full_name() if movement.by else ""),
    ],
)
def movements(shop, asked: Asked):
    rows = MovementFilter(asked.query).narrow(StockMovement.objects.owned_by(shop))
    return rows.select_related("stock__sku__product", "stock__warehouse", "by").defer(
        "stock__sku__product__description", "stock__sku__product__attributes"
    )


@export(
    "catalog.reviews",
    label=_("Reviews"),
    right="reviews.see",
    columns=[
        Column(_("Written"), lambda review: review.written_at),
        Column(_("Product"), lambda review: review.product.title),
        Column(_("Combination"), lambda review: review.choice_text),
        Column(_("Stars"), lambda review: review.stars),
        Column(_("Stars for service"), lambda review: review.service_stars),
        Column(_("Stars for delivery"), lambda review: review.delivery_stars),
        Column(_("What she says"), lambda review: review.text),
        Column(_("Follow-up"), lambda review: review.follow_up),
        Column(_("Your answer"), lambda review: review.answer),
        Column(_("Found helpful"), lambda review: review.helpful_count),
        Column(_("Counts"), lambda review: gettext("yes") if review.is_counted else gettext("no")),
    ],
)
def reviews(shop, asked: Asked):
    rows = ReviewFilter(asked.query).narrow(Review.objects.owned_by(shop).shown())
    return rows.select_related("product").defer("product__description", "product__attributes")
