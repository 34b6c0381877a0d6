"""
What is never in a parcel (C2): handed over when it is paid, or used.

Codes are handed out, and gift cards issued, with the payment, in its transaction: once, whatever is told how often,
because the payment is counted once. Should codes be missing, which nothing here lets happen, the payment still counts,
and the clock tries again until the shop has brought some.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import codes, stock
from catalog.models import GoodsCode, Product
from mall.audit.trail import record
from mall.flow import WrongStatus
from orders.fulfillment import deliver_orders
from orders.gift_cards import issue_cards
from orders.locks import lock_order
from orders.models import Order, OrderLine
from orders.vouchers import issue_vouchers

log = logging.getLogger("orders.handing_over")
BATCH = 100


def hand_over_at_once(orders: Sequence[Order], *, now: datetime) -> None:
    """
    Of these orders, which are paid and locked, hand out the codes and issue the gift cards; services get what their
    shoppers show.
    """
    if services := [order for order in orders if order.kind == Product.Kind.SERVICE]:
        issue_vouchers(services)
    if of_cards := [order for order in orders if order.is_of_cards]:
        issue_cards(of_cards, now=now)
        for order in of_cards:
            stock.consume(document=order.public_id, now=now)
        deliver_orders(of_cards, by=None, now=now)
    for order in orders:
        if order.kind == Product.Kind.VIRTUAL:
            _try(order, now)


def hand_out_codes(*, now: datetime) -> int:
    """Try again where codes were missing; returns how many orders have theirs now."""
    waiting = Order.objects.filter(status=Order.Status.BOOKED, kind=Product.Kind.VIRTUAL).order_by("pk")
    count = 0
    for pk in list(waiting.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            order = lock_order(pk)
            if order.status == Order.Status.BOOKED:
                count += _try(order, now)
    return count


def _try(order: Order, now: datetime) -> bool:
    try:
        with transaction.atomic():
            lines = OrderLine.objects.filter(order=order).values_list("sku", "quantity")
            codes.hand_out(document=order.public_id, quantities=dict(lines), now=now)
            deliver_orders([order], by=None, now=now)
    except codes.CodesMissing:
        log.error("order %s is paid, and there are too few codes for it", order)
        return False
    return True


@transaction.atomic
def show_codes(*, order: Order, by, now: datetime) -> list[GoodsCode]:
    """
    The codes that were handed out for an order, for its shopper; each look is on the record.

    :raises WrongStatus: none were handed out
    """
    found = codes.codes_for(order.public_id)
    if not found:
        raise WrongStatus(_("There are no codes to be shown yet."))
    record("orders.show_codes", order.public_id, by=by, now=now, after={"codes": len(found)})
    return found
