"""
A checkout as orders: the part of each shop, and of it the goods of each kind (C2).

Goods of different kinds are fulfilled in different ways and times, so an order holds goods of one kind, and pre-sales
of one day. What a shop's part costs is worked out whole, and divided here without a fen lost: each line keeps its own
discount, a flat fee for delivery stays with what is sent first, what freight templates charge goes with the lines.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from catalog.models import Product
from catalog.offers import BuyableSku
from mall.money import Money
from marketing.pricing import PricedLine, Quote, ShopQuote

COME_LAST = frozenset({Product.Kind.CROSS_BORDER, Product.Kind.GIFT_CARD})


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes one order."""

    kind: str
    needs_address: bool
    promised_on: date | None
    quote: ShopQuote
    store_id: int | None = None  # where it is picked up


def parts_of(whole: Quote, offers: Mapping[int, BuyableSku]) -> list[Part]:
    """The orders of a quote: of each shop one for each kind of goods, what is sent first."""
    return [part for shop in whole.shops for part in _parts_of(shop, offers)]


def _parts_of(shop: ShopQuote, offers: Mapping[int, BuyableSku]) -> Iterator[Part]:
    by_kind: dict[tuple, list[PricedLine]] = {}
    for line in shop.lines:
        by_kind.setdefault(_key(offers[line.sku_id]), []).append(line)
    if len(by_kind) == 1:
        yield _part(shop, offers)
        return
    kinds = sorted(by_kind)
    for place, key in enumerate(kinds):
        yield _part(_share(shop, by_kind[key], is_first=place == 0, key=key), offers)


def _key(offer: BuyableSku) -> tuple:
    """
    What tells one order from another; the first one carries what belongs to no line. Goods from abroad come last of
    what is sent, so that the fee for delivery is part of their value only where nothing else is sent; gift cards come
    last of all, for nothing but their price belongs to them.
    """
    return not offer.is_sent, offer.kind in COME_LAST, str(offer.kind), str(offer.ships_on or "")


def _part(quote: ShopQuote, offers: Mapping[int, BuyableSku]) -> Part:
    first = offers[quote.lines[0].sku_id]
    return Part(
        kind=first.kind,
        needs_address=any(offers[line.sku_id].needs_address for line in quote.lines),
        promised_on=first.ships_on,
        quote=quote,
    )


def _share(shop: ShopQuote, lines: list[PricedLine], *, is_first: bool, key: tuple) -> ShopQuote:
    currency = shop.total.currency
    goods = Money.total((line.unit_price * line.quantity for line in lines), currency)
    discount = Money.total((line.discount for line in lines), currency)
    fee = Money(0, currency)
    if shop.freight:
        fee = Money(sum(shop.freight.lines.get(line.sku_id, 0) for line in lines), currency)
    elif is_first:
        fee = shop.shipping_fee
    if is_first:
        discount += shop.discount - Money.total((line.discount for line in shop.lines), currency)
    duty = Money.total((line.duty.amount for line in lines if line.duty), currency)
    total = goods + fee - discount + duty
    note = {"step": "part", "version": 1, "amount": total.minor, "kind": key[2]}
    return replace(
        shop,
        lines=tuple(lines),
        goods_total=goods,
        shipping_fee=fee,
        discount=discount,
        duty=duty,
        total=total,
        trace=[*shop.trace, note],
    )
