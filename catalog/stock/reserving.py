"""Speaking for goods on behalf of a document: reserved at order, consumed at shipping, released at canceling."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from catalog.models import Reservation, Stock, StockMovement, Warehouse
from catalog.stock.aside import hand_over
from catalog.stock.shelves import (
    LOCK_WHAT_IS_SOLD,
    Place,
    Shelves,
    change_rows,
    lock_shelves,
    open_shelves,
    out_of_stock,
    show_products_anew,
    spread_over,
)
from mall.rows import insert_rows, select_rows

# Of what is wanted (by SKU) and where it lies, from which warehouses (by key) it is taken, the first of them first.
Route = Callable[[Mapping[int, int], Sequence[Place]], Sequence[int]]


def sold_online() -> QuerySet:
    """The stock rows of a SKU of an outer query that shoppers are offered."""
    return Stock.objects.filter(sku=OuterRef("pk"), warehouse__sells_online=True).order_by()


def left_of(stocks: QuerySet) -> Coalesce:
    """What is left in these rows of one SKU, as a column of an outer query."""
    left = stocks.values("sku").annotate(left=Sum(F("on_hand") - F("reserved"))).values("left")
    return Coalesce(Subquery(left), 0)


def available(sku_ids: Iterable[int]) -> dict[int, int]:
    """How many of each SKU can be bought now; 0 for a SKU without stock."""
    ids = list(sku_ids)
    counted = dict(
        Stock.objects.filter(sku__in=ids, warehouse__sells_online=True)
        .values("sku_id")
        .annotate(left=Sum(F("on_hand") - F("reserved")))
        .values_list("sku_id", "left")
    )
    return {sku_id: counted.get(sku_id, 0) for sku_id in ids}


def with_available(skus: QuerySet) -> QuerySet:
    """The SKUs with ``available``: what could be bought now."""
    return skus.annotate(available=left_of(sold_online()))


@transaction.atomic
def reserve(*, document: str, quantities: Mapping[int, int], now: datetime, expires_at: datetime | None = None) -> None:
    """
    Speak for so many of each SKU (by key) on behalf of a document, all or nothing.

    :param expires_at: from when on the clock may give them back, unless an order claims them
    :raises OutOfStock: something is short; nothing was reserved
    """
    reserve_all(documents={document: quantities}, now=now, expires_at=expires_at)


def reserve_all(
    *,
    documents: Mapping[str, Mapping[int, int]],
    now: datetime,
    expires_at: datetime | None = None,
    slots: Mapping[int, int] | None = None,
    from_aside: Mapping[int, tuple[str, int]] | None = None,
    routes: Mapping[str, Route] | None = None,
) -> None:
    """
    Speak for the goods of several documents at once: one lock, one update, one insert for a whole checkout.

    Each line is taken whole from the first warehouse that has as much, else from all of them in their order, unless
    the document has a route. Belongs into the transaction of what the goods are for; a caller who catches the refusal
    rolls back himself.

    :param slots: of SKUs that are services, the time (by key) at which it is wanted; others have none
    :param from_aside: of SKUs in a promotion, for which document how many of the pieces wanted are set aside
    :param routes: of documents whose goods are taken from certain warehouses, who chooses them; asked under the lock

    :raises OutOfStock: something is short; nothing was reserved for any of them
    :raises RuntimeError: no transaction is open, so the lock would hold nobody
    """
    if not connection.in_atomic_block:
        raise RuntimeError("reserve_all() belongs inside the transaction of what the goods are for")
    wanted = _added_up(documents)
    sold = _lock_sold(wanted, slots or {})
    if from_aside:
        sold.free(hand_over(from_aside))
    short = [sku_id for sku_id in wanted if sold.total(sku_id) < wanted[sku_id]]
    if short:
        raise out_of_stock(short)
    sold_out = {sold.products[sku_id] for sku_id in wanted if sold.total(sku_id) + sold.aside[sku_id] == wanted[sku_id]}

    rows = [
        Reservation(
            shop_id=sold.shops[sku_id],
            stock_id=stock_id,
            document=document,
            quantity=part,
            reserved_at=now,
            expires_at=expires_at,
        )
        for document, quantities in documents.items()
        for sku_id, stock_id, part in _taken(quantities, sold, (routes or {}).get(document))
    ]
    taken: dict[int, int] = {}
    for row in rows:
        taken[row.stock_id] = taken.get(row.stock_id, 0) + row.quantity
    changed = change_rows("reserved = s.reserved + c.quantity", taken, condition="s.on_hand - s.reserved >= c.quantity")
    if changed != len(taken):
        raise out_of_stock(list(wanted))
    insert_rows(rows)
    show_products_anew(sold_out, sold.emptied_stores(taken))


def _added_up(documents: Mapping[str, Mapping[int, int]]) -> dict[int, int]:
    wanted: dict[int, int] = {}
    for quantities in documents.values():
        for sku_id, quantity in quantities.items():
            if quantity <= 0:
                raise ValueError(f"a reservation needs a quantity above zero, not {quantity}")
            wanted[sku_id] = wanted.get(sku_id, 0) + quantity
    return wanted


@dataclass(slots=True)
class _Sold:
    """
    What can be bought of some SKUs, under its lock; it shrinks while documents take of it.

    :ivar left: by SKU, then by stock in the order of the warehouses
    :ivar lies_in: of a stock its place, whether it is a store's, and what else a :class:`Place` tells
    :ivar aside: by SKU, what is set aside for promotions
    :ivar in_stores: of a store's stock, what was free there and the product
    :ivar freed: by stock, what of it was set aside for these documents
    """

    left: dict[int, dict[int, int]] = field(default_factory=dict)
    lies_in: dict[int, tuple] = field(default_factory=dict)
    shops: dict[int, int] = field(default_factory=dict)
    products: dict[int, int] = field(default_factory=dict)
    aside: dict[int, int] = field(default_factory=dict)
    in_stores: dict[int, tuple[int, int]] = field(default_factory=dict)
    freed: dict[int, int] = field(default_factory=dict)

    def total(self, sku_id: int) -> int:
        return sum(self.left.get(sku_id, {}).values())

    def free(self, parts: Iterable[tuple[int, int, int]]) -> None:
        """These pieces (SKU, stock, how many) are not set aside any more."""
        for sku_id, stock_id, part in parts:
            self.left[sku_id][stock_id] += part
            self.freed[stock_id] = self.freed.get(stock_id, 0) + part
            self.aside[sku_id] -= part

    def emptied_stores(self, taken: Mapping[int, int]) -> set[int]:
        """Products of which a store has none any more, when so many are taken of each stock."""
        return {
            product_id
            for stock_id, (free, product_id) in self.in_stores.items()
            if taken.get(stock_id, 0) - self.freed.get(stock_id, 0) == free > 0
        }


def _lock_sold(wanted: Mapping[int, int], times: Mapping[int, int]) -> _Sold:
    """Lock the stock of these SKUs; of services that at the time at which they are wanted."""
    sold = _Sold()
    for sku_id, place, stock_id, shop_id, free, product_id, slot_id, is_store, kept, *where in sorted(
        select_rows(LOCK_WHAT_IS_SOLD, [list(wanted)]), key=lambda row: row[:3]
    ):
        if slot_id != times.get(sku_id):
            continue
        sold.left.setdefault(sku_id, {})[stock_id] = free
        sold.lies_in[stock_id] = place, is_store, *where
        sold.shops[sku_id], sold.products[sku_id] = shop_id, product_id
        if is_store:
            sold.in_stores[stock_id] = free, product_id
        sold.aside[sku_id] = sold.aside.get(sku_id, 0) + kept
    return sold


def _taken(quantities: Mapping[int, int], sold: _Sold, route: Route | None) -> Iterable[tuple[int, int, int]]:
    """
    Of each SKU from which stock how many are taken for one document; what is left there shrinks.

    :raises OutOfStock: the warehouses of its route do not hold as much
    """
    if route is None:
        for sku_id, quantity in quantities.items():
            for stock_id, part in spread_over(sold.left[sku_id], quantity):
                yield sku_id, stock_id, part
        return
    order = route(quantities, _places(quantities, sold))
    for sku_id, quantity in quantities.items():
        there = {sold.lies_in[stock_id][2]: (stock_id, free) for stock_id, free in sold.left[sku_id].items()}
        allowed = dict(there[warehouse_id] for warehouse_id in order if warehouse_id in there)
        if sum(allowed.values()) < quantity:
            raise out_of_stock([sku_id])
        for stock_id, part in spread_over(allowed, quantity):
            sold.left[sku_id][stock_id] -= part
            yield sku_id, stock_id, part


def _places(quantities: Mapping[int, int], sold: _Sold) -> list[Place]:
    """The warehouses in which a row of these SKUs lies, in the shop's order."""
    free: dict[int, dict[int, int]] = {}
    rows: dict[int, tuple] = {}
    for sku_id in quantities:
        for stock_id, count in sold.left[sku_id].items():
            warehouse_id = sold.lies_in[stock_id][2]
            free.setdefault(warehouse_id, {})[sku_id] = max(count, 0)
            rows[warehouse_id] = sold.lies_in[stock_id]
    places = [
        Place(warehouse_id, position, is_store, province, city, cost, free[warehouse_id])
        for position, is_store, warehouse_id, province, city, cost in rows.values()
    ]
    return sorted(places, key=lambda place: (place.position, place.warehouse_id))


@transaction.atomic
def move_reserved(*, document: str, warehouse: Warehouse, now: datetime) -> list[int]:
    """
    What is held for a document is held in this warehouse from now on, all or nothing; returns the warehouses (by key)
    in which it was held. Holding it where it is held already changes nothing.

    :raises OutOfStock: not all of it is free there; it is held where it was
    :raises WarehouseClosed: nothing goes out of it any more
    :raises LookupError: nothing is held for the document
    """
    held = Reservation.objects.filter(document=document, status=Reservation.Status.HELD)
    skus = sorted(set(held.values_list("stock__sku", flat=True)))
    if not skus:
        raise LookupError(document)
    shelves = open_shelves(warehouse, skus)
    rows = {row.pk: row for row in shelves.rows}
    there = shelves.of(warehouse)
    reservations = list(held.select_for_update(no_key=True).order_by("stock_id", "pk"))
    leaving = [one for one in reservations if rows[one.stock_id].warehouse_id != warehouse.pk]
    coming: dict[int, int] = {}
    for one in leaving:
        target = there[rows[one.stock_id].sku_id].pk
        coming[target] = coming.get(target, 0) + one.quantity
    if short := [rows[pk].sku_id for pk, quantity in coming.items() if rows[pk].available < quantity]:
        raise out_of_stock(short)
    going = {one.stock_id: one.quantity for one in leaving}
    change_rows("reserved = s.reserved - c.quantity", going)
    if change_rows("reserved = s.reserved + c.quantity", coming, "s.on_hand - s.reserved >= c.quantity") != len(coming):
        raise out_of_stock(skus)
    _close(leaving, Reservation.Status.RELEASED)
    for pk, quantity in coming.items():
        _hold_more(document, rows[pk], quantity, now)
    for row in shelves.rows:
        row.reserved += coming.get(row.pk, 0) - going.get(row.pk, 0)
    shelves.show(now)
    return sorted({rows[one.stock_id].warehouse_id for one in leaving})


def _hold_more(document: str, row: Stock, quantity: int, now: datetime) -> None:
    """So many more of a row are held for a document; it may have been held there before."""
    former = Reservation.objects.filter(document=document, stock=row).first()
    if former is None:
        Reservation.objects.create(
            shop_id=row.shop_id, stock=row, document=document, quantity=quantity, reserved_at=now
        )
        return
    is_held = former.status == Reservation.Status.HELD
    former.quantity, former.status = quantity + (former.quantity if is_held else 0), Reservation.Status.HELD
    former.reserved_at, former.expires_at = now, None
    former.save(update_fields=["quantity", "status", "reserved_at", "expires_at"])


def held_in(document: str) -> dict[int, int]:
    """In which warehouses (by key) how many pieces are held for a document, or were when it left."""
    rows = Reservation.objects.filter(document=document).exclude(status=Reservation.Status.RELEASED)
    pieces = rows.order_by().values("stock__warehouse").annotate(pieces=Sum("quantity"))
    return dict(pieces.values_list("stock__warehouse", "pieces"))


def keep_reserved(*, documents: Iterable[str]) -> int:
    """What is held for these documents does not expire any more: they are paid. Returns how many reservations."""
    return Reservation.objects.filter(document__in=list(documents), status=Reservation.Status.HELD).update(
        expires_at=None
    )


def keep_until(*, documents: Iterable[str], expires_at: datetime) -> int:
    """What is held for these documents is kept longer. Returns how many reservations."""
    held = Reservation.objects.filter(document__in=list(documents), status=Reservation.Status.HELD)
    return held.filter(expires_at__lt=expires_at).update(expires_at=expires_at)


def place_of(document: str) -> tuple[str, str] | None:
    """Province and city of the first warehouse in which goods are held for a document."""
    held = Reservation.objects.filter(document=document, status=Reservation.Status.HELD)
    rows = held.order_by("stock__warehouse__position", "pk").values_list(
        "stock__warehouse__province", "stock__warehouse__city"
    )
    return rows.first()


@transaction.atomic
def consume(*, document: str, by=None, now: datetime) -> None:
    """Goods spoken for have left the warehouse: on hand and reserved fall together. Doing it again does nothing."""
    _shelves, held = _lock_what_is_held([document])
    _leave({row.stock_id: (row.shop_id, row.quantity) for row in held}, document=document, by=by, now=now)
    _close(held, Reservation.Status.CONSUMED)


@transaction.atomic
def consume_part(*, document: str, quantities: Mapping[int, int], under: str, by=None, now: datetime) -> None:
    """
    Of what is held for a document so many of each SKU (by key) have left; the rest stays held.

    :param under: the document of the movement: the parcel
    :raises ValueError: less is held
    """
    shelves, held = _lock_what_is_held([document])
    parts = _parts_of(held, {row.pk: row.sku_id for row in shelves.rows}, document, quantities)
    _lessen(held, parts, Reservation.Status.CONSUMED)
    _leave({row.stock_id: (row.shop_id, parts[row.stock_id]) for row in held if row.stock_id in parts},
           document=under, by=by, now=now)  # fmt: skip


def _leave(parts: Mapping[int, tuple[int, int]], *, document: str, by, now: datetime) -> None:
    """By stock: its shop, and how many of what is reserved of it have left."""
    if not parts:
        return
    change_rows(
        "on_hand = s.on_hand - c.quantity, reserved = s.reserved - c.quantity",
        {stock_id: quantity for stock_id, (_shop, quantity) in parts.items()},
    )
    StockMovement.objects.bulk_create(
        StockMovement(
            shop_id=shop_id,
            stock_id=stock_id,
            quantity=-quantity,
            reason=StockMovement.Reason.SHIPMENT,
            document=document,
            by=by,
            at=now,
        )
        for stock_id, (shop_id, quantity) in parts.items()
    )


@transaction.atomic
def release_part(*, document: str, quantities: Mapping[int, int], now: datetime) -> None:
    """
    Of what is held for a document so many of each SKU (by key) may be bought again; the rest stays held.

    :raises ValueError: less is held
    """
    shelves, held = _lock_what_is_held([document])
    back = _parts_of(held, {row.pk: row.sku_id for row in shelves.rows}, document, quantities)
    _lessen(held, back, Reservation.Status.RELEASED)
    change_rows("reserved = s.reserved - c.quantity", back)
    for row in shelves.rows:
        row.reserved -= back.get(row.pk, 0)
    shelves.show(now)


def _parts_of(
    held: list[Reservation], skus: Mapping[int, int], document: str, quantities: Mapping[int, int]
) -> dict[int, int]:
    """By stock: how many of what is held make up so many of each SKU, the first warehouses first."""
    left, parts = dict(quantities), {}
    for reservation in held:
        part = min(left.get(skus[reservation.stock_id], 0), reservation.quantity)
        if part:
            left[skus[reservation.stock_id]] -= part
            parts[reservation.stock_id] = part
    if any(left.values()):
        raise ValueError(f"{document} does not hold as much as is wanted of it: {left}")
    return parts


def _lessen(held: list[Reservation], parts: Mapping[int, int], status: str) -> None:
    """What is held falls by these parts; what has nothing left has this status and keeps its last quantity."""
    for reservation in held:
        part = parts.get(reservation.stock_id, 0)
        if part == reservation.quantity:
            _close([reservation], status)
        elif part:
            Reservation.objects.filter(pk=reservation.pk).update(quantity=reservation.quantity - part)


def release(*, document: str, now: datetime) -> None:
    """Goods spoken for may be bought again. Doing it again, or after consuming, does nothing."""
    release_all(documents=[document], now=now)


@transaction.atomic
def release_all(*, documents: Iterable[str], now: datetime) -> int:
    """
    The goods of several documents may be bought again; returns how many reservations. Doing it again does nothing.
    """
    shelves, held = _lock_what_is_held(list(documents))
    if not held:
        return 0
    back: dict[int, int] = {}
    for reservation in held:
        back[reservation.stock_id] = back.get(reservation.stock_id, 0) + reservation.quantity
    change_rows("reserved = s.reserved - c.quantity", back)
    _close(held, Reservation.Status.RELEASED)
    for row in shelves.rows:
        row.reserved -= back.get(row.pk, 0)
    shelves.show(now)
    return len(held)


def _lock_what_is_held(documents: list[str]) -> tuple[Shelves, list[Reservation]]:
    """The shelves of what is held for documents, then the reservations: a rival who waited finds nothing left."""
    held = Reservation.objects.filter(document__in=documents, status=Reservation.Status.HELD)
    shelves = lock_shelves(held.values("stock__sku"))
    if not shelves.rows:
        return shelves, []
    return shelves, list(held.select_for_update(no_key=True).order_by("stock_id", "pk"))


def _close(held: Iterable[Reservation], status: str) -> None:
    Reservation.objects.filter(pk__in=[reservation.pk for reservation in held]).update(status=status)
