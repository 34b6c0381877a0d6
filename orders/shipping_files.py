"""
Shipping many orders by one file (O9): a row is a parcel with all that is left of an order; a row with a SKU and a
quantity is so much of it, and rows under the same number are one parcel.

A file is read whole before anything is shipped. Then its orders and their goods are locked in the house order, and each
parcel is shipped by itself, so that one which cannot be shipped keeps none of the others. Doing the same file again
ships nothing twice: the orders have left, the numbers are used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Sku
from catalog.stock.shelves import lock_shelves
from catalog.transfer.cells import UnreadableFile, Wrong
from catalog.transfer.sheets import layout_of, rows_of
from mall.refusals import Refusal
from orders.carriers import clean_tracking_number
from orders.fulfillment import ship_order
from orders.models import Order, Parcel

MOST_PARCELS = 100  # their orders and goods are locked together, so it is not to take long
COLUMNS = {  # what the head of each column may be called
    "order": {"order", "order number", "订单", "订单号", "订单编号"},
    "carrier": {"carrier", "快递", "快递公司", "物流公司", "承运商"},
    "number": {"tracking number", "tracking no", "运单号", "快递单号", "物流单号"},
    "sku": {"sku", "sku code", "code", "商品编码", "sku 编码", "货号"},
    "quantity": {"quantity", "pieces", "数量", "件数"},
}
NEEDED = ("order", "carrier", "number")


@dataclass(slots=True)
class Planned:
    """One parcel of a file: its rows, what they say, and what came of it."""

    rows: list[int]
    order: str
    carrier: str
    number: str
    goods: list[tuple[str, int]] = field(default_factory=list)
    why: str = ""
    parcel: Parcel | None = None


@transaction.atomic
def ship_file(*, shop, file: BinaryIO, by, now: datetime) -> list[Planned]:
    """
    Ship what a CSV or XLSX file says; returns each parcel with what came of it, in the order of the file.

    :raises UnreadableFile: not such a file, a column is missing, nothing is in it, or more than anybody ships at once
    """
    planned = read_file(file)
    named = Order.objects.owned_by(shop).filter(public_id__in={one.order for one in planned})
    locked = named.select_for_update(of=("self",), no_key=True).prefetch_related("lines__sku").order_by("pk")
    orders = {order.public_id: order for order in locked}
    lock_shelves({line.sku_id for order in orders.values() for line in order.lines.all()})
    for one in planned:
        if one.why:
            continue
        try:
            order = orders.get(one.order)
            if order is None:
                one.why = _("There is no such order in this shop.")
                continue
            one.parcel = ship_order(
                order=order,
                carrier=one.carrier,
                tracking_number=one.number,
                pieces=_pieces(order, one.goods),
                by=by,
                now=now,
            )
        except Refusal as refusal:
            one.why = str(refusal)
    return planned


class UnknownSku(Refusal):
    """The order has no such goods."""

    code = "unknown-sku"
    status = 400


def _pieces(order: Order, goods: Sequence[tuple[str, int]]) -> dict[int, int] | None:
    """By line, how many go into the parcel; nothing when the file does not say."""
    if not goods:
        return None
    lines = {name: line for line in order.lines.all() for name in _names(line.sku)}
    pieces: dict[int, int] = {}
    for code, count in goods:
        if code.casefold() not in lines:
            raise UnknownSku(_("The order has no goods “%(code)s”.") % {"code": code})
        line = lines[code.casefold()]
        pieces[line.pk] = pieces.get(line.pk, 0) + count
    return pieces


def _names(sku: Sku) -> set[str]:
    return {name.casefold() for name in (sku.code, sku.public_id) if name}


def read_file(file: BinaryIO) -> list[Planned]:
    """The parcels that a file tells of; what is wrong with one stands in its ``why``."""
    rows = rows_of(file, layout_of(file, knows=lambda head: sum(_column(cell) is not None for cell in head)))
    head = next(rows, None)
    places = {name: place for place, cell in enumerate(head.cells if head else ()) if (name := _column(cell))}
    if missing := [name for name in NEEDED if name not in places]:
        called = {"order": _("Order number"), "carrier": _("Carrier"), "number": _("Tracking number")}
        raise UnreadableFile(
            _("These columns are missing: %(columns)s.") % {"columns": ", ".join(called[name] for name in missing)}
        )
    found: dict[object, Planned] = {}
    for row in rows:
        said = {name: row.cells[place] if place < len(row.cells) else "" for name, place in places.items()}
        one = _planned(row.number, said)
        same = (one.order, one.carrier, one.number) if one.number and one.goods and not one.why else row.number
        if same in found:
            found[same].rows += one.rows
            found[same].goods += one.goods
        else:
            found[same] = one
        if len(found) > MOST_PARCELS:
            raise UnreadableFile(_("The file has more than %(most)d parcels. Divide it.") % {"most": MOST_PARCELS})
    if not found:
        raise UnreadableFile(_("The file has no rows below its head."))
    return list(found.values())


def _column(cell) -> str | None:
    name = str(cell).strip().strip("*").strip().casefold()
    return next((column for column, names in COLUMNS.items() if name in names), None)


def _planned(number: int, said: dict) -> Planned:
    if wrong := next((cell for cell in said.values() if isinstance(cell, Wrong)), None):
        return Planned([number], "", "", "", why=str(wrong))
    said = {name: cell.strip() for name, cell in said.items()}
    one = Planned([number], said["order"].lower(), "", said["number"])
    try:
        one.carrier = _carrier(said["carrier"])
        one.number = clean_tracking_number(one.carrier, said["number"])
        one.goods = _goods(said.get("sku", ""), said.get("quantity", ""))
        if one.goods and not one.number:
            raise WrongCell(_("A part of an order needs its tracking number."))
    except Refusal as refusal:
        one.why = str(refusal)
    return one


class WrongCell(Refusal):
    """What stands in a cell cannot be understood."""

    code = "wrong-cell"
    status = 400


def _carrier(named: str) -> str:
    """A carrier by its code or its name, in either language."""
    for code, label in Parcel.Carrier.choices:
        if named.casefold() in {code, *(name.casefold() for name in _labels(label))}:
            return code
    raise WrongCell(_("There is no carrier “%(name)s”.") % {"name": named})


def _labels(label) -> set[str]:
    names = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            names.add(str(label))
    return names


def _goods(code: str, quantity: str) -> list[tuple[str, int]]:
    if not code and not quantity:
        return []
    if not code:
        raise WrongCell(_("A quantity needs the code of its goods."))
    if not quantity.isdecimal() or not 0 < int(quantity) <= 99_999:
        raise WrongCell(_("“%(quantity)s” is no quantity.") % {"quantity": quantity})
    return [(code, int(quantity))]
