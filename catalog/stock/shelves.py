"""
The shelves of a shop: locked in the house order, changed in one statement, every change of on hand a movement.

All rows of a SKU are locked, in whatever warehouse they stand, so that whoever takes the last piece anywhere knows it.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog import kinds
from catalog.generation import forget_products_after_commit
from catalog.models import Product, Sku, Stock, StockMovement, Warehouse
from catalog.search.index import follow_stock, follow_stores
from mall.audit.trail import record_many
from mall.events.bus import publish
from mall.events.catalog import ProductBackInStock
from mall.refusals import Refusal
from mall.rows import insert_rows

LARGEST_COUNT = 1_000_000

# The rows are locked in the house order; which is taken from first says the warehouse's position.
LOCK_WHAT_IS_SOLD = """
    SELECT t.sku_id, w.position, t.id, t.shop_id, t.on_hand - t.reserved, k.product_id, t.slot_id, w.kind = 'store',
        t.set_aside, w.id, w.province, w.city, w.parcel_cost
    FROM catalog_stock t JOIN catalog_sku k ON k.id = t.sku_id JOIN catalog_warehouse w ON w.id = t.warehouse_id
    WHERE t.sku_id = ANY (%s) AND w.sells_online ORDER BY t.sku_id, t.id FOR NO KEY UPDATE OF t
"""


class OutOfStock(Refusal):
    """Not enough is available; ``details["skus"]`` names the SKUs by public id."""

    code = "out-of-stock"


class WrongCount(Refusal):
    """A count that cannot be: negative, absurdly large, or less than what is spoken for."""

    code = "wrong-count"


class CountedByItself(Refusal):
    """Nobody counts these goods by hand; ``details["skus"]`` names them by public id."""

    code = "counted-by-itself"


class WarehouseClosed(Refusal):
    """Nothing comes into a warehouse that is closed, nothing goes out of it."""

    code = "warehouse-closed"


@dataclass(frozen=True, slots=True)
class Change:
    """So many more, or fewer, of a locked stock, and why."""

    stock: Stock
    quantity: int
    reason: str


class Shelves:
    """The locked rows of some SKUs. What changes them says so here and ends with :meth:`show`."""

    def __init__(self, rows: Sequence[Stock]):
        self.rows = rows
        self._left_before, self._in_stores_before = self.left(), self._in_stores()

    def left(self) -> dict[int, int]:
        """What can be bought of each SKU, be it in a promotion only."""
        counts: dict[int, int] = {}
        for row in self.rows:
            left = row.available + row.set_aside if row.warehouse.sells_online else 0
            counts[row.sku_id] = counts.get(row.sku_id, 0) + left
        return counts

    def _in_stores(self) -> set[int]:
        """The rows (by key) of which a shopper finds something in a store."""
        kind = Warehouse.Kind.STORE
        return {
            row.pk
            for row in self.rows
            if row.warehouse.kind == kind and row.warehouse.sells_online and row.available > 0
        }

    def of(self, warehouse: Warehouse) -> dict[int, Stock]:
        """The rows of one warehouse by SKU; those of time slots are not among them."""
        return {row.sku_id: row for row in self.rows if row.warehouse_id == warehouse.pk and row.slot_id is None}

    def show(self, now: datetime) -> None:
        """Pages and lists follow where the last piece went or the first one came; who waits for goods is told."""
        before, after = self._left_before, self.left()
        turned = {sku_id for sku_id in after if (before[sku_id] > 0) != (after[sku_id] > 0)}
        there = self._in_stores_before ^ self._in_stores()
        if not turned and not there:
            return
        skus = {row.sku_id: row.sku for row in self.rows if row.sku_id in turned}
        show_products_anew(
            {sku.product_id for sku in skus.values()}, {row.sku.product_id for row in self.rows if row.pk in there}
        )
        announce_back([sku for sku_id, sku in skus.items() if after[sku_id] > 0], now)


def lock_shelves(sku_ids: Iterable[int] | QuerySet) -> Shelves:
    """All rows of these SKUs, locked in the house order: by SKU, then by key."""
    return Shelves(
        list(
            Stock.objects.filter(sku__in=sku_ids if isinstance(sku_ids, QuerySet) else list(sku_ids))
            .select_related("sku__product", "warehouse", "shop")
            .only(
                "on_hand", "reserved", "set_aside", "slot", "shop__slug", "sku__product__kind", "sku__public_id",
                "sku__code", "warehouse__sells_online", "warehouse__closed_at", "warehouse__name", "warehouse__kind",
            )
            .select_for_update(of=("self",), no_key=True)
            .order_by("sku_id", "pk")
        )
    )  # fmt: skip


def open_shelves(warehouse: Warehouse, sku_ids: Iterable[int]) -> Shelves:
    """
    As ``lock_shelves``, with a row in this warehouse for each SKU, made now where there is none yet.

    :raises WarehouseClosed: the warehouse is closed
    """
    ids = list(sku_ids)
    known = set(Stock.objects.filter(warehouse=warehouse, sku__in=ids, slot=None).values_list("sku_id", flat=True))
    missing = sorted(set(ids) - known)
    if missing:
        Stock.objects.bulk_create(
            [Stock(shop_id=warehouse.shop_id, sku_id=sku_id, warehouse=warehouse) for sku_id in missing],
            ignore_conflicts=True,
        )
    shelves = lock_shelves(ids)
    # Asked under the lock: whoever closes a warehouse holds all of its rows.
    if any(not row.warehouse.is_open for row in shelves.of(warehouse).values()):
        raise WarehouseClosed(_("The warehouse “%(name)s” is closed.") % {"name": warehouse.name})
    return shelves


def book(
    shelves: Shelves,
    changes: Sequence[Change],
    *,
    action: str,
    document: str,
    by=None,
    now: datetime,
    by_hand: bool = True,
) -> list[StockMovement]:
    """
    Change on hand of locked rows: one update, one insert of movements, one of what is on the record.

    :param by_hand: somebody counted, moved or received; goods whose kind counts itself are never changed so
    :raises WrongCount: less would lie there than is spoken for, or absurdly much; nothing was written
    :raises CountedByItself: their codes are the stock of some of these
    """
    if by_hand:
        _may_be_counted(change.stock for change in changes)
    totals: dict[int, int] = {}
    stocks: dict[int, Stock] = {}
    for change in changes:
        stocks[change.stock.pk] = change.stock
        totals[change.stock.pk] = totals.get(change.stock.pk, 0) + change.quantity
    for pk, quantity in totals.items():
        check_room(stocks[pk], quantity)
    before = {pk: stock.on_hand for pk, stock in stocks.items()}
    totals = {pk: quantity for pk, quantity in totals.items() if quantity}
    if change_rows("on_hand = s.on_hand + c.quantity", totals) != len(totals):
        raise RuntimeError("a locked row of stock could not be changed")
    for pk, quantity in totals.items():
        stocks[pk].on_hand += quantity
    movements = insert_rows(
        StockMovement(
            shop_id=change.stock.shop_id,
            stock_id=change.stock.pk,
            quantity=change.quantity,
            reason=change.reason,
            document=document,
            by=by,
            at=now,
        )
        for change in changes
    )
    reasons = {change.stock.pk: str(change.reason) for change in changes}
    record_many(
        [
            (
                action,
                stock.sku.public_id,
                {"on_hand": before[pk]},
                {"on_hand": stock.on_hand, "reason": reasons[pk], "document": document},
            )
            for pk, stock in stocks.items()
        ],
        by=by,
        now=now,
        shop_slug=next(iter(stocks.values())).shop.slug if stocks else "",
    )
    shelves.show(now)
    return movements


def _may_be_counted(stocks: Iterable[Stock]) -> None:
    own = [stock.sku for stock in stocks if stock.sku.product.kind in kinds.COUNTED_BY_ITSELF]
    if own:
        names, public_ids = names_of({sku.pk for sku in own})
        raise CountedByItself(
            _("This stock is not counted by hand, it follows from codes or time slots: %(goods)s.") % {"goods": names},
            skus=public_ids,
        )


def check_room(stock: Stock, quantity: int) -> None:
    """:raises WrongCount: less would lie there than is spoken for, or absurdly much"""
    on_hand = stock.on_hand + quantity
    if quantity < 0 and on_hand < stock.reserved:
        raise WrongCount(
            _("%(reserved)d pieces are reserved by orders: the count cannot be lower.") % {"reserved": stock.reserved}
        )
    if on_hand > 2 * LARGEST_COUNT:
        raise WrongCount(_("That would be more than %(most)d pieces.") % {"most": 2 * LARGEST_COUNT})


def change_rows(assignments: str, quantities: Mapping[int, int], condition: str = "true") -> int:
    """Change the counts of many locked stock rows (by key) in one statement; returns how many rows it changed."""
    if not quantities:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE catalog_stock s SET {assignments}"  # noqa: S608 - words of these modules, not of a request
            " FROM unnest(%s::bigint[], %s::int[]) AS c(stock_id, quantity)"
            f" WHERE s.id = c.stock_id AND {condition}",
            [list(quantities), list(quantities.values())],
        )
        return cursor.rowcount


@dataclass(frozen=True, slots=True)
class Place:
    """
    A warehouse as far as an order asks: where it is, and how many of each SKU (by key) can be taken there. The least
    ``position`` comes first in the shop's own order; ``parcel_cost`` are fen, if the shop has said.
    """

    warehouse_id: int
    position: int
    is_store: bool
    province: str
    city: str
    parcel_cost: int | None
    free: Mapping[int, int]


def spread_over(left: dict[int, int], quantity: int) -> list[tuple[int, int]]:
    """From which stock how many are taken; what is left there shrinks."""
    whole = next((stock_id for stock_id, free in left.items() if free >= quantity), None)
    if whole is not None:
        left[whole] -= quantity
        return [(whole, quantity)]
    parts = []
    for stock_id, free in left.items():
        part = min(free, quantity)
        if part > 0:
            left[stock_id] -= part
            quantity -= part
            parts.append((stock_id, part))
    return parts


def announce_back(skus: Iterable[Sku], now: datetime) -> None:
    """Of these there was nothing to buy, and there is again: once for each product."""
    by_product = {sku.product_id: sku for sku in skus}
    if not by_product:
        return
    on_sale = Product.objects.filter(pk__in=by_product, status=Product.Status.ON_SALE)
    products = on_sale.select_related("shop").only("public_id", "shop__public_id")
    publish(
        *(
            ProductBackInStock(
                product_id=product.public_id,
                sku_id=by_product[product.pk].public_id,
                shop_id=product.shop.public_id,
                back_at=now,
            )
            for product in products.order_by("pk")
        )
    )


def show_products_anew(product_ids: set[int], in_stores: Set[int] = frozenset()) -> None:
    """Pages that said "sold out" or "in stock" of these, or in which store the others are, are no longer right."""
    goods = product_ids | in_stores
    if not goods:
        return
    if in_stores:
        follow_stores(goods)
    else:
        follow_stock(goods)
    forget_products_after_commit(Product.objects.filter(pk__in=goods).values_list("public_id", flat=True))


def names_of(sku_ids: Iterable[int]) -> tuple[str, list[str]]:
    """What these SKUs are called, for a sentence, and their public ids."""
    skus = list(Sku.objects.filter(pk__in=list(sku_ids)).select_related("product").order_by("pk"))
    return ", ".join(dict.fromkeys(str(sku.product.title) for sku in skus)), [sku.public_id for sku in skus]


def out_of_stock(sku_ids: list[int]) -> OutOfStock:
    names, public_ids = names_of(sku_ids)
    return OutOfStock(_("Not enough in stock: %(goods)s.") % {"goods": names}, skus=public_ids)
