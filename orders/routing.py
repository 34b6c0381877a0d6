"""
From which warehouses an order goes out (O6), and why: the fewest parcels, then the least cost where it is known, then
the shortest way, then the shop's own order. What was chosen among which is kept with the order, and told in words.

``choose`` looks at what it is handed and at nothing else. It is asked under the lock of the stock, by the statement
that reserves; a shop with one warehouse has nothing to choose, and nothing is written of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations
from math import comb
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import stock
from catalog.models import Stock, Warehouse
from catalog.stock import Place
from mall.audit.trail import record
from mall.flow import WrongStatus
from mall.money import Money
from mall.places import region
from mall.refusals import Refusal
from mall.rows import insert_rows
from orders.carriers.distances import kilometers
from orders.destination import Destination
from orders.locks import lock_order
from orders.models import Order, Routing

FARTHEST_KM = 9_999  # of a place that nobody has named: after all others
MOST_LOOKED_AT = 5_000  # combinations of warehouses


class Because(StrEnum):
    """What decided."""

    ONLY = "only"
    CHEAPEST = "cheapest"
    NEAREST = "nearest"
    FIRST = "first"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the warehouses that were looked at: how many lines it holds whole, how far it is, what a parcel costs."""

    warehouse_id: int
    lines: int
    km: int | None
    cost: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The warehouses (by key) that goods are taken from, the first of them first, and why these."""

    warehouses: tuple[int, ...]
    because: Because
    lines: int
    candidates: tuple[Candidate, ...]

    def as_data(self) -> dict:
        return {
            "version": 1,
            "because": self.because.value,
            "warehouses": list(self.warehouses),
            "lines": self.lines,
            "candidates": [[one.warehouse_id, one.lines, one.km, one.cost] for one in self.candidates],
        }


def choose(wanted: Mapping[int, int], places: Sequence[Place], to: tuple[str, str]) -> Choice:
    """
    From which of these warehouses so many of each SKU go to a province and city.

    A warehouse that nobody has said the place of counts as the farthest; costs count only where all are known. Where
    there are very many warehouses and no few of them hold everything, those that hold most are taken one by one.
    """
    useful = [place for place in places if any(place.free.get(sku_id, 0) for sku_id in wanted)]
    km = {place.warehouse_id: distance((place.province, place.city), to) for place in useful}
    costs = all(place.parcel_cost is not None for place in useful)

    def rank(chosen: Sequence[Place]) -> tuple:
        return (
            sum(place.parcel_cost for place in chosen) if costs else 0,
            sum(FARTHEST_KM if km[place.warehouse_id] is None else km[place.warehouse_id] for place in chosen),
            sorted((place.position, place.warehouse_id) for place in chosen),
        )

    ways = sorted(_fewest(wanted, useful, rank), key=rank)
    best = sorted(ways[0], key=lambda place: rank([place])) if ways else useful
    return Choice(
        warehouses=tuple(place.warehouse_id for place in best),
        because=_because([rank(way) for way in ways[:2]]),
        lines=len(wanted),
        candidates=tuple(
            Candidate(
                place.warehouse_id,
                sum(place.free.get(sku_id, 0) >= quantity for sku_id, quantity in wanted.items()),
                km[place.warehouse_id],
                place.parcel_cost,
            )
            for place in useful
        ),
    )


def distance(start: tuple[str, str], end: tuple[str, str]) -> int | None:
    """Kilometers between two places, each a province and maybe a city; ``None`` where one is not known."""
    there = region(*end)
    if there.city and region(*start) == there:
        return 0
    return kilometers(start[0], end[0])


def _fewest(wanted: Mapping[int, int], places: Sequence[Place], rank) -> list[Sequence[Place]]:
    """The ways to take all of it from as few warehouses as can be; one way, where there are too many to look at."""
    looked_at = 0
    for count in range(1, len(places) + 1):
        looked_at += comb(len(places), count)
        if looked_at > MOST_LOOKED_AT:
            return [_one_by_one(wanted, places, rank)]
        if ways := [chosen for chosen in combinations(places, count) if _holds(chosen, wanted)]:
            return ways
    return []


def _holds(places: Sequence[Place], wanted: Mapping[int, int]) -> bool:
    return all(sum(place.free.get(sku_id, 0) for place in places) >= quantity for sku_id, quantity in wanted.items())


def _one_by_one(wanted: Mapping[int, int], places: Sequence[Place], rank) -> list[Place]:
    left, chosen, others = dict(wanted), [], list(places)
    while others and any(left.values()):
        best = min(others, key=lambda place: (-_pieces(place, left), rank([place])))
        others.remove(best)
        chosen.append(best)
        left = {sku_id: max(quantity - best.free.get(sku_id, 0), 0) for sku_id, quantity in left.items()}
    return chosen


def _pieces(place: Place, left: Mapping[int, int]) -> int:
    return sum(min(place.free.get(sku_id, 0), quantity) for sku_id, quantity in left.items())


def _because(ranks: Sequence[tuple]) -> Because:
    if len(ranks) < 2:
        return Because.ONLY
    (cost, km, _order), (next_cost, next_km, _next) = ranks
    if cost != next_cost:
        return Because.CHEAPEST
    return Because.NEAREST if km != next_km else Because.FIRST


class Router:
    """Chooses for the orders of one checkout, under the lock, and keeps what it chose for :meth:`keep`."""

    def __init__(self, to: Destination | None):
        self.to = (to.province, to.city) if to else ("", "")
        self.chosen: dict[str, Choice] = {}

    def route(self, document: str) -> stock.Route:
        def taken_from(wanted: Mapping[int, int], places: Sequence[Place]) -> Sequence[int]:
            if len(places) == 1:
                return [places[0].warehouse_id]
            choice = self.chosen[document] = choose(wanted, places, self.to)
            return choice.warehouses

        return taken_from

    def keep(self, orders: Iterable[Order], now: datetime) -> None:
        """Write down what was chosen for these orders: one statement, and none where there was no choice."""
        insert_rows(
            Routing(
                shop_id=order.shop_id,
                order=order,
                warehouse_id=choice.warehouses[0],
                choice=choice.as_data(),
                at=now,
            )
            for order in orders
            if (choice := self.chosen.get(order.public_id)) and choice.warehouses
        )


class NotMoved(Refusal):
    """The order cannot go out from another warehouse (any more)."""

    code = "order-not-moved"


@transaction.atomic
def move_order(*, order: Order, warehouse: Warehouse, by, now: datetime) -> Order:
    """
    Staff of the shop have a paid order go out from another of its warehouses; what is reserved for it moves with it.

    :raises WrongStatus: it is not paid, or nothing of it waits to be sent any more
    :raises NotMoved: its packing list was printed, a part has left, or it lies there already
    :raises OutOfStock: not all of it is free there; it stays where it is
    :raises WarehouseClosed: nothing goes out of it any more
    """
    if warehouse.shop_id != order.shop_id:
        raise ValueError("the warehouse is another shop's")
    order = lock_order(order.pk)
    if order.status != Order.Status.PAID:
        raise WrongStatus(_("Only an order that waits to be sent can go out from another warehouse."))
    if order.partly_shipped_at:
        raise NotMoved(_("A part of it has left already."))
    if order.packed_at:
        raise NotMoved(_("Its packing list was printed already: it is being packed where it lies."))
    try:
        former = stock.move_reserved(document=order.public_id, warehouse=warehouse, now=now)
    except LookupError:
        raise NotMoved(_("Nothing is reserved for this order.")) from None
    if not former:
        raise NotMoved(_("It goes out from there already."))
    data = {"version": 1, "because": Because.MOVED.value, "warehouses": [warehouse.pk], "from": former}
    Routing.objects.create(shop_id=order.shop_id, order=order, warehouse=warehouse, choice=data, by=by, at=now)
    record(
        "orders.move_order",
        order.public_id,
        by=by,
        now=now,
        shop_slug=order.shop.slug,
        before={"warehouses": list(Warehouse.objects.filter(pk__in=former).values_list("public_id", flat=True))},
        after={"warehouse": warehouse.public_id},
    )
    return order


def can_move(order: Order) -> bool:
    """Whether it waits to be sent, and nobody has begun to pack it."""
    return order.status == Order.Status.PAID and not order.packed_at and not order.partly_shipped_at


# In words


class Told(NamedTuple):
    """What a page says of a choice: a sentence, and one for each warehouse that was looked at."""

    routing: Routing
    sentence: str
    candidates: list[str]


def places_of(order: Order) -> list[tuple[Warehouse, int]]:
    """In which warehouses the goods of an order lie, or lay until they left, with how many pieces."""
    held = stock.held_in(order.public_id)
    return [(row, held[row.pk]) for row in Warehouse.objects.filter(pk__in=held).order_by("position", "pk")]


def other_places(order: Order) -> list[Warehouse]:
    """The warehouses to which an order can move: all of it is free there."""
    wanted: dict[int, int] = dict(order.lines.values_list("sku", "quantity"))
    held = stock.held_in(order.public_id)
    rows = Stock.objects.owned_by(order.shop).filter(sku__in=wanted, slot=None, warehouse__closed_at=None)
    free: dict[int, dict[int, int]] = {}
    for warehouse_id, sku_id, on_hand, reserved in rows.exclude(
        warehouse__in=held if len(held) == 1 else []
    ).values_list("warehouse", "sku", "on_hand", "reserved"):
        free.setdefault(warehouse_id, {})[sku_id] = on_hand - reserved
    fit = [
        pk for pk, there in free.items() if all(there.get(sku_id, 0) >= quantity for sku_id, quantity in wanted.items())
    ]
    return list(Warehouse.objects.owned_by(order.shop).filter(pk__in=fit).order_by("position", "pk"))


def told(order: Order) -> list[Told]:
    """Why an order goes out from where it does, the latest choice first; nothing where there was no choice."""
    routings = list(order.routings.select_related("by").order_by("-pk"))
    named = {pk for one in routings for pk in one.warehouse_ids}
    names = {row.pk: str(row.name) for row in Warehouse.objects.filter(pk__in=named)} if named else {}
    return [Told(one, _sentence(one.choice, names), _candidates(one.choice, names)) for one in routings]


def _sentence(choice: dict, names: Mapping[int, str]) -> str:
    here = _listed(choice["warehouses"], names)
    if choice["because"] == Because.MOVED:
        return _("Moved by hand from %(from)s to %(to)s.") % {"from": _listed(choice["from"], names), "to": here}
    if len(choice["warehouses"]) > 1:
        words = {"names": here, "count": len(choice["warehouses"])}
        whole = _("No warehouse holds all of it: it goes out in %(count)d parcels, from %(names)s, as few as can be.")
        return f"{whole % words} {_why_these(choice['because'])}".strip()
    whole = sum(lines == choice["lines"] for _pk, lines, _km, _cost in choice["candidates"])
    words = {"name": here, "count": whole}
    return {
        Because.ONLY: _("It goes out from %(name)s, the only warehouse that holds all of it."),
        Because.CHEAPEST: _("It goes out from %(name)s: of %(count)d warehouses that hold all of it the cheapest."),
        Because.NEAREST: _("It goes out from %(name)s: of %(count)d warehouses that hold all of it the nearest."),
        Because.FIRST: _(
            "It goes out from %(name)s: of %(count)d warehouses that hold all of it the first in your order."
        ),
    }[Because(choice["because"])] % words


def _why_these(because: str) -> str:
    return {
        Because.CHEAPEST: _("Other warehouses would cost more."),
        Because.NEAREST: _("Other warehouses are farther away."),
        Because.FIRST: _("Other warehouses come later in your order."),
    }.get(Because(because), "")


def _candidates(choice: dict, names: Mapping[int, str]) -> list[str]:
    found = []
    for pk, lines, km, cost in choice.get("candidates", ()):
        parts = [
            ngettext("holds %(held)d of %(count)d line", "holds %(held)d of %(count)d lines", choice["lines"])
            % {"held": lines, "count": choice["lines"]}
        ]
        if km is not None:
            parts.append(_("in the same city") if km == 0 else _("about %(km)d km away") % {"km": km})
        if cost is not None:
            parts.append(_("%(cost)s a parcel") % {"cost": Money(cost)})
        found.append(f"{names.get(pk, pk)}: {' · '.join(parts)}")
    return found


def _listed(keys: Iterable[int], names: Mapping[int, str]) -> str:
    return ", ".join(f"“{names.get(pk, pk)}”" for pk in keys)
