"""
Which offers are applied together: of all combinations that their stacking allows, the one that costs least.

A combination is a set of offers, applied in a fixed order (layer by layer, of a layer what covers fewer lines first);
its price is a function of the set. Few offers are tried in every combination. Many are chosen layer by layer, the
greatest saving first, and then improved by changes of one offer. How far the search goes is counted in lines looked at,
not in time: the same question has the same answer on every machine, however busy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from itertools import product

from marketing.pricing.effects import GONE, Basket, Effect, effect, lasts
from marketing.pricing.offers import AddOn, Bundle, FlashPrice, GiftWith, Layer, Offer

MOST_TRIED = 2_000  # lines looked at when every combination is tried
MOST_LOOKS = 600  # lines looked at to improve what was chosen offer by offer

Numbers = frozenset[int]  # offers by their number, which is their turn
Parts = tuple[int, Sequence[int], Sequence[int]]  # an offer by its number, the places it takes, what it takes off each


@dataclass(slots=True)
class State:
    """
    What the offers applied so far have left, and which groups (as bits) stand on a line or are barred from it.

    :ivar touched: the places (as bits) of the offers applied so far
    :ivar given: pieces of a SKU that are given as gifts
    """

    left: list[int]
    groups: list[int]
    barred: list[int]
    touched: int = 0
    used_once: set[tuple[str, int | None]] = field(default_factory=set)
    applied: list[Parts] = field(default_factory=list)
    given: dict[int, int] = field(default_factory=dict)


class Search:
    """The search for one basket. Offers are numbered by their turn."""

    def __init__(self, basket: Basket, offers: Sequence[Offer], shipping: Callable[[Sequence[int]], int]):
        self.basket, self.shipping = basket, shipping
        self.looks = 0
        self.known: dict[Numbers, tuple] = {}
        of = {offer.key: self._places_of(offer) for offer in offers}
        self.offers = sorted(offers, key=lambda offer: (offer.layer, len(of[offer.key]), offer.key))
        self.places = [of[offer.key] for offer in self.offers]
        self.reach = [sum([1 << place for place in places]) for places in self.places]
        bits = _bits(offers)
        self.bit = [bits[offer.group] for offer in self.offers]
        self.mask = [sum(bits[group] for group in offer.excludes) for offer in self.offers]
        self.alone = [
            effect(offer, basket, places, basket.amounts)
            for offer, places in zip(self.offers, self.places, strict=True)
        ]

    def _places_of(self, offer: Offer) -> tuple[int, ...]:
        places = self.basket.places
        return tuple(sorted(places[sku] for sku in offer.skus if sku in places))

    def blank(self) -> State:
        nothing = [0] * len(self.basket.amounts)
        return State(list(self.basket.amounts), nothing, list(nothing))

    def open_to(self, number: int, state: State) -> Sequence[int]:
        """The places of an offer on which it may stand beside what stands there; none when it may not at all."""
        offer = self.offers[number]
        if offer.once and (offer.group, offer.shop_id) in state.used_once:
            return ()
        if not state.touched & self.reach[number]:
            return self.places[number]
        groups, barred, bit = state.groups, state.barred, self.bit[number]
        no = bit | self.mask[number]
        return [place for place in self.places[number] if not (groups[place] & no or barred[place] & bit)]

    def now(self, number: int, state: State) -> tuple[Sequence[int], Effect]:
        """What an offer would take by now, and of which places."""
        offer, at = self.offers[number], self.open_to(number, state)
        untouched = at is self.places[number]
        found = self.alone[number] if untouched else effect(offer, self.basket, at, state.left)
        if isinstance(offer.rule, GiftWith) and not found.why:
            rule = offer.rule
            if not lasts(rule, self.basket, state.given.get(rule.sku_id, 0)):
                return at, GONE
        return at, found

    def apply(self, number: int, state: State, at: Sequence[int], parts: Sequence[int]) -> None:
        offer, bit, mask = self.offers[number], self.bit[number], self.mask[number]
        left, groups, barred = state.left, state.groups, state.barred
        narrow = isinstance(offer.rule, AddOn | Bundle | FlashPrice)  # they leave alone what they take nothing off
        if isinstance(offer.rule, GiftWith):
            bit = mask = 0
            sku_id = offer.rule.sku_id
            state.given[sku_id] = state.given.get(sku_id, 0) + offer.rule.quantity
        state.touched |= self.reach[number]
        for place, part in zip(at, parts, strict=True):
            left[place] -= part
            if part or not narrow:
                groups[place] |= bit
                barred[place] |= mask
        if offer.once:
            state.used_once.add((offer.group, offer.shop_id))
        state.applied.append((number, at, parts))

    def put(self, enabled: Numbers) -> State:
        """These offers applied in their turn; what finds no line or not enough is left out."""
        state = self.blank()
        for number in sorted(enabled):
            at, found = self.now(number, state)
            if not found.why:
                self.apply(number, state, at, found.parts())
        return state

    def cost(self, enabled: Numbers) -> tuple:
        """What is compared: the price, then how few coupons and offers it takes, then their turns."""
        if enabled not in self.known:
            self.looks += sum([len(self.places[number]) for number in enabled]) + 1
            state = self.put(enabled)
            used = [number for number, _at, _parts in state.applied]
            coupons = sum([self.offers[number].is_coupon for number in used])
            self.known[enabled] = (sum(state.left) + self.shipping(state.left), coupons, len(used), used)
        return self.known[enabled]

    def best(self, candidates: Sequence[int], forced: Numbers) -> Numbers:
        """The cheapest set of what is ``forced`` (of those of which there is one, one) and any of the others."""
        choices = self._choices(candidates, forced)
        count = 1
        for options in choices:
            count *= len(options)
        if count * (sum(len(self.places[number]) for number in candidates) + 1) <= MOST_TRIED:
            return min((frozenset().union(*picked) for picked in product(*choices)), key=self.cost)
        return self._improved(self._greedy(candidates, forced), choices, forced)

    def _choices(self, numbers: Sequence[int], forced: Numbers) -> list[list[Numbers]]:
        """
        What can be decided apart: each offer yes or no; of those of which there is one, which or none.

        None is no choice where they are forced; of one kind either all are or none is.
        """
        nothing: Numbers = frozenset()
        once: dict[tuple[str, int | None], list[Numbers]] = {}
        single = []
        for number in numbers:
            offer, none = self.offers[number], [] if number in forced else [nothing]
            if offer.once:
                once.setdefault((offer.group, offer.shop_id), none).append(frozenset({number}))
            else:
                single.append([*none, frozenset({number})])
        return single + list(once.values())

    def _greedy(self, candidates: Sequence[int], forced: Numbers) -> Numbers:
        """Layer by layer the greatest saving first, seen from what is left by then."""
        state, chosen = self.blank(), set(forced)
        for layer in Layer:
            theirs = [number for number in candidates if self.offers[number].layer == layer]
            for number in theirs:
                if number in forced:
                    at, found = self.now(number, state)
                    if not found.why:
                        self.apply(number, state, at, found.parts())
            queue = [(-self.alone[number].off, number) for number in theirs if number not in forced]
            heapify(queue)
            while queue:
                promised, number = queue[0]
                at, found = self.now(number, state)
                if found.why:
                    heappop(queue)
                elif -found.off > promised:
                    heapreplace(queue, (-found.off, number))  # less than it promised: others first
                else:
                    heappop(queue)
                    self.apply(number, state, at, found.parts())
                    chosen.add(number)
        return frozenset(chosen)

    def _improved(self, chosen: Numbers, choices: list[list[Numbers]], forced: Numbers) -> Numbers:
        """Changed by one choice at a time as long as that is cheaper, until the bound."""
        self.looks = 0
        best = min(chosen, forced, key=self.cost)
        cheaper = True
        while cheaper:
            cheaper = False
            for options in reversed(choices):  # coupons first: of them there is one
                without = best.difference(*options)
                for option in options:
                    if self.looks > MOST_LOOKS:
                        return best
                    if self.cost(without | option) < self.cost(best):
                        best, cheaper = without | option, True
        return best


def _bits(offers: Sequence[Offer]) -> dict[str, int]:
    groups = {offer.group for offer in offers}.union(*(offer.excludes for offer in offers))
    return {group: 1 << number for number, group in enumerate(sorted(groups))}
