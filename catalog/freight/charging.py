"""
What delivery of some goods of one shop costs: a function of the goods and of where they go, of nothing else.

Goods of one template are counted together (pieces, grams or cubic centimetres) and charged by the zone in which they
go: so much for the first units, so much for each further lot begun. Where several templates meet in an order, the first
fee is taken once, the highest of them; the others add their further fee for all their units. What a zone delivers free
from an amount or a number of pieces looks at the goods of its template, after all offers.

Fees are whole fen. A fee is divided onto the lines that caused it without a fen lost.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from mall.money import Money
from mall.places import Region, region
from mall.texts import Text

PIECE, WEIGHT, VOLUME = "piece", "weight", "volume"
FIRST, FURTHER, FREE = "first", "further", "free"  # how a template takes part in a fee
SOMEWHERE = Region()


@dataclass(frozen=True, slots=True)
class Zone:
    """What is charged in some regions (in all others: none are named), and what is free there. Fees in fen."""

    regions: tuple[str, ...]
    first: int
    first_fee: int
    further: int
    further_fee: int
    free_over: int | None = None
    free_pieces: int | None = None

    def whole_fee(self, units: int) -> int:
        """For so many units by themselves."""
        return self.first_fee + _lots(units - self.first, self.further) * self.further_fee

    def fee_beside(self, units: int) -> int:
        """For so many units beside goods of which the first fee is taken."""
        return _lots(units, self.further) * self.further_fee

    def is_free(self, worth: int, pieces: int) -> bool:
        """Whether so much of its template, in fen and pieces, is delivered for nothing."""
        return (self.free_over is not None and worth >= self.free_over) or (
            self.free_pieces is not None and pieces >= self.free_pieces
        )

    @property
    def keys(self) -> list[Region]:
        return [region(*name.split(" ", 1)) for name in self.regions]


def _lots(units: int, of: int) -> int:
    return max(0, -(-units // of))


@dataclass(frozen=True)
class Terms:
    """A template as it is charged by: its zones (the first for all regions that none names) and where nothing goes."""

    public_id: str
    version: int
    name: Text
    measure: str
    zones: tuple[Zone, ...]
    nowhere: tuple[str, ...] = ()

    @cached_property
    def _by_region(self) -> dict[Region, Zone | None]:
        found: dict[Region, Zone | None] = {key: zone for zone in self.zones[1:] for key in zone.keys}
        return found | {region(*name.split(" ", 1)): None for name in self.nowhere}

    def zone_for(self, to: Region) -> Zone | None:
        """The zone of this region, its city before its province; ``None``: nothing goes there."""
        known = self._by_region
        if to in known:
            return known[to]
        return known.get(to.whole, self.zones[0]) if to.province else self.zones[0]

    def units_of(self, pieces: int, grams: int, cm3: int) -> int:
        """So many pieces of this weight and volume each, in what it counts."""
        return pieces * {PIECE: 1, WEIGHT: grams, VOLUME: cm3}[self.measure]


def flat(fee: Money, free_over: Money | None) -> Terms:
    """A shop's terms without a template: one fee for all, nothing from an amount on."""
    over = None if free_over is None else free_over.minor
    return Terms("", 0, Text(), PIECE, (Zone((), 1, fee.minor, 1, 0, over),))


def zone_of(data: Mapping) -> Zone:
    """A zone as its template keeps it."""
    return Zone(**{**data, "regions": tuple(data["regions"])})


_AS_ONE_VALUE = "jsonb_build_array(f.public_id, f.version, f.name, f.measure, f.zones, to_jsonb(f.nowhere))::text"


def terms_sql(product: str) -> str:
    """
    In a statement of ours, the terms of a product's template, else of its shop's default one, as one value: whoever
    asks for a SKU gets them with it.

    :param product: what the statement calls the table of products
    """
    return f"""(
        SELECT {_AS_ONE_VALUE} FROM catalog_freighttemplate f
        WHERE f.shop_id = {product}.shop_id
            AND (f.id = {product}.freight_id OR {product}.freight_id IS NULL AND f.is_default)
    )"""  # noqa: S608 - words of ours


def default_terms_sql(shop: str) -> str:
    """Likewise of a shop's default template; ``shop`` is what the statement calls the table of shops."""
    return f"(SELECT {_AS_ONE_VALUE} FROM catalog_freighttemplate f WHERE f.shop_id = {shop}.id AND f.is_default)"  # noqa: S608


@lru_cache(maxsize=4096)
def terms_in(text: str) -> Terms:
    """What :func:`terms_sql` answers; one version of a template is read once."""
    public_id, version, name, measure, zones, nowhere = json.loads(text)
    return Terms(public_id, version, Text(name), measure, tuple(zone_of(zone) for zone in zones), tuple(nowhere))


@dataclass(frozen=True, slots=True)
class Goods:
    """So many pieces of a SKU (by key), each of this weight and volume, and the terms under which they are sent."""

    sku_id: int
    terms: Terms
    pieces: int
    grams: int = 0
    cm3: int = 0

    @property
    def units(self) -> int:
        return self.terms.units_of(self.pieces, self.grams, self.cm3)


@dataclass(frozen=True, slots=True)
class Charge:
    """What the goods of one template cost, and how (``FIRST``, ``FURTHER`` or ``FREE``)."""

    terms: Terms
    zone: Zone
    units: int
    pieces: int
    worth: int
    how: str
    fee: int

    def as_data(self) -> dict:
        """As an order keeps it."""
        zone = self.zone
        return {
            "template": self.terms.public_id,
            "version": self.terms.version,
            "name": dict(self.terms.name),
            "measure": self.terms.measure,
            "regions": list(zone.regions),
            "is_rest": zone is self.terms.zones[0],
            "units": self.units,
            "pieces": self.pieces,
            "worth": self.worth,
            "how": self.how,
            "fee": self.fee,
            "first": zone.first,
            "first_fee": zone.first_fee,
            "further": zone.further,
            "further_fee": zone.further_fee,
            "free_over": zone.free_over,
            "free_pieces": zone.free_pieces,
        }


@dataclass(frozen=True, slots=True)
class Freight:
    """
    What delivery comes to, in fen: by template, and divided onto the lines (by the keys of their SKUs).

    :ivar not_delivered: keys of the SKUs that are not sent there; nothing is charged for them
    """

    fee: int
    charges: tuple[Charge, ...]
    lines: Mapping[int, int]
    not_delivered: frozenset[int]

    @property
    def _paid(self) -> list[Charge]:
        return [charge for charge in self.charges if charge.fee]

    @property
    def gap(self) -> int | None:
        """How many fen more of its goods make delivery free, where that depends on one template only."""
        charge = self._paid[0] if len(self._paid) == 1 else None
        return None if charge is None or charge.zone.free_over is None else charge.zone.free_over - charge.worth

    @property
    def pieces_gap(self) -> int | None:
        """How many pieces more make delivery free, where that depends on one template only."""
        charge = self._paid[0] if len(self._paid) == 1 else None
        return None if charge is None or charge.zone.free_pieces is None else charge.zone.free_pieces - charge.pieces


class _Group:
    """The goods of one template on their way to one zone; its fee by itself, and beside others."""

    def __init__(self, terms: Terms, zone: Zone, places: list[int], goods: Sequence[Goods]):
        self.terms, self.zone, self.places = terms, zone, places
        self.units = sum(goods[place].units for place in places)
        self.pieces = sum(goods[place].pieces for place in places)
        self.whole_fee, self.fee_beside = zone.whole_fee(self.units), zone.fee_beside(self.units)
        self.rank = (-zone.first_fee, terms.public_id)

    def worth(self, amounts: Sequence[int]) -> int:
        return sum([amounts[place] for place in self.places])


class Plan:
    """Goods of one shop on their way: prepared once, then priced for as many amounts as offers leave of them."""

    def __init__(self, goods: Sequence[Goods], to: Region = SOMEWHERE):
        self.goods = goods
        by_template: dict[tuple, list[int]] = {}
        for place, one in enumerate(goods):
            by_template.setdefault((one.terms.public_id, one.terms.version), []).append(place)
        self.groups, away = [], []
        for places in by_template.values():
            terms = goods[places[0]].terms
            zone = terms.zone_for(to)
            if zone is None:
                away += places
            else:
                self.groups.append(_Group(terms, zone, places, goods))
        self.groups.sort(key=lambda group: group.rank)  # the highest first fee comes first
        self.not_delivered = frozenset(goods[place].sku_id for place in away)

    def fee(self, amounts: Sequence[int]) -> int:
        """The fee for these goods, of each of which so many fen are paid."""
        fee, is_begun = 0, False
        for group in self.groups:
            if not group.zone.is_free(group.worth(amounts), group.pieces):
                fee += group.fee_beside if is_begun else group.whole_fee
                is_begun = True
        return fee

    def freight(self, amounts: Sequence[int]) -> Freight:
        """The fee with everything that it came about by."""
        charges, lines, is_begun = [], {one.sku_id: 0 for one in self.goods}, False
        for group in self.groups:
            worth, how = group.worth(amounts), FREE
            fee = 0
            if not group.zone.is_free(worth, group.pieces):
                how, fee = (FURTHER, group.fee_beside) if is_begun else (FIRST, group.whole_fee)
                is_begun = True
            charges.append(Charge(group.terms, group.zone, group.units, group.pieces, worth, how, fee))
            theirs = sorted((self.goods[place] for place in group.places), key=lambda one: one.sku_id)
            weights = [one.units for one in theirs]
            parts = Money(fee).allocate(weights if any(weights) else [one.pieces for one in theirs])
            lines |= {one.sku_id: part.minor for one, part in zip(theirs, parts, strict=True)}
        return Freight(sum(charge.fee for charge in charges), tuple(charges), lines, self.not_delivered)


def freight(goods: Sequence[Goods], amounts: Sequence[int], to: Region = SOMEWHERE) -> Freight:
    """
    What delivery of these goods of one shop costs, of each of which so many fen are paid.

    :param to: where they go; nowhere in particular is charged as all regions that no zone names
    """
    return Plan(goods, to).freight(amounts)
