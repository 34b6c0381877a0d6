"""
Which buyers of a shop hang together, and what speaks against them: plain reckoning, no database.

Buyers hang together who share a device, a payer's account or a phone; where that is not enough, also those who share
an address and the network there. A mark that very many share (a hall of residence, a common phone) links nobody. What
hangs together is no ring yet: sharing brings at most so many points (``most_links``), and the rest has to come from how
they buy. So a family that shares everything and a dormitory that orders on the same evening stay below the mark.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from risk.models import TradeRule

Code, Mode = TradeRule.Code, TradeRule.Mode
STRONG = ("device", "payer", "phone")
HOUR = timedelta(hours=1)
ALL = 10_000
LEAST_TOLD = 3  # of fewer orders nothing is told by how many of them show a sign


class Seen(NamedTuple):
    """A row of ``TradeFact``, in the order of its columns here."""

    order_id: str
    buyer: str
    device: str
    network: str
    address: str
    phone: str
    payer: str
    is_own: bool
    account_hours: int
    paid_at: datetime
    worth: int
    paid: int
    shipped_at: datetime | None
    received_at: datetime | None
    reviewed_at: datetime | None
    stars: int | None
    review: str
    refunded_at: datetime | None


class Rule(NamedTuple):
    """A rule as the reckoning needs it."""

    code: str
    mode: str
    weight: int
    share_bps: int
    limit: int


@dataclass(frozen=True, slots=True)
class Sign:
    """One rule that a group meets: which part of its buyers or orders, and the points that this brings."""

    code: str
    found_bps: int
    points: int
    is_live: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """What speaks against a group of orders."""

    signs: tuple[Sign, ...]
    points: int
    live_points: int


class Groups:
    """Union-find over buyers, with halving of paths: nearly as many steps as there are links."""

    def __init__(self):
        self._above: dict[str, str] = {}

    def top(self, one: str) -> str:
        above = self._above
        above.setdefault(one, one)
        while above[one] != one:
            above[one] = one = above[above[one]]
        return one

    def join(self, members: Iterable[str]) -> None:
        tops = [self.top(one) for one in members]
        for other in tops[1:]:
            self._above[self.top(other)] = self.top(tops[0])


def groups_of(seen: Sequence[Seen], *, hub: int, weak_hub: int, with_weak: bool) -> list[list[Seen]]:
    """
    The orders of one shop by buyers who hang together, in a fixed order; who hangs together with nobody stands alone.

    :param hub: a device, account or phone that more buyers share links nobody
    :param weak_hub: the same of an address in a network, which counts only ``with_weak``
    """
    sharing: dict[tuple, set[str]] = defaultdict(set)
    groups = Groups()
    for order in seen:
        groups.top(order.buyer)
        for kind in STRONG:
            if value := getattr(order, kind):
                sharing[kind, value].add(order.buyer)
        if order.is_own:
            sharing["people", ""].add(order.buyer)
        if with_weak and order.address and order.network:
            sharing["place", order.address, order.network].add(order.buyer)
    for key, buyers in sharing.items():
        if 1 < len(buyers) <= (weak_hub if key[0] == "place" else hub):
            groups.join(sorted(buyers))
    found: dict[str, list[Seen]] = defaultdict(list)
    for order in seen:
        found[groups.top(order.buyer)].append(order)
    return sorted(found.values(), key=lambda orders: (orders[0].paid_at, orders[0].order_id))


def is_large_enough(orders: Sequence[Seen], *, least_buyers: int, least_orders: int) -> bool:
    """Whether so few could be a ring at all; with people of the shop among them even one buyer could."""
    has_own = any(order.is_own for order in orders)
    return len(orders) >= least_orders and (has_own or len({order.buyer for order in orders}) >= least_buyers)


def weigh(
    orders: Sequence[Seen], rules: Iterable[Rule], *, bought_anywhere: Mapping[str, int], most_links: int
) -> Weighed:
    """
    What the rules say of a group.

    :param bought_anywhere: how many orders each of its buyers has paid in the whole mall
    :param most_links: how many points the sharing may bring together
    """
    signs = []
    for rule in rules:
        if rule.mode == Mode.OFF:
            continue
        part = _FOUND[rule.code](orders, rule.limit, bought_anywhere)
        if part >= rule.share_bps:
            signs.append(Sign(str(rule.code), part, rule.weight, rule.mode == Mode.LIVE))
    return Weighed(
        tuple(signs),
        points=_sum(signs, most_links),
        live_points=_sum([sign for sign in signs if sign.is_live], most_links),
    )


def _sum(signs: Iterable[Sign], most_links: int) -> int:
    links = sum(sign.points for sign in signs if sign.code in TradeRule.LINKS)
    return min(links, most_links) + sum(sign.points for sign in signs if sign.code not in TradeRule.LINKS)


# What part of a group shows a sign, in basis points


def _bps(part: int, whole: int) -> int:
    return part * ALL // whole if whole else 0


def _sharing(kind: str) -> Callable:
    """Of the buyers, those who share this mark with another one."""

    def found(orders: Sequence[Seen], limit: int, anywhere: Mapping[str, int]) -> int:
        buyers_of: dict[str, set[str]] = defaultdict(set)
        for order in orders:
            if value := getattr(order, kind):
                buyers_of[value].add(order.buyer)
        shared = set().union(*(buyers for buyers in buyers_of.values() if len(buyers) > 1))
        return _bps(len(shared), len({order.buyer for order in orders}))

    return found


def _of_orders(shows: Callable[[Seen, timedelta, int], bool], among: Callable[[Seen], bool] = lambda order: True):
    """Of the orders (``among`` which it can be told), those that show something."""

    def found(orders: Sequence[Seen], limit: int, anywhere: Mapping[str, int]) -> int:
        able = [order for order in orders if among(order)]
        shown = sum(1 for order in able if shows(order, limit * HOUR, limit))
        return _bps(shown, len(able)) if len(able) >= LEAST_TOLD else 0

    return found


def _own_people(orders, limit, anywhere) -> int:
    own = {order.buyer for order in orders if order.is_own}
    return _bps(len(own), len({order.buyer for order in orders}))


def _only_here(orders, limit, anywhere) -> int:
    buyers = {order.buyer for order in orders}
    return _bps(len(orders), max(len(orders), sum(anywhere.get(buyer, 0) for buyer in buyers)))


def _burst(orders, limit, anywhere) -> int:
    """The largest part of the orders that was paid within the limit."""
    moments = sorted(order.paid_at for order in orders)
    most = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] > limit * HOUR:
            start += 1
        most = max(most, end - start + 1)
    return _bps(most, len(moments))


def _alike_reviews(orders, limit, anywhere) -> int:
    """Of the orders with words, those whose words stand under the order of another buyer too."""
    words = [(order.review, order.buyer) for order in orders if order.review]
    buyers_of: dict[str, set[str]] = defaultdict(set)
    for said, buyer in words:
        buyers_of[said].add(buyer)
    alike = sum(len(buyers_of[said]) > 1 for said, _buyer in words)
    return _bps(alike, len(words)) if len(words) >= LEAST_TOLD else 0


_FOUND: dict[str, Callable[[Sequence[Seen], int, Mapping[str, int]], int]] = {
    Code.DEVICE: _sharing("device"),
    Code.PAYER: _sharing("payer"),
    Code.PHONE: _sharing("phone"),
    Code.ADDRESS: _sharing("address"),
    Code.NETWORK: _sharing("network"),
    Code.OWN_PEOPLE: _own_people,
    Code.ONLY_HERE: _only_here,
    Code.BURST: _burst,
    Code.PRICE: _of_orders(lambda order, span, limit: order.paid * ALL <= order.worth * limit),
    Code.FAST_RECEIPT: _of_orders(
        lambda order, span, limit: order.received_at - order.shipped_at <= span,
        lambda order: order.shipped_at and order.received_at,
    ),
    Code.ALIKE_REVIEWS: _alike_reviews,
    Code.RUSHED_REVIEWS: _of_orders(
        lambda order, span, limit: (
            order.reviewed_at is not None and order.stars == 5 and order.reviewed_at - order.received_at <= span
        ),
        lambda order: order.received_at,
    ),
    Code.REFUND_AFTER_REVIEW: _of_orders(
        lambda order, span, limit: order.refunded_at is not None and order.refunded_at > order.reviewed_at,
        lambda order: order.reviewed_at,
    ),
    Code.YOUNG_ACCOUNTS: _of_orders(lambda order, span, limit: order.account_hours <= limit),
}


# For who looks at a case


def shared_marks(orders: Iterable[Seen]) -> list[tuple[str, str, list[str]]]:
    """The marks that more than one buyer has: kind, mark, buyers; those of most buyers first."""
    buyers_of: dict[tuple[str, str], set[str]] = defaultdict(set)
    for order in orders:
        for kind in (*STRONG, "address", "network"):
            if value := getattr(order, kind):
                buyers_of[kind, value].add(order.buyer)
    shared = [(kind, value, sorted(buyers)) for (kind, value), buyers in buyers_of.items() if len(buyers) > 1]
    return sorted(shared, key=lambda row: (-len(row[2]), row[0], row[1]))
