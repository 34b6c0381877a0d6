"""What orders do when they hear something."""

from datetime import datetime

from mall.events.bus import on
from mall.events.orders import OrderCanceled
from orders import refunds


@on(OrderCanceled)
def owe_what_was_paid(event: OrderCanceled) -> None:
    if event.was_paid:
        refunds.ask_refund_of_canceled_order(order_id=event.order_id, now=datetime.fromisoformat(event.canceled_at))
