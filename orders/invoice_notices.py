"""Who hears of invoices: the shopper when it is there or refused, whoever issues them when a correction is due."""

from datetime import datetime

from django.urls import reverse

from mall.notifications.sending import notify
from merchants.models import Seat
from merchants.telling import tell_shop
from orders import notices
from orders.models import Invoice

ISSUED_BY = tuple(role for role in Seat.Role if "orders.invoice" in Seat.RIGHTS[role])


def tell_shopper(*, invoice_id: str, is_issued: bool, now: datetime) -> None:
    invoice = _invoice(invoice_id)
    order = invoice.order
    kind = notices.INVOICE_ISSUED if is_issued else notices.INVOICE_REFUSED
    url = reverse("storefront:orders:invoice", args=[order.public_id])
    notify([order.shopper], kind, {"shop": dict(order.shop.name), "number": order.public_id}, url=url, now=now)


def tell_shop_of_correction(*, invoice_id: str, now: datetime) -> None:
    invoice = _invoice(invoice_id)
    tell_shop(
        shop_id=invoice.order.shop.public_id,
        kind=notices.INVOICE_CORRECTION_DUE,
        page="",
        address=("backoffice:orders:invoice", invoice.public_id),
        roles=ISSUED_BY,
        now=now,
        number=invoice.order.public_id,
    )


def _invoice(public_id: str) -> Invoice:
    return Invoice.objects.select_related("order__shop", "order__shopper").get(public_id=public_id)
