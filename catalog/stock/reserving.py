"""Speaking for goods on behalf of a document: reserved at order, consumed at shipping, released at canceling."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from catalog.models import Reservation, Stock, StockMovement
from catalog.stock.aside import hand_over
from catalog.stock.shelves import (
    LOCK_WHAT_IS_SOLD,
    Shelves,
    change_rows,
    lock_shelves,
    out_of_stock,
    show_products_anew,
    spread_over,
)
from mall.rows import insert_rows, select_rows


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
) -> None:
    """
    Speak for the goods of several documents at once: one lock, one update, one insert for a whole checkout.

    Each line is taken whole from the first warehouse that has as much, else from all of them in their order. Belongs
    into the transaction of what the goods are for; a caller who catches the refusal rolls back himself.

    :param slots: of SKUs that are services, the time (by key) at which it is wanted; others have none
    :param from_aside: of SKUs in a promotion, for which document how many of the pieces wanted are set aside

    :raises OutOfStock: something is short; nothing was reserved for any of them
    :raises RuntimeError: no transaction is open, so the lock would hold nobody
    """
    if not connection.in_atomic_block:
        raise RuntimeError("reserve_all() belongs inside the transaction of what the goods are for")
    wanted: dict[int, int] = {}
    for quantities in documents.values():
        for sku_id, quantity in quantities.items():
            if quantity <= 0:
                raise ValueError(f"a reservation needs a quantity above zero, not {quantity}")
            wanted[sku_id] = wanted.get(sku_id, 0) + quantity
    left: dict[int, dict[int, int]] = {}  # by SKU, then by stock in the order of the warehouses
    shops, products, aside, in_stores = {}, {}, {}, {}
    times = slots or {}
    for sku_id, _place, stock_id, shop_id, free, product_id, slot_id, is_store, kept in sorted(
        select_rows(LOCK_WHAT_IS_SOLD, [list(wanted)]), key=lambda row: row[:3]
    ):
        if slot_id != times.get(sku_id):
            continue
        left.setdefault(sku_id, {})[stock_id] = free
        shops[sku_id], products[sku_id] = shop_id, product_id
        if is_store:
            in_stores[stock_id] = free, product_id
        aside[sku_id] = aside.get(sku_id, 0) + kept
    freed = {}
    for sku_id, stock_id, part in hand_over(from_aside) if from_aside else ():
        left[sku_id][stock_id] += part
        freed[stock_id] = freed.get(stock_id, 0) + part
        aside[sku_id] -= part

    totals = {sku_id: sum(left.get(sku_id, {}).values()) for sku_id in wanted}
    short = [sku_id for sku_id in wanted if totals[sku_id] < wanted[sku_id]]
    if short:
        raise out_of_stock(short)
    rows = [
        Reservation(
            shop_id=shops[sku_id],
            stock_id=stock_id,
            document=document,
            quantity=part,
            reserved_at=now,
            expires_at=expires_at,
        )
        for document, quantities in documents.items()
        for sku_id, quantity in quantities.items()
        for stock_id, part in spread_over(left[sku_id], quantity)
    ]
    taken: dict[int, int] = {}
    for row in rows:
        taken[row.stock_id] = taken.get(row.stock_id, 0) + row.quantity
    changed = change_rows("reserved = s.reserved + c.quantity", taken, condition="s.on_hand - s.reserved >= c.quantity")
    if changed != len(taken):
        raise out_of_stock(list(wanted))
    insert_rows(rows)
    show_products_anew(
        {products[sku_id] for sku_id in wanted if totals[sku_id] + aside[sku_id] == wanted[sku_id]},
        {
            product_id
            for stock_id, (free, product_id) in in_stores.items()
            if taken.get(stock_id, 0) - freed.get(stock_id, 0) == free > 0
        },
    )


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
