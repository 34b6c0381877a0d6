"""The lists of a shop's orders and of the gift cards that it has sold: their states, sorts and filters."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, Sku
from mall import clock
from mall.backoffice.filters import DateField, ListFilter, amount_field, between_amounts, between_days
from mall.backoffice.lists import ShopList
from mall.backoffice.tables import Sort
from mall.crypto import blind_index, normal_phone
from mall.divisions import divisions_of
from orders import tunables
from orders.models import GiftCard, Invoice, Order, OrderLine, Parcel

WAITS = [
    ("", _("All")),
    ("rest", _("Rest of a partly shipped order")),
    ("late", _("Late to ship")),
    ("back", _("Parcels that came back")),
    ("address", _("Other addresses that are asked for")),
    ("prepare", _("Pick-ups to prepare")),
    ("fetch", _("Ready and not picked up yet")),
]
_WAITING = {
    "rest": lambda rows: rows.partly_shipped(),
    "address": lambda rows: rows.with_address_asked(),
    "prepare": lambda rows: rows.to_prepare(),
    "fetch": lambda rows: rows.lying_ready(),
    "back": lambda rows: rows.with_returns(),
    "late": lambda rows: rows.overdue(clock.now(), tunables.SHIPPING_HOURS.value),
}
MOST_SKUS = 500  # whose orders a word of goods may mean
_PHONE = re.compile(r"\+?[\d \-()]{7,20}")


def _provinces() -> list[tuple]:
    return [("", _("All")), *((one.name, one.told) for one in divisions_of())]


class OrderFilter(ListFilter):
    """By state, number, day of placing and of payment, total, and where it goes."""

    status = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *Order.Status.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All")), *Product.Kind.choices], required=False)
    waits = forms.ChoiceField(label=_("What waits"), choices=WAITS, required=False)
    placed_from = DateField(label=_("Placed from"), required=False)
    placed_to = DateField(label=_("Placed until"), required=False)
    paid_from = DateField(label=_("Paid from"), required=False)
    paid_to = DateField(label=_("Paid until"), required=False)
    least = amount_field(_("Total from"))
    most = amount_field(_("Total up to"))
    province = forms.ChoiceField(label=_("Province"), choices=_provinces, required=False)

    def narrow(self, rows: QuerySet) -> QuerySet:
        if status := self.value("status"):
            rows = rows.filter(status=status)
        if kind := self.value("kind"):
            rows = rows.filter(kind=kind)
        if waits := self.value("waits"):
            rows = _WAITING[waits](rows)
        if word := self.value("q"):
            rows = _found(rows, word)
        if province := self.value("province"):
            rows = rows.filter(province=province)
        rows = between_days(rows, "placed_at", self.value("placed_from"), self.value("placed_to"))
        rows = between_days(rows, "paid_at", self.value("paid_from"), self.value("paid_to"))
        return between_amounts(rows, "total", self.value("least"), self.value("most"))


def _found(rows: QuerySet, word: str) -> QuerySet:
    """
    What a word that people at the desk type may mean (O9): an order number, a tracking number, a buyer's phone number
    as a whole, a SKU's code, or words of a product's name. Each is looked up by its own index.
    """
    named = rows.filter(public_id=word.lower()).order_by().values_list("pk", flat=True)
    sent = Parcel.objects.filter(tracking_number=word.upper()).order_by().values_list("order_id", flat=True)
    found = named.union(sent)
    if phone := _phone(word):
        found = found.union(rows.filter(phone_index=blind_index(phone)).order_by().values_list("pk", flat=True))
    if keys := list(found):
        return rows.filter(pk__in=keys)
    mine = Sku.objects.filter(shop__in=rows.order_by().values("shop")[:1])
    goods = mine.filter(Q(code=word) | Q(product__title__icontains=word)).order_by().values_list("pk", flat=True)
    return rows.filter(Exists(OrderLine.objects.filter(order=OuterRef("pk"), sku__in=list(goods[:MOST_SKUS]))))


def _phone(word: str) -> str:
    """The word as a phone number; empty when it is none."""
    try:
        return normal_phone(word) if _PHONE.fullmatch(word) else ""
    except ValidationError:
        return ""


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


class CardFilter(ListFilter):
    """By state, number of the card or its order, day of issue, who holds it, and what is on it."""

    status = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *GiftCard.Status.choices], required=False)
    bound = forms.ChoiceField(
        label=_("Bound"), choices=[("", _("All")), ("yes", _("Bound")), ("no", _("Not bound"))], required=False
    )
    issued_from = DateField(label=_("Issued from"), required=False)
    issued_to = DateField(label=_("Issued until"), required=False)
    least = amount_field(_("Balance from"))
    most = amount_field(_("Balance up to"))

    def narrow(self, rows: QuerySet) -> QuerySet:
        if status := self.value("status"):
            rows = rows.filter(status=status)
        if bound := self.value("bound"):
            rows = rows.filter(holder__isnull=bound == "no")
        if word := self.value("q"):
            rows = rows.filter(Q(number="".join(word.split())) | Q(line__order__public_id=word.lower()))
        rows = between_days(rows, "issued_at", self.value("issued_from"), self.value("issued_to"))
        return between_amounts(rows, "balance", self.value("least"), self.value("most"))


CARDS = ShopList(
    key="gift-cards",
    filter=CardFilter,
    sorts=[Sort("issued", _("Issued"), "issued_at"), Sort("balance", _("Balance"), "balance")],
    default="-issued",
)


class InvoiceFilter(ListFilter):
    """By state, number of the order or of an invoice, and day of asking."""

    status = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *Invoice.Status.choices], required=False)
    asked_from = DateField(label=_("Asked from"), required=False)
    asked_to = DateField(label=_("Asked until"), required=False)

    def narrow(self, rows: QuerySet) -> QuerySet:
        if word := self.value("q"):
            rows = rows.filter(Q(order__public_id=word.lower()) | Q(papers__number=word)).distinct()
        if status := self.value("status"):
            rows = rows.filter(status=status)
        return between_days(rows, "asked_at", self.value("asked_from"), self.value("asked_to"))


INVOICES = ShopList(
    key="invoices",
    filter=InvoiceFilter,
    sorts=[Sort("asked", _("Asked on"), "asked_at"), Sort("answered", _("Answered on"), "answered_at", has_nulls=True)],
    default="asked",
)
