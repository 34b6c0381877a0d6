"""What a quote is asked of, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.duty import Duty, Rates
from catalog.freight.charging import SOMEWHERE, Freight, Terms
from mall.money import Money
from mall.places import Region
from mall.texts import Text


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """
    So many of a SKU at the price at which it is sold now; whether it goes in a parcel, from abroad its rates, and
    whether offers see it at all: they take nothing off a gift card, and it fills none of their thresholds.
    """

    sku_id: int
    shop_id: int
    unit_price: Money
    quantity: int
    is_sent: bool = True
    rates: Rates | None = None
    takes_offers: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """How a SKU is sent: under which freight template (``None``: its shop's flat fee), and what one piece measures."""

    terms: Terms | None
    grams: int = 0
    cm3: int = 0


@dataclass(frozen=True, slots=True)
class ShopTerms:
    """
    What a shop takes for delivery, and from which amount of goods it takes nothing.

    :ivar sent: how those SKUs are sent (by their keys) that the flat fee does not cover; with any of them the freight
        is worked out template by template (:mod:`catalog.freight.charging`)
    :ivar to: where everything goes
    """

    shipping_fee: Money
    free_shipping_over: Money | None
    sent: Mapping[int, Sent] | None = None
    to: Region = SOMEWHERE


@dataclass(frozen=True, slots=True)
class Buyer:
    """
    What is known of who buys.

    :ivar chosen: keys of the coupons that she wants to use; ``None`` leaves the choice to the engine
    """

    chosen: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class GiftTerms:
    """
    What a gift was given for: who pays ``at`` (fen) for these SKUs (keys) gets so many pieces; ``spent`` was paid.
    """

    at: int
    spent: int
    pieces: int
    of: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LinePart:
    """
    What one offer takes off one line, and who bears which part of it; of another shop's offer, whose it is, and of a
    gift, what it was given for.
    """

    key: str
    promotion: str
    name: Text
    amount: Money
    bearers: tuple[tuple[str, Money], ...]
    issuer: tuple[int, str, Text] | None = None
    gift: GiftTerms | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its share of every discount; ``gifts`` of its pieces are given. Duty comes on top of ``total``."""

    sku_id: int
    quantity: int
    unit_price: Money
    discount: Money
    total: Money
    parts: tuple[LinePart, ...] = ()
    gifts: int = 0
    duty: Duty | None = None

    def borne_by(self, bearer: str) -> Money:
        """What one bearer gives of the discount of this line."""
        return Money.total(
            (amount for part in self.parts for who, amount in part.bearers if who == bearer), self.total.currency
        )

    @property
    def borne_by_issuers(self) -> dict[int, Money]:
        """What other shops give of the discount of this line, by their keys."""
        found: dict[int, Money] = {}
        for part in self.parts:
            for who, amount in part.bearers:
                if who == "issuer" and part.issuer:
                    found[part.issuer[0]] = found.get(part.issuer[0], Money(0, amount.currency)) + amount
        return found


@dataclass(frozen=True, slots=True)
class ShopQuote:
    """
    What one shop's part costs, duty included; ``trace`` tells step by step how it came about.

    :ivar freight: how the fee for delivery came about by templates; none of a flat fee
    """

    shop_id: int
    lines: tuple[PricedLine, ...]
    goods_total: Money
    shipping_fee: Money
    discount: Money
    duty: Money
    total: Money
    trace: list[dict]
    freight: Freight | None = None


@dataclass(frozen=True, slots=True)
class Perk:
    """
    A coupon of a campaign (a key) that a step promises to who reaches ``at`` (fen, or pieces); ``counted`` is what of
    that each SKU (a key) has brought.
    """

    coupon: int
    at: int
    by_pieces: bool
    counted: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """
    An offer that is used: what it takes off in all, of the lines of which shops.

    :ivar units: of a flash sale, how many pieces of which SKU have its price
    :ivar terms: by the keys of other shops in which it is used, what both have signed
    :ivar perk: the coupon that its step promises beside what it takes off
    """

    key: str
    promotion: str
    name: Text
    is_coupon: bool
    shop_id: int | None
    amount: Money
    bearers: tuple[tuple[str, Money], ...]
    by_shop: tuple[tuple[int, Money], ...]
    gift: tuple[int, int] | None = None
    units: tuple[tuple[int, int], ...] = ()
    terms: tuple[tuple[int, int], ...] = ()
    perk: Perk | None = None


@dataclass(frozen=True, slots=True)
class Unused:
    """
    An offer that is not used, and why.

    :ivar reason: ``short``, ``elsewhere``, ``early``, ``over``, ``spent``, ``not_chosen``, ``worse``, ``gone``, and of
        a flash sale ``sold_out`` or ``had`` (as many as one person may have)
    :ivar gap: what is missing to its threshold, where that is an amount
    :ivar pieces: what is missing to it, where that is pieces
    :ivar skus: those that it was meant for, of a flash sale
    """

    key: str
    promotion: str
    name: Text
    is_coupon: bool
    shop_id: int | None
    reason: str
    gap: Money | None = None
    pieces: int = 0
    skus: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """
    So much more (or so many pieces) in a shop, and an offer takes ``off`` or ``bps`` off, or gives its gift.

    :ivar shops: of an offer of several shops, their names
    """

    key: str
    name: Text
    shop_id: int | None
    gap: Money | None
    pieces: int
    off: Money | None
    bps: int
    shops: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What everything costs. Two quotes with one fingerprint promise the same goods at the same amounts."""

    shops: tuple[ShopQuote, ...]
    total: Money
    fingerprint: str
    discount: Money
    duty: Money
    applied: tuple[Applied, ...] = ()
    unused: tuple[Unused, ...] = ()
    hints: tuple[Hint, ...] = ()

    @property
    def flash_units(self) -> dict[int, tuple[str, int]]:
        """By SKU: the flash sale (public id) and how many pieces have its price."""
        return {sku_id: (offer.promotion, count) for offer in self.applied for sku_id, count in offer.units}
