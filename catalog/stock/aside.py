"""
Goods that a promotion keeps for its buyers (K3): reserved for it, then handed over to their orders piece by piece.

Nobody else can buy them meanwhile. Handing over happens under the lock of the stock, in the transaction that places the
order, so a piece is always either the promotion's or the order's.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction

from catalog.models import Reservation
from catalog.stock.shelves import (
    LOCK_WHAT_IS_SOLD,
    change_rows,
    lock_shelves,
    out_of_stock,
    show_products_anew,
    spread_over,
)
from mall.rows import select_rows

_KEEP = """
    INSERT INTO catalog_reservation AS r (shop_id, stock_id, document, quantity, status, reserved_at, is_aside)
    SELECT s.shop_id, s.id, %s, c.quantity, 'held', %s, true
    FROM unnest(%s::bigint[], %s::int[]) AS c(stock_id, quantity) JOIN catalog_stock s ON s.id = c.stock_id
    ON CONFLICT (document, stock_id) DO UPDATE SET status = 'held', reserved_at = excluded.reserved_at,
        quantity = excluded.quantity + CASE WHEN r.status = 'held' THEN r.quantity ELSE 0 END
"""
_HELD = """
    SELECT r.id, t.sku_id, r.stock_id, r.quantity FROM catalog_reservation r JOIN catalog_stock t ON t.id = r.stock_id
    WHERE r.document = ANY (%s) AND r.status = 'held' AND r.is_aside AND t.sku_id = ANY (%s) ORDER BY r.id
"""
# What is handed over whole is no longer held; the row keeps its last quantity, because there are none of nothing.
_LESSEN = """
    UPDATE catalog_reservation r SET
        quantity = CASE WHEN r.quantity > c.part THEN r.quantity - c.part ELSE r.quantity END,
        status = CASE WHEN r.quantity > c.part THEN r.status ELSE 'released' END
    FROM unnest(%s::bigint[], %s::int[]) AS c(id, part) WHERE r.id = c.id
"""


@transaction.atomic
def set_aside(*, document: str, quantities: Mapping[int, int], now: datetime, partly: bool = False) -> dict[int, int]:
    """
    Keep so many more of each SKU (by key) for a promotion; returns how many of each were there to be kept.

    :param partly: take what is there, if it is less
    :raises OutOfStock: something is short; nothing was set aside
    """
    left: dict[int, dict[int, int]] = {sku_id: {} for sku_id in quantities}
    in_stores = {}
    for sku_id, _place, stock_id, _shop, free, product_id, slot_id, is_store, *_rest in sorted(
        select_rows(LOCK_WHAT_IS_SOLD, [list(quantities)]), key=lambda row: row[:3]
    ):
        if slot_id is None:
            left[sku_id][stock_id] = free
        if is_store:
            in_stores[stock_id] = free, product_id
    kept = {sku_id: min(wanted, sum(left[sku_id].values())) for sku_id, wanted in quantities.items()}
    short = [sku_id for sku_id, wanted in quantities.items() if kept[sku_id] < wanted]
    if short and not partly:
        raise out_of_stock(short)
    parts = {
        stock_id: part
        for sku_id, quantity in kept.items()
        if quantity
        for stock_id, part in spread_over(left[sku_id], quantity)
    }
    if parts:
        change_rows("reserved = s.reserved + c.quantity, set_aside = s.set_aside + c.quantity", parts)
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [document, now, list(parts), list(parts.values())])
    emptied = {product_id for stock_id, (free, product_id) in in_stores.items() if parts.get(stock_id) == free}
    show_products_anew(set(), emptied)
    return kept


@transaction.atomic
def put_back(*, document: str, sku_ids: Iterable[int], now: datetime) -> int:
    """What is still kept of these SKUs (keys) may be bought by everybody again; returns how many pieces."""
    ids = list(sku_ids)
    shelves = lock_shelves(ids)  # also when nothing is kept: whoever keeps more at this moment is waited for
    held = select_rows(_HELD, [[document], ids])
    parts = {stock_id: quantity for _id, _sku, stock_id, quantity in held}
    change_rows("reserved = s.reserved - c.quantity, set_aside = s.set_aside - c.quantity", parts)
    Reservation.objects.filter(pk__in=[row[0] for row in held]).update(status=Reservation.Status.RELEASED)
    products = {row.sku.product_id for row in shelves.rows if row.pk in parts}
    show_products_anew(products, products)
    return sum(parts.values())


def hand_over(from_aside: Mapping[int, tuple[str, int]]) -> list[tuple[int, int, int]]:
    """
    Free pieces that are set aside, for an order that takes them at once; the caller has locked the stock.

    :param from_aside: by SKU, for which document and how many pieces; fewer are freed where fewer are kept
    :returns: SKU, stock and pieces
    """
    freed, lessened, parts = [], {}, {}
    left = {sku_id: count for sku_id, (_document, count) in from_aside.items()}
    documents = sorted({document for document, _count in from_aside.values()})
    for reservation_id, sku_id, stock_id, quantity in select_rows(_HELD, [documents, sorted(left)]):
        part = min(quantity, left[sku_id])
        if part:
            left[sku_id] -= part
            lessened[reservation_id] = part
            parts[stock_id] = parts.get(stock_id, 0) + part
            freed.append((sku_id, stock_id, part))
    if lessened:
        change_rows("reserved = s.reserved - c.quantity, set_aside = s.set_aside - c.quantity", parts)
        with connection.cursor() as cursor:
            cursor.execute(_LESSEN, [list(lessened), list(lessened.values())])
    return freed
