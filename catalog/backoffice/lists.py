"""The lists of a shop's products and of its stock movements: their states, sorts and filters."""

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from catalog.backoffice.forms import CategoryField, ShopCategoryField
from catalog.models import Category, Product, ShopCategory, Sku, Stock, StockMovement
from catalog.stock.low import with_threshold
from mall.backoffice.filters import DateField, ListFilter, amount_field, between_amounts, between_days
from mall.backoffice.lists import ShopList
from mall.backoffice.tables import Sort


def with_little_stock(rows: QuerySet, how: str) -> QuerySet:
    """Of these products those with nothing left to buy (``none``), or with a SKU that soon will be (``low``)."""
    if how == "none":
        sold = Stock.objects.filter(warehouse__sells_online=True, on_hand__gt=F("reserved"))
        return rows.filter(~Exists(sold.filter(sku__product=OuterRef("pk"), sku__is_active=True)))
    skus = with_threshold(Sku.objects.filter(product=OuterRef("pk"), is_active=True))
    return rows.filter(Exists(skus.filter(is_low=1)))


class ProductFilter(ListFilter):
    """By state, words, category, stock, price and the day of the last change."""

    status = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *Product.Status.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All")), *Product.Kind.choices], required=False)
    category = CategoryField(label=_("Category"), queryset=Category.objects.order_by("path"), required=False)
    shelf = ShopCategoryField(  # the scope of the shop shows its own only
        label=_("Category of the shop"),
        queryset=ShopCategory.objects.select_related("parent").order_by(
            Coalesce("parent__position", "position"),
            Coalesce("parent", "pk"),
            F("parent").asc(nulls_first=True),
            "position",
        ),
        to_field_name="public_id",
        required=False,
    )
    stock = forms.ChoiceField(
        label=_("Stock"), choices=[("", _("All")), ("none", _("Sold out")), ("low", _("Low"))], required=False
    )
    least = amount_field(_("Price from"))
    most = amount_field(_("Price up to"))
    changed_from = DateField(label=_("Changed from"), required=False)
    changed_to = DateField(label=_("Changed until"), required=False)

    def narrow(self, rows: QuerySet) -> QuerySet:
        mine = rows
        if status := self.value("status"):
            rows = rows.filter(status=status)
        if kind := self.value("kind"):
            rows = rows.filter(kind=kind)
        if word := self.value("q"):
            by_code = mine.filter(skus__code=word).order_by().values_list("pk", flat=True)
            rows = rows.filter(Q(title__icontains=word) | Q(public_id=word.lower()) | Q(pk__in=list(by_code)))
        if category := self.value("category"):
            rows = rows.filter(category__path__startswith=category.path)
        if shelf := self.value("shelf"):
            inside = Q(shelved__category=shelf) | Q(shelved__category__parent=shelf)
            rows = rows.filter(pk__in=mine.filter(inside).order_by().values("pk"))
        if how := self.value("stock"):
            rows = with_little_stock(rows, how)
        rows = between_days(rows, "changed_at", self.value("changed_from"), self.value("changed_to"))
        return between_amounts(rows, "price_from", self.value("least"), self.value("most"))


PRODUCTS = ShopList(
    key="products",
    filter=ProductFilter,
    sorts=[
        Sort("changed", _("Changed"), "changed_at"),
        Sort("price", _("Price"), "price_from"),
        Sort("on_sale", _("First on sale"), "on_sale_at", has_nulls=True),
    ],
    default="-changed",
    export="catalog.products",
    export_also=[
        ("catalog.transfer", "xlsx", _("XLSX, to edit and import again")),
        ("catalog.transfer", "csv", _("CSV, as Shopify writes it")),
    ],
    bulk=[
        ("grid", _("Edit in a table"), "edit"),
        ("on_sale", _("Put on sale"), "tag"),
        ("off_sale", _("Take off sale"), "ban"),
    ],
)


class MovementFilter(ListFilter):
    """By why, when, and of what: a SKU's code, a product's number, or else a document."""

    reason = forms.ChoiceField(
        label=_("What happened"), choices=[("", _("All")), *StockMovement.Reason.choices], required=False
    )
    at_from = DateField(label=_("From"), required=False)
    at_to = DateField(label=_("Until"), required=False)

    def narrow(self, rows: QuerySet) -> QuerySet:
        if word := self.value("q"):
            skus = Sku.objects.filter(Q(code=word) | Q(public_id=word.lower()) | Q(product__public_id=word.lower()))
            stocks = list(Stock.objects.filter(sku__in=skus).values_list("pk", flat=True))
            rows = rows.filter(stock__in=stocks) if stocks else rows.filter(document=word)
        if reason := self.value("reason"):
            rows = rows.filter(reason=reason)
        return between_days(rows, "at", self.value("at_from"), self.value("at_to"))


MOVEMENTS = ShopList(
    key="movements",
    filter=MovementFilter,
    sorts=[Sort("at", _("When"), "at")],
    default="-at",
    export="catalog.movements",
)
