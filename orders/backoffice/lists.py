"""The list of a shop's orders: its states, sorts and filters."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from mall.backoffice.filters import DateField, ListFilter, amount_field, between_amounts, between_days
from mall.backoffice.lists import ShopList
from mall.backoffice.tables import Sort
from orders.models import Order, Parcel


class OrderFilter(ListFilter):
    """By state, number, day of placing and of payment, total, and where it goes."""

    status = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *Order.Status.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All")), *Product.Kind.choices], required=False)
    placed_from = DateField(label=_("Placed from"), required=False)
    placed_to = DateField(label=_("Placed until"), required=False)
    paid_from = DateField(label=_("Paid from"), required=False)
    paid_to = DateField(label=_("Paid until"), required=False)
    least = amount_field(_("Total from"))
    most = amount_field(_("Total up to"))
    province = forms.CharField(label=_("Province"), max_length=40, required=False)

    def narrow(self, rows: QuerySet) -> QuerySet:
        if status := self.value("status"):
            rows = rows.filter(status=status)
        if kind := self.value("kind"):
            rows = rows.filter(kind=kind)
        if word := self.value("q"):
            rows = rows.filter(pk__in=_found(rows, word))
        if province := self.value("province"):
            rows = rows.filter(province__startswith=province)
        rows = between_days(rows, "placed_at", self.value("placed_from"), self.value("placed_to"))
        rows = between_days(rows, "paid_at", self.value("paid_from"), self.value("paid_to"))
        return between_amounts(rows, "total", self.value("least"), self.value("most"))


def _found(rows: QuerySet, word: str) -> list[int]:
    """The orders with this number or tracking number, looked up by their own indexes; one query."""
    by_number = rows.filter(public_id=word.lower()).order_by().values_list("pk", flat=True)
    by_parcel = Parcel.objects.filter(tracking_number=word.upper()).order_by().values_list("order_id", flat=True)
    return list(by_number.union(by_parcel))


ORDERS = ShopList(
    key="orders",
    filter=OrderFilter,
    sorts=[
        Sort("placed", _("Placed"), "placed_at"),
        Sort("paid", _("Paid"), "paid_at", has_nulls=True),
        Sort("total", _("Total"), "total"),
    ],
    default="-placed",
    export="orders.orders",
)
