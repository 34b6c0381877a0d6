"""What stands covered of orders: where they go, and who those from abroad are declared for."""

from mall.access.guarding import guard
from orders.models import Declaration, Order


def _owners(order: Order) -> tuple[str, ...]:
    shop = order.shop
    shopper = (order.shopper.public_id,) if order.shopper_id else ()
    return (order.public_id, shop.public_id, shop.merchant.public_id, *shopper)


def _shopper(order: Order) -> list:
    return [order.shopper] if order.shopper_id else []


guard(
    Order,
    fields=["consignee", "phone", "address_line"],
    permission="orders.view_order",
    owners=_owners,
    told=_shopper,
)
guard(
    Declaration,
    fields=["name", "id_number"],
    permission="orders.view_declaration",
    owners=lambda declaration: _owners(declaration.order),
    told=lambda declaration: _shopper(declaration.order),
)
