"""What orders do when they hear something."""

from datetime import datetime

from mall.events.bus import on
from mall.events.merchants import ShopExiting, ShopFrozen
from mall.events.orders import OrderCanceled, PaymentRefunded
from orders import cancellation, offering, refunds


@on(OrderCanceled)
def owe_what_was_paid(event: OrderCanceled) -> None:
    if event.was_paid:
        refunds.ask_refund_of_canceled_order(order_id=event.order_id, now=datetime.fromisoformat(event.canceled_at))


@on(PaymentRefunded)
def give_back_what_was_used(event: PaymentRefunded) -> None:
    if event.order_id:
        now = datetime.fromisoformat(event.refunded_at)
        offering.give_back_if_refunded_whole(order_id=event.order_id, now=now)


@on(ShopFrozen)
def release_what_nobody_paid(event: ShopFrozen) -> None:
    if event.frozen_at:
        cancellation.cancel_unpaid_orders_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.frozen_at))


@on(ShopExiting)
def release_what_nobody_paid_to_who_leaves(event: ShopExiting) -> None:
    cancellation.cancel_unpaid_orders_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.exiting_at))
