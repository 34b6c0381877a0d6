"""What merchants does when it hears something: it writes the growth file, and opens the shop whose deposit came."""

from datetime import datetime

from mall.events import on
from mall.events.catalog import ProductChanged, ProductReviewed
from mall.events.orders import OrderCanceled, OrderCompleted, OrderPaid, OrderShipped
from mall.events.settlement import DepositPaid
from mall.money import Money
from merchants import applications, growth


@on(OrderPaid)
def count_paid_order(event: OrderPaid) -> None:
    at = datetime.fromisoformat(event.paid_at)
    growth.count(shop_id=event.shop_id, at=at, paid_orders=1, paid_amount=event.total)
    growth.note_paid_order(shop_id=event.shop_id, at=at)


@on(OrderShipped)
def count_shipped_order(event: OrderShipped) -> None:
    growth.count(
        shop_id=event.shop_id,
        at=datetime.fromisoformat(event.shipped_at),
        shipped_orders=1,
        shipping_hours=event.hours_since_paid,
    )


@on(OrderCompleted)
def count_completed_order(event: OrderCompleted) -> None:
    growth.count(shop_id=event.shop_id, at=datetime.fromisoformat(event.completed_at), completed_orders=1)


@on(OrderCanceled)
def count_canceled_order(event: OrderCanceled) -> None:
    if event.was_paid:
        growth.count(shop_id=event.shop_id, at=datetime.fromisoformat(event.canceled_at), canceled_paid_orders=1)


@on(ProductChanged)
def count_product_update(event: ProductChanged) -> None:
    growth.count(shop_id=event.shop_id, at=datetime.fromisoformat(event.changed_at), product_updates=1)


@on(ProductReviewed)
def count_review(event: ProductReviewed) -> None:
    growth.count(
        shop_id=event.shop_id,
        at=datetime.fromisoformat(event.written_at),
        review_count=1,
        review_stars=event.stars,
    )


@on(DepositPaid)
def open_the_shop(event: DepositPaid) -> None:
    applications.take_deposit(
        application_id=event.application_id,
        amount=Money(event.amount, event.currency),
        now=datetime.fromisoformat(event.paid_at),
    )
