"""The timeline of orders: one line for everything that happens to them."""

from collections.abc import Iterable
from datetime import datetime

from mall.rows import insert_rows
from orders.models import Order, OrderStep


def write_steps(orders: Iterable[Order], kind: OrderStep.Kind, *, at: datetime, by=None, note: str = "") -> None:
    """One line on the timeline of each of these orders, in one statement."""
    insert_rows(
        OrderStep(shop_id=order.shop_id, order=order, kind=kind, at=at, by=by, note=note[:200]) for order in orders
    )
