"""
Locking in the house order: cart, order group, order, payment, then the SKUs by key (catalog.stock does that), coupons
(marketing.redemption), the gift cards by key (orders.gift_cards), and last a shopper's balance (orders.purses).

Rows are locked without their keys, so that a line on a timeline can be written meanwhile.
"""

from orders.models import Order, OrderGroup, Payment


def lock_group(group_id: int) -> tuple[OrderGroup, list[Order]]:
    """A group and its orders, with their shops."""
    group = OrderGroup.objects.select_for_update(no_key=True).get(pk=group_id)
    return group, _locked_orders(group=group_id)


def lock_order(order_id: int) -> Order:
    """One order, with its shop; also inside a shop's scope."""
    return _locked_orders(pk=order_id)[0]


def lock_payment(payment_id: int) -> Payment:
    """A payment; its group is locked before, where both are needed."""
    return Payment.objects.select_for_update(no_key=True).get(pk=payment_id)


def _locked_orders(**which) -> list[Order]:
    return list(
        Order.objects.select_for_update(of=("self",), no_key=True).select_related("shop").filter(**which).order_by("pk")
    )
