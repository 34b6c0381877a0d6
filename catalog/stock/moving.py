"""Goods that come, go or are counted in one warehouse: received, written off, taken back. Each has a document."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Sku, Stock, StockMovement, Warehouse
from catalog.stock.shelves import LARGEST_COUNT, Change, WrongCount, book, open_shelves
from catalog.stock.warehouses import default_warehouse
from mall.ids import new_id

Reason = StockMovement.Reason
COUNTED = "catalog.count_stock"


@transaction.atomic
def receive(
    *, sku: Sku, quantity: int, by=None, now: datetime, document: str = "", warehouse: Warehouse | None = None
) -> Stock:
    """
    Goods came in: so many more on hand in a warehouse, the shop's default one unless another is named.

    :param document: the delivery note; without one the receipt gets a number of its own
    :raises WrongCount: the quantity is not between one and a million
    :raises WarehouseClosed: the warehouse is closed
    """
    if not 0 < quantity <= LARGEST_COUNT:
        raise WrongCount(_("Enter a quantity between 1 and %(most)d.") % {"most": LARGEST_COUNT})
    shelves, stock = _shelf(sku, warehouse)
    change = Change(stock, quantity, Reason.RECEIPT)
    book(shelves, [change], action=COUNTED, document=document or new_id("rcp"), by=by, now=now)
    return stock


@transaction.atomic
def correct(
    *, sku: Sku, on_hand: int, by=None, now: datetime, document: str = "", warehouse: Warehouse | None = None
) -> Stock:
    """
    Somebody counted: this many lie in a warehouse. An unchanged count writes nothing.

    :raises WrongCount: less than what is spoken for, or more than a million
    :raises WarehouseClosed: the warehouse is closed
    """
    _check_count(on_hand, reserved=0)
    shelves, stock = _shelf(sku, warehouse)
    _check_count(on_hand, stock.reserved)
    if on_hand != stock.on_hand:
        change = Change(stock, on_hand - stock.on_hand, Reason.CORRECTION)
        book(shelves, [change], action=COUNTED, document=document or new_id("cnt"), by=by, now=now)
    return stock


@transaction.atomic
def correct_many(*, shop, counts: Mapping[int, int], by=None, now: datetime, document: str = "") -> int:
    """
    Somebody counted many SKUs (by key) in the default warehouse: one lock, one update. Returns how many changed.

    :raises WrongCount: less than what is spoken for, or more than a million; nothing was written
    """
    warehouse = default_warehouse(shop)
    shelves = open_shelves(warehouse, counts)
    stocks = shelves.of(warehouse)
    for sku_id, on_hand in counts.items():
        _check_count(on_hand, stocks[sku_id].reserved)
    changes = [
        Change(stocks[sku_id], on_hand - stocks[sku_id].on_hand, Reason.CORRECTION)
        for sku_id, on_hand in counts.items()
        if on_hand != stocks[sku_id].on_hand
    ]
    if changes:
        book(shelves, changes, action=COUNTED, document=document or new_id("cnt"), by=by, now=now)
    return len(changes)


@transaction.atomic
def write_off(
    *,
    sku: Sku,
    quantity: int,
    reason: str,
    by=None,
    now: datetime,
    document: str = "",
    warehouse: Warehouse | None = None,
) -> Stock:
    """
    Goods are damaged, lost or used by the shop itself: so many fewer on hand, never what orders wait for.

    :raises WrongCount: more than lies there unreserved
    :raises WarehouseClosed: the warehouse is closed
    """
    if reason not in StockMovement.WRITE_OFFS:
        raise ValueError(f"{reason!r} is no reason to write goods off")
    if not 0 < quantity <= LARGEST_COUNT:
        raise WrongCount(_("Enter a quantity between 1 and %(most)d.") % {"most": LARGEST_COUNT})
    shelves, stock = _shelf(sku, warehouse)
    if quantity > stock.available:
        raise WrongCount(
            _("Only %(left)d pieces lie there unreserved: no more can be written off.") % {"left": stock.available}
        )
    change = Change(stock, -quantity, reason)
    book(shelves, [change], action="catalog.write_off", document=document or new_id("wof"), by=by, now=now)
    return stock


@transaction.atomic
def restock(*, document: str, sku: Sku, quantity: int, by=None, now: datetime, warehouse: Warehouse | None = None):
    """
    Goods that a shopper sent back are on the shelf again, once for each document (an after-sale's public id) and SKU.

    Returns the movement; asked again, the one that was written the first time.

    :raises WrongCount: the quantity is not between one and a million
    """
    if not document:
        raise ValueError("what comes back needs the document by which it comes back once")
    if not 0 < quantity <= LARGEST_COUNT:
        raise WrongCount(_("Enter a quantity between 1 and %(most)d.") % {"most": LARGEST_COUNT})
    shelves, stock = _shelf(sku, warehouse)  # whoever asks at the same moment waits here
    known = StockMovement.objects.filter(document=document, reason=Reason.RETURN, stock__sku=sku).first()
    if known:
        return known
    change = Change(stock, quantity, Reason.RETURN)
    return book(shelves, [change], action="catalog.restock", document=document, by=by, now=now)[0]


def _shelf(sku: Sku, warehouse: Warehouse | None):
    """The locked shelves of a SKU, and its row in this warehouse."""
    warehouse = warehouse or default_warehouse(sku.shop)
    if warehouse.shop_id != sku.shop_id:
        raise ValueError("the warehouse is another shop's")
    shelves = open_shelves(warehouse, [sku.pk])
    return shelves, shelves.of(warehouse)[sku.pk]


def _check_count(on_hand: int, reserved: int) -> None:
    """:raises WrongCount: nobody can have counted so"""
    if not 0 <= on_hand <= LARGEST_COUNT:
        raise WrongCount(_("Enter a count between 0 and %(most)d.") % {"most": LARGEST_COUNT})
    if on_hand < reserved:
        raise WrongCount(
            _("%(reserved)d pieces are reserved by orders: the count cannot be lower.") % {"reserved": reserved}
        )
