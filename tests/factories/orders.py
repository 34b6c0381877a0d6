"""Carts at rest. Everything else of orders is in motion: see ``tests.journeys``."""

from uuid import UUID, uuid4

from mall.accounts.models import User
from orders.models import Cart, CartLine
from tests.conftest import NOON


def cart(skus=(), *, shopper: User | None = None, token: UUID | None = None) -> Cart:
    """A member's cart, or a guest's; ``skus`` maps SKUs to quantities."""
    row = Cart.objects.create(shopper=shopper, token=None if shopper else token or uuid4(), changed_at=NOON)
    CartLine.objects.bulk_create(
        CartLine(cart=row, sku=sku, quantity=quantity, currency=sku.currency, seen_price=sku.price, added_at=NOON)
        for sku, quantity in dict(skus).items()
    )
    return row
