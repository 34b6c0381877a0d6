"""
What may be applied to the lines of a quote: who gives it, on which goods, by which rule, and what it stands beside.

Stacking is data. A line takes one offer of a ``group``; an offer takes no line on which stands one of a group that it
``excludes``, nor the other way round; of a group that is used ``once``, one offer is applied in a shop (or in the whole
quote, when the mall gives it). Offers are applied layer by layer, each to what the layers before it have left.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from mall.texts import Text


class Layer(IntEnum):
    """The order of the steps."""

    DEAL = 0  # a price that was asked for, of one item bought by itself
    FLASH = 1  # the price of a flash sale
    GOODS = 2  # percentage, N for a price, second at half price, bundle, add-on
    SHOP = 3  # a shop's full reduction
    SHOP_COUPON = 4
    MALL = 5  # a reduction over several shops
    MALL_COUPON = 6
    GIFT = 7


@dataclass(frozen=True, slots=True)
class Tier:
    """
    From ``at`` on (fen, or pieces), so much off: an amount, or basis points of what it counts; and a coupon of this
    campaign (a key) when the order is complete.
    """

    at: int
    off: int = 0
    bps: int = 0
    coupon: int = 0


@dataclass(frozen=True, slots=True)
class Reduction:
    """
    Spend so much, get so much off: the highest tier that is reached, or its first for every so much.

    :ivar by_pieces: thresholds count pieces instead of fen
    :ivar every: ``off`` of the one tier for every full ``at``
    :ivar cap: never more than this
    """

    tiers: tuple[Tier, ...]
    every: bool = False
    cap: int | None = None
    by_pieces: bool = False


@dataclass(frozen=True, slots=True)
class Percentage:
    """Every piece at so many basis points less, rounded for the piece, so that the page shows what is paid."""

    bps: int
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class NthPiece:
    """Of the pieces in order of price, every n-th at so many basis points less (the second at half price)."""

    n: int
    bps: int


@dataclass(frozen=True, slots=True)
class NForPrice:
    """Any n pieces for a price; the dearest are taken together, as long as that is cheaper."""

    n: int
    price: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """These SKUs, so many of each, together for a price."""

    pieces: tuple[tuple[int, int], ...]
    price: int


@dataclass(frozen=True, slots=True)
class AddOn:
    """Who buys for ``at`` of the offer's goods gets up to ``most`` of each of these SKUs at its own price."""

    at: int
    prices: tuple[tuple[int, int], ...]
    most: int = 1


@dataclass(frozen=True, slots=True)
class GiftWith:
    """Who buys for ``at`` of the offer's goods gets so many of a SKU (worth ``price`` each) with it, while it lasts."""

    at: int
    sku_id: int
    shop_id: int
    price: int
    quantity: int = 1
    available: int = 0


@dataclass(frozen=True, slots=True)
class FlashUnit:
    """A SKU in a flash sale: its price, how many units are left, and how many of them the buyer may still have."""

    sku_id: int
    price: int
    left: int
    hers: int

    @property
    def most(self) -> int:
        return max(min(self.left, self.hers), 0)


@dataclass(frozen=True, slots=True)
class FlashPrice:
    """These SKUs at a price of their own, as long as units are left and up to so many for a person; more at theirs."""

    units: tuple[FlashUnit, ...]


@dataclass(frozen=True, slots=True)
class DealPrice:
    """Every piece of this SKU at a price of its own (``marketing.deals``)."""

    sku_id: int
    price: int


Rule = Reduction | Percentage | NthPiece | NForPrice | Bundle | AddOn | GiftWith | FlashPrice | DealPrice


@dataclass(frozen=True, slots=True)
class Host:
    """
    Another shop in which an offer of a shop counts too (K2): its key, and which part (basis points) the issuer bears of
    what is taken off there; the host bears the rest.

    :ivar terms: what both have signed (``marketing.joint``), by key
    """

    shop_id: int
    issuer_bps: int
    terms: int = 0
    name: Text = field(default_factory=Text)

    @property
    def bearers(self) -> tuple[tuple[str, int], ...]:
        both = (("issuer", self.issuer_bps), ("shop", 10_000 - self.issuer_bps))
        return tuple((who, bps) for who, bps in both if bps)


@dataclass(frozen=True, slots=True)
class Offer:
    """
    One offer as the engine sees it; whoever loads it has found out which SKUs of the cart it covers.

    :ivar key: what it is chosen and remembered by: the coupon's public id, else the promotion's
    :ivar shop_id: whose goods; ``None``: the mall's, over shops
    :ivar hosts: other shops in which the shop's offer counts; the issuer is ``issuer`` to them, by public id and name
    :ivar left: what is left of its budget, in fen
    :ivar bearers: who bears the discount, in basis points that add up to 10,000
    """

    key: str
    promotion: str
    rule: Rule
    skus: frozenset[int]
    shop_id: int | None
    layer: Layer
    group: str
    version: int = 1
    name: Text = field(default_factory=Text)
    excludes: frozenset[str] = frozenset()
    once: bool = False
    is_coupon: bool = False
    bearers: tuple[tuple[str, int], ...] = (("shop", 10_000),)
    left: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hosts: tuple[Host, ...] = ()
    issuer: tuple[str, Text] | None = None

    def host(self, shop_id: int) -> Host | None:
        """The terms under which it counts in this shop; ``None`` where it is the shop's own, or the mall's."""
        return next((host for host in self.hosts if host.shop_id == shop_id), None)

    def bearers_in(self, shop_id: int) -> tuple[tuple[str, int], ...]:
        """Who bears what it takes off lines of this shop."""
        host = self.host(shop_id) if self.hosts else None
        return host.bearers if host else self.bearers

    def __hash__(self) -> int:
        return hash(self.key)
