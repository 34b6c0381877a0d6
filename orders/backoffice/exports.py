"""What a shop can take away of its orders."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.exports.registry import Asked, Column, export
from orders.backoffice.lists import OrderFilter
from orders.models import Order
from orders.production import demand_for, units_of_shop


def _goods(order: Order) -> str:
    return "; ".join(
        f"{line.title}{f' ({line.choice_text})' if line.choice_text else ''} ×{line.quantity}"
        for line in order.lines.all()
    )


@export(
    "orders.orders",
    label=_("Orders"),
    right="orders.see",
    personal_right="orders.personal",
    columns=[
        Column(_("Order"), lambda order: order.public_id),
        Column(_("State"), lambda order: order.get_status_display()),
        Column(_("Kind"), lambda order: order.get_kind_display()),
        Column(_("Pre-sale ships from"), lambda order: order.promised_on),
        Column(_("Placed"), lambda order: order.placed_at),
        Column(pgettext_lazy("pre-sale", "Deposit paid"), lambda order: order.deposit_paid_at),
        Column(_("Paid"), lambda order: order.paid_at),
        Column(_("Shipped"), lambda order: order.shipped_at),
        Column(_("Delivered"), lambda order: order.delivered_at),
        Column(_("Completed"), lambda order: order.completed_at),
        Column(_("Canceled"), lambda order: order.canceled_at),
        Column(_("Goods"), _goods),
        Column(_("Pieces"), lambda order: sum(line.quantity for line in order.lines.all())),
        Column(_("Goods total"), lambda order: order.goods_total),
        Column(_("Shipping fee"), lambda order: order.shipping_fee),
        Column(_("Duty"), lambda order: order.duty),
        Column(_("Discount"), lambda order: order.discount),
        Column(_("Total"), lambda order: order.total),
        Column(_("Of this the deposit"), lambda order: order.deposit),
        Column(_("Deposit kept"), lambda order: order.deposit_kept_at),
        Column(_("Of this with gift cards"), lambda order: order.by_cards),
        Column(_("Currency"), lambda order: order.currency),
        Column(_("Consignee"), lambda order: order.consignee.reveal(), is_personal=True),
        Column(_("Phone"), lambda order: order.phone.reveal(), is_personal=True),
        Column(_("Province"), lambda order: order.province),
        Column(_("City"), lambda order: order.city),
        Column(_("District"), lambda order: order.district, is_personal=True),
        Column(_("Street and number"), lambda order: order.address_line.reveal(), is_personal=True),
        Column(_("Message of the shopper"), lambda order: order.message, is_personal=True),
        Column(_("Picked up in"), lambda order: order.store.name if order.store else ""),
        Column(_("Ready to be picked up since"), lambda order: order.ready_at),
        Column(_("Tracking numbers"), lambda order: " ".join(parcel.tracking_number for parcel in order.parcels.all())),
    ],
)
def orders(shop, asked: Asked):
    rows = OrderFilter(asked.query).narrow(Order.objects.owned_by(shop))
    return asked.only_chosen(rows).select_related("store").prefetch_related("lines", "parcels")


@export(
    "orders.production",
    label=_("What pre-sales ask to make"),
    right="orders.see",
    columns=[
        Column(_("Pre-sale"), lambda row: str(row.promotion.name)),
        Column(_("Number"), lambda row: row.promotion.public_id),
        Column(_("Item"), lambda row: row.name),
        Column(_("Code"), lambda row: row.code),
        Column(_("Units"), lambda row: row.quota),
        Column(pgettext_lazy("pre-sale", "Deposit paid"), lambda row: row.likely),
        Column(_("Paid whole"), lambda row: row.sure),
        Column(_("Shipped"), lambda row: row.shipped),
        Column(_("To make"), lambda row: row.to_make),
        Column(_("Rest missed"), lambda row: row.missed),
        Column(_("Paid back"), lambda row: row.returned),
        Column(_("Deposits kept"), lambda row: row.earned),
        Column(_("Rest until"), lambda row: datetime.fromisoformat(row.promotion.rule["balance_until"])),
        Column(_("Ships from"), lambda row: date.fromisoformat(row.promotion.rule["ships_on"])),
    ],
    lines=demand_for,
)
def production(shop, asked: Asked):
    return units_of_shop(shop)
