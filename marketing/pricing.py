"""
What a cart costs, and why: a pure function, the same for cart, checkout and order.

A quote is made by ordered steps, each of which writes one line into the shop's trace, so that shopper, shop and support
can read how an amount came about. Every step has a version: a changed rule is a new version, and old orders keep the
trace they were placed under. The parts always add up to the fen, and the order of the lines changes nothing.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mall.money import DEFAULT_CURRENCY, Money


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """So many of a SKU at the price at which it is sold now; whether it goes in a parcel."""

    sku_id: int
    shop_id: int
    unit_price: Money
    quantity: int
    is_sent: bool = True


@dataclass(frozen=True, slots=True)
class ShopTerms:
    """What a shop takes for delivery, and from which amount of goods it takes nothing."""

    shipping_fee: Money
    free_shipping_over: Money | None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its share of every discount."""

    sku_id: int
    quantity: int
    unit_price: Money
    discount: Money
    total: Money


@dataclass(frozen=True, slots=True)
class ShopQuote:
    """What one shop's part costs; ``trace`` tells step by step how it came about."""

    shop_id: int
    lines: tuple[PricedLine, ...]
    goods_total: Money
    shipping_fee: Money
    discount: Money
    total: Money
    trace: list[dict]


@dataclass(frozen=True, slots=True)
class Quote:
    """What everything costs. Two quotes with one fingerprint promise the same goods at the same amounts."""

    shops: tuple[ShopQuote, ...]
    total: Money
    fingerprint: str


@dataclass(slots=True)
class _Draft:
    """One shop's part while the steps work on it."""

    shop_id: int
    lines: list[QuoteLine]
    terms: ShopTerms
    goods_total: Money
    shipping_fee: Money
    discounts: dict[int, Money]
    trace: list[dict] = field(default_factory=list)

    def note(self, step: str, version: int, amount: Money, **why) -> None:
        self.trace.append({"step": step, "version": version, "amount": amount.minor, **why})


def quote(lines: Sequence[QuoteLine], terms: Mapping[int, ShopTerms]) -> Quote:
    """
    Price these lines under the shops' terms.

    :raises ValueError: a SKU stands on two lines, or a quantity is not positive
    :raises TypeError: the amounts are in different currencies
    """
    if len({line.sku_id for line in lines}) != len(lines):
        raise ValueError("a SKU stands on one line of a quote")
    if any(line.quantity < 1 for line in lines):
        raise ValueError("a line of a quote has a positive quantity")

    by_shop: dict[int, list[QuoteLine]] = {}
    for line in sorted(lines, key=lambda line: (line.shop_id, line.sku_id)):
        by_shop.setdefault(line.shop_id, []).append(line)

    shops = tuple(_quote_shop(shop_id, theirs, terms[shop_id]) for shop_id, theirs in by_shop.items())
    currency = lines[0].unit_price.currency if lines else DEFAULT_CURRENCY
    return Quote(shops=shops, total=Money.total((shop.total for shop in shops), currency), fingerprint=_mark(shops))


def _quote_shop(shop_id: int, lines: list[QuoteLine], terms: ShopTerms) -> ShopQuote:
    nothing = Money(0, lines[0].unit_price.currency)
    draft = _Draft(
        shop_id=shop_id,
        lines=lines,
        terms=terms,
        goods_total=nothing,
        shipping_fee=nothing,
        discounts={line.sku_id: nothing for line in lines},
    )
    for step in STEPS:
        step(draft)

    discount = Money.total(draft.discounts.values(), nothing.currency)
    return ShopQuote(
        shop_id=shop_id,
        lines=tuple(_priced(line, draft.discounts[line.sku_id]) for line in lines),
        goods_total=draft.goods_total,
        shipping_fee=draft.shipping_fee,
        discount=discount,
        total=draft.goods_total + draft.shipping_fee - discount,
        trace=draft.trace,
    )


def _priced(line: QuoteLine, discount: Money) -> PricedLine:
    return PricedLine(
        sku_id=line.sku_id,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=discount,
        total=line.unit_price * line.quantity - discount,
    )


def _goods(draft: _Draft) -> None:
    """The goods at the prices at which they are sold now."""
    currency = draft.goods_total.currency
    draft.goods_total = Money.total((line.unit_price * line.quantity for line in draft.lines), currency)
    draft.note("goods", 1, draft.goods_total, pieces=sum(line.quantity for line in draft.lines))


def _shipping(draft: _Draft) -> None:
    """The shop's fee for delivery, or nothing when what is sent reaches its amount after discounts."""
    sent = [line for line in draft.lines if line.is_sent]
    nothing = Money(0, draft.goods_total.currency)
    if not sent:
        draft.note("shipping", 1, nothing, sent=False)
        return
    payable = Money.total(
        (line.unit_price * line.quantity - draft.discounts[line.sku_id] for line in sent), nothing.currency
    )
    over = draft.terms.free_shipping_over
    free = over is not None and payable >= over
    draft.shipping_fee = Money(0, payable.currency) if free else draft.terms.shipping_fee
    draft.note(
        "shipping",
        1,
        draft.shipping_fee,
        fee=draft.terms.shipping_fee.minor,
        free_over=None if over is None else over.minor,
        free=free,
    )


# In this order; discounts will stand between the goods and their delivery.
STEPS = (_goods, _shipping)


def _mark(shops: tuple[ShopQuote, ...]) -> str:
    """The fingerprint: everything that the shopper would notice on her bill."""
    content = [
        [
            shop.shop_id,
            shop.shipping_fee.minor,
            shop.total.minor,
            shop.total.currency,
            [[line.sku_id, line.quantity, line.unit_price.minor, line.discount.minor] for line in shop.lines],
        ]
        for shop in shops
    ]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()[:32]
