"""
What stands covered of orders: where they go, who those from abroad are declared for, to whom invoices are made out,
from where money came.
"""

from mall.access.guarding import guard
from orders.models import BankLine, Declaration, Invoice, Order


def _owners(order: Order) -> tuple[str, ...]:
    shop = order.shop
    shopper = (order.shopper.public_id,) if order.shopper_id else ()
    return (order.public_id, shop.public_id, shop.merchant.public_id, *shopper)


def _shopper(order: Order) -> list:
    return [order.shopper] if order.shopper_id else []


def _payer(line: BankLine) -> list:
    """Whose payment the money is, once that is known."""
    return [line.payment.group.shopper] if line.payment_id and line.payment.group_id else []


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
guard(
    Invoice,
    fields=["title", "tax_number", "email"],
    permission="orders.view_invoice",
    owners=lambda invoice: (invoice.public_id, *_owners(invoice.order)),
    told=lambda invoice: _shopper(invoice.order),
)
guard(
    BankLine,
    fields=["payer_name", "payer_account"],
    permission="orders.view_bankline",
    owners=lambda line: (line.public_id, *(person.public_id for person in _payer(line))),
    told=_payer,
)
