"""
Orders that look like fake trade leave the figures until they are cleared (R3): the sales of their goods, and the
reviews that were written under them. What the order is for who bought it does not change.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from catalog import stats
from catalog.reviews import setting_aside
from orders.fulfillment import kept_pieces
from orders.models import Order, OrderLine


@transaction.atomic
def set_aside(*, order_ids: Iterable[str], now: datetime) -> int:
    """These orders (public ids) count no more; returns how many counted until now."""
    orders = _locked(order_ids, set_aside_at=None)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(set_aside_at=now)
    _count(orders, -1)
    setting_aside.set_aside(order_line_ids=_lines_of(orders), now=now)
    return len(orders)


@transaction.atomic
def readmit(*, order_ids: Iterable[str], now: datetime) -> int:
    """They count again; returns how many did not."""
    orders = _locked(order_ids, set_aside_at__isnull=False)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(set_aside_at=None)
    _count(orders, 1)
    for moment in sorted({order.set_aside_at for order in orders}):
        lines = _lines_of([order for order in orders if order.set_aside_at == moment])
        setting_aside.readmit(order_line_ids=lines, since=moment, now=now)
    return len(orders)


def _locked(order_ids: Iterable[str], **which) -> list[Order]:
    rows = Order.objects.filter(public_id__in=list(order_ids), **which)
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def _count(orders: list[Order], times: int) -> None:
    """Sales are counted when an order completes; what has not completed yet is not in them."""
    sold: Counter[str] = Counter()
    for product_id, quantity in kept_pieces([order.pk for order in orders if order.completed_at is not None]):
        sold[product_id] += times * quantity
    if sold:
        stats.count_sales(dict(sold))


def _lines_of(orders: list[Order]) -> list[int]:
    return list(OrderLine.objects.filter(order__in=[order.pk for order in orders]).values_list("pk", flat=True))
