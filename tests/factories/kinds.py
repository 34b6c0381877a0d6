"""Goods that are not shipped: codes, and services by appointment."""

from datetime import timedelta

from catalog.codes import add_codes
from catalog.models import Product, Sku, TimeSlot
from catalog.slots import open_slots
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku

DAY = timedelta(days=1)


def code_sku(*, codes: int = 3, **fields) -> Sku:
    """A SKU whose pieces are codes, with so many in its pool; ``product`` names its product, else it has its own."""
    fields.setdefault("product", None)
    fields["product"] = fields["product"] or product(
        kind=Product.Kind.VIRTUAL, shop=fields.pop("shop", None), category=fields.pop("category", None)
    )
    row = sku(stock=0, **fields)
    if codes:
        add_codes(sku=row, codes=[f"7731-{number():06d}" for _place in range(codes)], by=shopper(), now=NOON)
    return row


def service_sku(
    *, slots: int = 1, capacity: int = 2, at_home: bool = False, starts_in: timedelta = DAY, **fields
) -> Sku:
    """A SKU of a service with so many open times, an hour each, one a day from a day after noon on."""
    given = {"shop": fields.pop("shop", None), "category": fields.pop("category", None)}
    fields["product"] = product(kind=Product.Kind.SERVICE, at_home=at_home, **given)
    row = sku(stock=0, **fields)
    starts = [NOON + starts_in + DAY * number for number in range(slots)]
    spans = [(start, start + timedelta(hours=1)) for start in starts]
    if spans:
        open_slots(sku=row, spans=spans, capacity=capacity, by=shopper(), now=NOON)
    return row


def slot_of(row: Sku, place: int = 0) -> TimeSlot:
    return row.slots.order_by("starts_at")[place]
