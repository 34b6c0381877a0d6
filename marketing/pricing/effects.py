"""
What one offer takes off, in fen.

``effect`` looks at the places (positions of lines) that are open to the offer and at what is left of them to pay. It
answers with what it takes and how that is divided, or says what is missing. Fewer places or less to pay never make an
offer take more, and never bring it nearer to its threshold; the search relies on that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from marketing.pricing.bearing import WHOLE, borne, spread
from marketing.pricing.offers import (
    AddOn,
    Bundle,
    DealPrice,
    FlashPrice,
    FlashUnit,
    GiftWith,
    NForPrice,
    NthPiece,
    Offer,
    Percentage,
    Reduction,
    Tier,
)


@dataclass(frozen=True, slots=True)
class Basket:
    """The lines as columns; ``places`` finds a SKU."""

    sku_ids: tuple[int, ...]
    shop_ids: tuple[int, ...]
    prices: tuple[int, ...]
    quantities: tuple[int, ...]
    amounts: tuple[int, ...]
    places: dict[int, int]


class Effect(NamedTuple):
    """
    What is taken off the places it was asked about; where ``why`` says something, nothing, and then why.

    :ivar off: in all, in fen
    :ivar weights: of the places, by which that is divided
    :ivar gap: missing to the threshold, in fen
    :ivar pieces: missing to it, in pieces
    """

    off: int = 0
    weights: Sequence[int] = ()
    why: str = ""
    gap: int = 0
    pieces: int = 0

    def parts(self) -> Sequence[int]:
        """What is taken off each of the places; reckoned for what is applied only."""
        return self.weights if self.off == sum(self.weights) else spread(self.off, self.weights)


NOTHING = Effect(why="elsewhere")
GONE = Effect(why="gone")


def half_up(amount: int, bps: int) -> int:
    """Basis points of an amount that is not negative, rounded half up: what ``Money.share`` does."""
    return (amount * bps * 2 + WHOLE) // (2 * WHOLE)


def effect(offer: Offer, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    """What the offer takes off the places ``at``, of which ``left`` is still to be paid (by position of the line)."""
    if not at:
        return NOTHING
    found = _TAKES[type(offer.rule)](offer.rule, basket, at, left)
    if offer.left is not None and found.off > offer.left and _borne_by_giver(offer, basket, at, found) > offer.left:
        return Effect(why="spent")
    return found


def _borne_by_giver(offer: Offer, basket: Basket, at: Sequence[int], found: Effect) -> int:
    """What of it draws on the budget: all, but what other shops bear of a joint offer."""
    if not offer.hosts:
        return found.off
    parts = found.parts()
    return found.off - sum(
        fen
        for _shop, places, rows in borne_by_shop(offer, basket, at, parts)
        for place, row in zip(places, rows, strict=True)
        for (who, _bps), fen in zip(offer.bearers_in(basket.shop_ids[place]), row, strict=True)
        if who == "shop" and basket.shop_ids[place] != offer.shop_id
    )


def borne_by_shop(
    offer: Offer, basket: Basket, at: Sequence[int], parts: Sequence[int]
) -> list[tuple[int, list[int], list[list[int]]]]:
    """What an offer takes off, shop by shop: its key, the places of which something is taken, who bears what."""
    off = {place: part for place, part in zip(at, parts, strict=True) if part}
    by_shop: dict[int, list[int]] = {}
    for place in off:
        by_shop.setdefault(basket.shop_ids[place], []).append(place)
    # Without hosts there is one division for all shops, so that the sum of each bearer is within a fen of her share.
    divided = [(places, offer.bearers_in(shop_id)) for shop_id, places in by_shop.items()]
    if not offer.hosts:
        divided = [(list(off), offer.bearers)]
    rows: dict[int, list[int]] = {}
    for places, bearers in divided:
        rows.update(zip(places, borne([off[place] for place in places], bearers), strict=True))
    return [(shop_id, places, [rows[place] for place in places]) for shop_id, places in by_shop.items()]


def step_of(rule: Reduction, count: int) -> Tier | None:
    """The highest step that so much, or so many pieces, reaches."""
    reached = None
    for tier in rule.tiers:
        if count < tier.at:
            break
        reached = tier
    return reached


def _reduction(rule: Reduction, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    weights = [left[place] for place in at]
    base = sum(weights)
    count = sum([basket.quantities[place] for place in at]) if rule.by_pieces else base
    reached = step_of(rule, count)
    if reached is None:
        return _short(rule.tiers[0].at - count, rule.by_pieces)
    off = reached.off or half_up(base, reached.bps)
    if rule.every and reached.at:
        off *= count // reached.at
    off = min(off, base) if rule.cap is None else min(off, base, rule.cap)
    return Effect(off, weights) if off else NOTHING


def _percentage(rule: Percentage, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    parts = [
        min(half_up(basket.prices[place], rule.bps) * basket.quantities[place], left[place])
        for place in at
    ]  # fmt: skip
    off = sum(parts)
    if rule.cap is not None and off > rule.cap:
        off = rule.cap
    return Effect(off, parts) if off else NOTHING


def _nth(rule: NthPiece, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    parts, seen = [0] * len(at), 0
    for number in _dearest_first(basket, at):
        place = at[number]
        pieces = (seen + basket.quantities[place]) // rule.n - seen // rule.n
        seen += basket.quantities[place]
        parts[number] = min(half_up(basket.prices[place], rule.bps) * pieces, left[place])
    return _pieces_or_short(parts, rule.n, seen)


def _n_for_price(rule: NForPrice, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    parts = [0] * len(at)
    seen = sum(basket.quantities[place] for place in at)
    full: list[int] = []  # the places of a set that is being put together from several lines
    for number in _dearest_first(basket, at):
        price, rest = basket.prices[at[number]], basket.quantities[at[number]]
        while full and rest:
            full.append(number)
            rest -= 1
            if len(full) == rule.n:
                if not _take_set(full, [basket.prices[at[one]] for one in full], rule.price, parts):
                    return _pieces_or_short(parts, rule.n, seen)
                full = []
        sets, rest = divmod(rest, rule.n)
        if sets:
            saved = price * rule.n - rule.price
            if saved <= 0:
                break
            parts[number] += saved * sets
        full = full or [number] * rest
    parts = [min(part, left[place]) for part, place in zip(parts, at, strict=True)]
    return _pieces_or_short(parts, rule.n, seen)


def _bundle(rule: Bundle, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    by_place = {place: number for number, place in enumerate(at)}
    held = [(by_place.get(basket.places.get(sku, -1), -1), count) for sku, count in rule.pieces]
    missing = sum(
        count if number < 0 else max(count - basket.quantities[at[number]], 0) for number, count in held
    )  # fmt: skip
    if missing:
        return Effect(why="short", pieces=missing)
    sets = min(basket.quantities[at[number]] // count for number, count in held)
    values = [basket.prices[at[number]] * count for number, count in held]
    saved = (sum(values) - rule.price) * sets
    if saved <= 0:
        return NOTHING
    parts = [0] * len(at)
    for (number, _count), part in zip(held, spread(saved, [value * sets for value in values]), strict=True):
        parts[number] += part
    return Effect(saved, parts)


def _add_on(rule: AddOn, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    prices = dict(rule.prices)
    added = [number for number, place in enumerate(at) if basket.sku_ids[place] in prices]
    if not added:
        return NOTHING
    spent = sum(left[place] for place in at if basket.sku_ids[place] not in prices)
    if spent < rule.at or not spent:
        return _short(max(rule.at - spent, 1), by_pieces=False)
    parts = [0] * len(at)
    for number in added:
        place = at[number]
        saved = basket.prices[place] - prices[basket.sku_ids[place]]
        parts[number] = min(max(saved, 0) * min(basket.quantities[place], rule.most), left[place])
    off = sum(parts)
    return Effect(off, parts) if off else NOTHING


def _deal(rule: DealPrice, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    parts = [min(max(basket.prices[place] - rule.price, 0) * basket.quantities[place], left[place]) for place in at]
    return Effect(sum(parts), parts) if any(parts) else NOTHING


def _flash(rule: FlashPrice, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    units, parts, why = {unit.sku_id: unit for unit in rule.units}, [0] * len(at), "elsewhere"
    for number, place in enumerate(at):
        unit = units.get(basket.sku_ids[place])
        if unit is None:
            continue
        if not unit.most and why == "elsewhere":
            why = "had" if unit.left > 0 else "sold_out"
        saved = max(basket.prices[place] - unit.price, 0)
        parts[number] = min(saved * pieces_at_flash_price(unit, basket.quantities[place]), left[place])
    off = sum(parts)
    return Effect(off, parts) if off else Effect(why=why)


def pieces_at_flash_price(unit: FlashUnit, quantity: int) -> int:
    """So many of the pieces have it; the others cost what they usually cost."""
    return min(quantity, unit.most)


def _gift(rule: GiftWith, basket: Basket, at: Sequence[int], left: Sequence[int]) -> Effect:
    spent = sum(left[place] for place in at)
    if spent < rule.at:
        return _short(rule.at - spent, by_pieces=False)
    return Effect(0, [0] * len(at)) if lasts(rule, basket) else GONE


def lasts(rule: GiftWith, basket: Basket, given: int = 0) -> bool:
    """Whether the gift is there beside what is bought of it, and what other offers have given of it."""
    held = basket.places.get(rule.sku_id)
    bought = 0 if held is None else basket.quantities[held]
    return rule.available >= rule.quantity + bought + given


def _short(missing: int, by_pieces: bool) -> Effect:
    return Effect(why="short", pieces=missing) if by_pieces else Effect(why="short", gap=missing)


def _pieces_or_short(parts: list[int], n: int, seen: int) -> Effect:
    off = sum(parts)
    if off:
        return Effect(off, parts)
    return Effect(why="short", pieces=n - seen) if seen < n else NOTHING


def _dearest_first(basket: Basket, at: Sequence[int]) -> list[int]:
    """Their numbers in ``at``; of one price the earlier line first, as ``at`` has it."""
    return sorted(range(len(at)), key=[-basket.prices[place] for place in at].__getitem__)


def _take_set(numbers: Sequence[int], prices: Sequence[int], price: int, parts: list[int]) -> bool:
    """Take one set together, if that is cheaper; what it saves is spread over its pieces."""
    saved = sum(prices) - price
    if saved <= 0:
        return False
    for number, part in zip(numbers, spread(saved, prices), strict=True):
        parts[number] += part
    return True


_TAKES = {
    Reduction: _reduction,
    Percentage: _percentage,
    NthPiece: _nth,
    NForPrice: _n_for_price,
    Bundle: _bundle,
    AddOn: _add_on,
    GiftWith: _gift,
    DealPrice: _deal,
    FlashPrice: _flash,
}
