"""
Counting: what lies on the shelf, what of it is spoken for (C4).

Every change locks its stock rows in the order of their SKUs, so carts that cross never deadlock, and is written as
one statement that also carries the condition. A reservation belongs to a document (an order's public id); consuming
or releasing it a second time does nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog.generation import forget_products_after_commit
from catalog.models import Product, Reservation, Sku, Stock, StockMovement, Warehouse
from catalog.search.index import follow_stock
from mall.audit.trail import record
from mall.refusals import Refusal
from mall.rows import insert_rows, select_rows

LARGEST_COUNT = 1_000_000
LOCK_DEFAULT_STOCK = """
    SELECT t.sku_id, t.id, t.shop_id, t.on_hand - t.reserved, k.product_id
    FROM catalog_stock t JOIN catalog_sku k ON k.id = t.sku_id JOIN catalog_warehouse w ON w.id = t.warehouse_id
    WHERE t.sku_id = ANY (%s) AND w.is_default ORDER BY t.sku_id, t.id FOR NO KEY UPDATE OF t
"""


class OutOfStock(Refusal):
    """Not enough is available; ``details["skus"]`` names the SKUs by public id."""

    code = "out-of-stock"


class WrongCount(Refusal):
    """A count that cannot be: negative, absurdly large, or less than what is spoken for."""

    code = "wrong-count"


def default_warehouse(shop) -> Warehouse:
    """The shop's default warehouse, opened now if there is none yet."""
    warehouse, _created = Warehouse.objects.get_or_create(
        shop=shop, is_default=True, defaults={"name": {"zh-hans": "主仓库", "en": "Main warehouse"}}
    )
    return warehouse


def available(sku_ids: Iterable[int]) -> dict[int, int]:
    """How many of each SKU can be bought now; 0 for a SKU without stock."""
    ids = list(sku_ids)
    counted = dict(
        Stock.objects.filter(sku__in=ids, warehouse__is_default=True)
        .annotate(left=F("on_hand") - F("reserved"))
        .values_list("sku_id", "left")
    )
    return {sku_id: counted.get(sku_id, 0) for sku_id in ids}


def with_available(skus: QuerySet) -> QuerySet:
    """The SKUs with ``available``: what could be bought now."""
    stock = Stock.objects.filter(sku=OuterRef("pk"), warehouse__is_default=True)
    left = stock.values(left=F("on_hand") - F("reserved"))
    return skus.annotate(available=Coalesce(Subquery(left[:1]), 0))


@transaction.atomic
def reserve(*, document: str, quantities: Mapping[int, int], now: datetime) -> None:
    """
    Speak for so many of each SKU (by key) on behalf of a document, all or nothing.

    :raises OutOfStock: something is short; nothing was reserved
    """
    reserve_all(documents={document: quantities}, now=now)


def reserve_all(*, documents: Mapping[str, Mapping[int, int]], now: datetime) -> None:
    """
    Speak for the goods of several documents at once: one lock, one update, one insert for a whole checkout.

    Belongs into the transaction of what the goods are for; a caller who catches the refusal rolls back himself.

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
    stocks = {sku_id: row for sku_id, *row in select_rows(LOCK_DEFAULT_STOCK, [list(wanted)])}

    short = [sku_id for sku_id in wanted if sku_id not in stocks or stocks[sku_id][2] < wanted[sku_id]]
    if short:
        raise _out_of_stock(short)
    changed = _change(
        "reserved = s.reserved + c.quantity",
        {stocks[sku_id][0]: quantity for sku_id, quantity in wanted.items()},
        condition="s.on_hand - s.reserved >= c.quantity",
    )
    if changed != len(wanted):
        raise _out_of_stock(list(wanted))

    insert_rows(
        Reservation(
            shop_id=stocks[sku_id][1],
            stock_id=stocks[sku_id][0],
            document=document,
            quantity=quantity,
            reserved_at=now,
        )
        for document, quantities in documents.items()
        for sku_id, quantity in quantities.items()
    )
    _show_products_anew(
        {product_id for sku_id, (_pk, _shop, left, product_id) in stocks.items() if left == wanted[sku_id]}
    )


@transaction.atomic
def consume(*, document: str, by=None, now: datetime) -> None:
    """Goods spoken for have left the warehouse: on hand and reserved fall together. Doing it again does nothing."""
    held = _locked_reservations(document)
    if not held:
        return
    _change(
        "on_hand = s.on_hand - c.quantity, reserved = s.reserved - c.quantity",
        {reservation.stock_id: reservation.quantity for reservation in held},
    )
    StockMovement.objects.bulk_create(
        StockMovement(
            shop_id=reservation.shop_id,
            stock_id=reservation.stock_id,
            quantity=-reservation.quantity,
            reason=StockMovement.Reason.SHIPMENT,
            document=document,
            by=by,
            at=now,
        )
        for reservation in held
    )
    _close(held, Reservation.Status.CONSUMED)


def release(*, document: str, now: datetime) -> None:
    """Goods spoken for may be bought again. Doing it again, or after consuming, does nothing."""
    release_all(documents=[document], now=now)


@transaction.atomic
def release_all(*, documents: Iterable[str], now: datetime) -> None:
    """The goods of several documents may be bought again: one lock, two updates. Doing it again does nothing."""
    held = _locked_reservations(*documents)
    if not held:
        return
    back: dict[int, int] = {}
    for reservation in held:
        back[reservation.stock_id] = back.get(reservation.stock_id, 0) + reservation.quantity
    _change("reserved = s.reserved - c.quantity", back)
    _close(held, Reservation.Status.RELEASED)
    _show_anew(reservation.stock for reservation in held if reservation.stock.available == 0)


@transaction.atomic
def receive(*, sku: Sku, quantity: int, by=None, now: datetime, document: str = "") -> Stock:
    """
    Goods came in: so many more on hand in the shop's default warehouse.

    :raises WrongCount: the quantity is not between one and a million
    """
    if not 0 < quantity <= LARGEST_COUNT:
        raise WrongCount(_("Enter a quantity between 1 and %(most)d.") % {"most": LARGEST_COUNT})
    stock = _stock_of(sku)
    return _recount(stock, quantity, StockMovement.Reason.RECEIPT, by=by, now=now, document=document, sku=sku)


@transaction.atomic
def correct(*, sku: Sku, on_hand: int, by=None, now: datetime, document: str = "") -> Stock:
    """
    Somebody counted: this many lie in the default warehouse. An unchanged count writes nothing.

    :raises WrongCount: less than what is spoken for, or more than a million
    """
    if not 0 <= on_hand <= LARGEST_COUNT:
        raise WrongCount(_("Enter a count between 0 and %(most)d.") % {"most": LARGEST_COUNT})
    stock = _stock_of(sku)
    if on_hand < stock.reserved:
        raise WrongCount(
            _("%(reserved)d pieces are reserved by orders: the count cannot be lower.") % {"reserved": stock.reserved}
        )
    if on_hand == stock.on_hand:
        return stock
    difference = on_hand - stock.on_hand
    return _recount(stock, difference, StockMovement.Reason.CORRECTION, by=by, now=now, document=document, sku=sku)


def _locked(**which) -> list[Stock]:
    """Stock rows locked in the house order: by SKU."""
    return list(
        Stock.objects.filter(**which)
        .select_related("sku")
        .only("on_hand", "reserved", "shop_id", "warehouse_id", "sku__product_id")
        .select_for_update(of=("self",), no_key=True)
        .order_by("sku_id", "pk")
    )


def _locked_reservations(*documents: str) -> list[Reservation]:
    """What is still held for documents, with its stock, both locked; a rival who waited finds nothing left."""
    return list(
        Reservation.objects.filter(document__in=documents, status=Reservation.Status.HELD)
        .select_related("stock__sku")
        .select_for_update(of=("self", "stock"), no_key=True)
        .order_by("stock__sku_id", "stock_id", "pk")
    )


def _change(assignments: str, quantities: Mapping[int, int], condition: str = "true") -> int:
    """Change the counts of many locked stock rows (by key) in one statement; returns how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE catalog_stock s SET {assignments}"  # noqa: S608 - words of this module, not of a request
            " FROM unnest(%s::bigint[], %s::int[]) AS c(stock_id, quantity)"
            f" WHERE s.id = c.stock_id AND {condition}",
            [list(quantities), list(quantities.values())],
        )
        return cursor.rowcount


def _close(held: Iterable[Reservation], status: str) -> None:
    Reservation.objects.filter(pk__in=[reservation.pk for reservation in held]).update(status=status)


def _out_of_stock(sku_ids: list[int]) -> OutOfStock:
    skus = Sku.objects.filter(pk__in=sku_ids).select_related("product").order_by("pk")
    names = list(dict.fromkeys(str(sku.product.title) for sku in skus))
    return OutOfStock(
        _("Not enough in stock: %(goods)s.") % {"goods": ", ".join(names)}, skus=[sku.public_id for sku in skus]
    )


def _stock_of(sku: Sku) -> Stock:
    """The SKU's row in the default warehouse, locked; opened now if there is none yet."""
    warehouse = default_warehouse(sku.shop)
    Stock.objects.bulk_create([Stock(shop_id=sku.shop_id, sku=sku, warehouse=warehouse)], ignore_conflicts=True)
    return _locked(sku=sku, warehouse=warehouse)[0]


def _recount(stock: Stock, difference: int, reason: str, *, by, now: datetime, document: str, sku: Sku) -> Stock:
    before = stock.on_hand
    if before + difference > 2 * LARGEST_COUNT:
        raise WrongCount(_("That would be more than %(most)d pieces.") % {"most": 2 * LARGEST_COUNT})
    was_empty = stock.available <= 0
    stock.on_hand = before + difference
    stock.save(update_fields=["on_hand"])
    StockMovement.objects.create(
        shop_id=stock.shop_id, stock=stock, quantity=difference, reason=reason, document=document, by=by, at=now
    )
    record(
        "catalog.count_stock",
        sku.public_id,
        by=by,
        now=now,
        shop_slug=sku.shop.slug,
        before={"on_hand": before},
        after={"on_hand": stock.on_hand, "reason": str(reason)},
    )
    if was_empty or stock.available <= 0:
        _show_anew([stock])
    return stock


def _show_anew(stocks: Iterable[Stock]) -> None:
    """Pages that said "sold out" or "in stock" of these are no longer right."""
    _show_products_anew({stock.sku.product_id for stock in stocks})


def _show_products_anew(product_ids: set[int]) -> None:
    if product_ids:
        follow_stock(product_ids)
        forget_products_after_commit(Product.objects.filter(pk__in=product_ids).values_list("public_id", flat=True))
