"""The lists of a shop's stock, its transfers and its counts."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import StockCount, StockTransfer
from catalog.stock.low import with_threshold
from mall.backoffice.filters import ListFilter
from mall.backoffice.lists import ShopList
from mall.backoffice.tables import Sort


class StockFilter(ListFilter):
    """By words, and by how much can be bought."""

    stock = forms.ChoiceField(
        label=_("Stock"), choices=[("", _("All")), ("none", _("Sold out")), ("low", _("Low"))], required=False
    )

    def narrow(self, rows: QuerySet) -> QuerySet:
        if word := self.value("q"):
            rows = rows.filter(
                Q(code=word)
                | Q(barcode=word)
                | Q(public_id=word.lower())
                | Q(product__public_id=word.lower())
                | Q(product__title__icontains=word)
            )
        if how := self.value("stock"):
            rows = with_threshold(rows)
            rows = rows.filter(is_low=1) if how == "low" else rows.filter(available__lte=0)
        return rows


class StatusFilter(ListFilter):
    """By state, and by number."""

    on_top = ("q", "status")

    def narrow(self, rows: QuerySet) -> QuerySet:
        if status := self.value("status"):
            rows = rows.filter(status=status)
        if word := self.value("q"):
            rows = rows.filter(Q(public_id=word.lower()) | Q(note__icontains=word) | Q(lines__sku__code=word))
            rows = rows.model.objects.filter(pk__in=rows.order_by().values("pk"))
        return rows


class TransferFilter(StatusFilter):
    status = forms.ChoiceField(
        label=_("State"), choices=[("", _("All")), *StockTransfer.Status.choices], required=False
    )


class CountFilter(StatusFilter):
    status = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *StockCount.Status.choices], required=False)


STOCK = ShopList(
    key="stock",
    filter=StockFilter,
    sorts=[Sort("number", _("Newest"), "pk")],
    default="-number",
    export="catalog.stock",
    bulk=[("transfer", _("Transfer"), "truck"), ("count", _("Count"), "list")],
)
TRANSFERS = ShopList(
    key="transfers", filter=TransferFilter, sorts=[Sort("number", _("Newest"), "pk")], default="-number"
)
COUNTS = ShopList(key="counts", filter=CountFilter, sorts=[Sort("number", _("Newest"), "pk")], default="-number")
