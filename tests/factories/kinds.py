"""Goods that are not shipped: codes."""

from catalog.codes import add_codes
from catalog.models import Product, Sku
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku


def code_sku(*, codes: int = 3, **fields) -> Sku:
    """A SKU whose pieces are codes, with so many in its pool; ``product`` names its product, else it has its own."""
    fields.setdefault("product", None)
    fields["product"] = fields["product"] or product(kind=Product.Kind.VIRTUAL, shop=fields.pop("shop", None))
    row = sku(stock=0, **fields)
    if codes:
        add_codes(sku=row, codes=[f"KEY-{number()}" for _place in range(codes)], by=shopper(), now=NOON)
    return row
