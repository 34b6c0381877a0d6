"""Goods of other kinds: codes, services by appointment, goods from abroad, gift cards."""

from datetime import timedelta

from catalog.codes import add_codes
from catalog.models import Product, Sku, TimeSlot
from catalog.slots import open_slots
from merchants.models import Shop
from orders.customs import save_importer
from orders.models import Importer
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku
from tests.factories.merchants import merchant, shop

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


def cross_border_shop(**fields) -> Shop:
    """A shop of a merchant that was admitted as cross-border."""
    return shop(merchant=merchant(kind="cross_border"), **fields)


def stated(**fields) -> dict:
    """What a shop states of a face cream from Japan: no consumption tax, 13 % VAT."""
    stands = {"origin": "JP", "hs_code": "3304990039", "record": "HZ2026-000117"}
    return stands | {"tariff_bps": 100, "consumption_bps": 0, "vat_bps": 1_300} | fields


def abroad_sku(*, customs: dict | None = None, **fields) -> Sku:
    """A SKU of goods from abroad, in a cross-border shop of its own unless one is given."""
    place = fields.pop("shop", None) or cross_border_shop()
    given = {"category": fields.pop("category", None)}
    kind = Product.Kind.CROSS_BORDER
    return sku(product=product(shop=place, kind=kind, customs=customs or stated(), **given), **fields)


def card_sku(**fields) -> Sku:
    """A SKU of gift cards worth 100.00, unless said otherwise; ``shop`` names whose."""
    given = {"shop": fields.pop("shop", None), "category": fields.pop("category", None)}
    return sku(product=product(kind=Product.Kind.GIFT_CARD, **given), **{"price": "100.00"} | fields)


def importer(who, *, name: str = "张小云", number: str = "11010519491231002X") -> Importer:
    """She has said who she is for customs."""
    return save_importer(shopper=who, name=name, id_number=number, now=NOON)


def slot_of(row: Sku, place: int = 0) -> TimeSlot:
    return row.slots.order_by("starts_at")[place]
