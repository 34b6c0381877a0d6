"""
Goods on their way from one warehouse of a shop to another (C4): drafted, sent, received, each once.

What is sent leaves on hand of its source at once and is in transit until somebody says what arrived. The target then
books all of it in, and what is missing out again with a reason, so that a transfer's movements always come to nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from catalog.models import Sku, StockMovement, StockTransfer, StockTransferLine, Warehouse
from catalog.stock.shelves import LARGEST_COUNT, Change, WarehouseClosed, book, open_shelves
from mall.audit.trail import record
from mall.flow import WrongStatus
from mall.refusals import Refusal

MOST_LINES = 500
Reason = StockMovement.Reason
SHORTAGES = [Reason.LOST, Reason.DAMAGED]


class WrongTransfer(Refusal):
    """The transfer cannot be as asked; ``details["rows"]`` says by SKU (public id) what is wrong with it."""

    code = "wrong-transfer"


@transaction.atomic
def draft_transfer(
    *,
    source: Warehouse,
    target: Warehouse,
    quantities: Mapping[int, int] | None = None,
    note: str = "",
    by,
    now: datetime,
) -> StockTransfer:
    """
    Write down what is to go where; nothing moves yet.

    :param quantities: how many of each SKU (by key)
    :raises WrongTransfer: from a place to itself
    :raises WarehouseClosed: one of them is closed
    """
    if source.pk == target.pk:
        raise WrongTransfer(_("Choose two different warehouses."))
    if source.shop_id != target.shop_id:
        raise ValueError("the warehouses belong to different shops")
    transfer = StockTransfer.objects.create(
        shop=source.shop, source=source, target=target, note=note.strip(), by=by, drafted_at=now
    )
    _check_open(transfer)
    if quantities:
        _write_lines(transfer, quantities)
    _note("catalog.draft_transfer", transfer, by, now, {"lines": len(quantities or {})})
    return transfer


@transaction.atomic
def change_lines(*, transfer: StockTransfer, quantities: Mapping[int, int], by, now: datetime) -> StockTransfer:
    """
    So many of these SKUs (by key) instead; zero takes a line away, SKUs that are not named stay as they are.

    :raises WrongStatus: it is sent or ended already
    :raises WrongTransfer: too many lines, or absurd quantities
    """
    transfer = _lock(transfer)
    if transfer.status != StockTransfer.Status.DRAFT:
        raise WrongStatus(_("A transfer that was sent is not changed any more."))
    _write_lines(transfer, quantities)
    _note("catalog.change_transfer", transfer, by, now, {"lines": transfer.lines.count()})
    return transfer


@transaction.atomic
def send_transfer(*, transfer: StockTransfer, by, now: datetime) -> StockTransfer:
    """
    The goods have left their source: they are in transit.

    :raises WrongStatus: it is sent or ended already
    :raises WrongTransfer: it is empty, or more is to go than lies there unreserved; nothing was sent
    :raises WarehouseClosed: source or target is closed
    """
    transfer = _lock(transfer)
    StockTransfer.FLOW.move(transfer, StockTransfer.Status.SENT)
    lines = _lines(transfer)
    if not lines:
        raise WrongTransfer(_("There is nothing on this transfer yet."))
    _check_open(transfer)
    shelves = open_shelves(transfer.source, [line.sku_id for line in lines])
    stocks = shelves.of(transfer.source)
    short = {
        line.sku.public_id: _("Only %(left)d pieces lie there unreserved.") % {"left": stocks[line.sku_id].available}
        for line in lines
        if stocks[line.sku_id].available < line.quantity
    }
    if short:
        raise WrongTransfer(_("Not everything on it lies there: nothing was sent."), rows=short)
    transfer.sent_at = now
    transfer.save(update_fields=["status", "sent_at"])
    changes = [Change(stocks[line.sku_id], -line.quantity, Reason.TRANSFER_OUT) for line in lines]
    book(shelves, changes, action="catalog.send_stock", document=transfer.public_id, by=by, now=now)
    _note("catalog.send_transfer", transfer, by, now, {"pieces": sum(line.quantity for line in lines)})
    return transfer


@transaction.atomic
def receive_transfer(
    *,
    transfer: StockTransfer,
    received: Mapping[int, int] | None = None,
    shortage: str = Reason.LOST,
    by,
    now: datetime,
) -> StockTransfer:
    """
    The goods have arrived, all of them or fewer; what is missing is written off at the target.

    :param received: how many of each SKU (by key) arrived; a SKU that is not named arrived whole
    :param shortage: what became of the rest: ``lost`` or ``damaged``
    :raises WrongStatus: it is not in transit
    :raises WrongTransfer: more arrived than was sent
    """
    if shortage not in SHORTAGES:
        raise ValueError(f"{shortage!r} does not explain what is missing")
    transfer = _lock(transfer)
    StockTransfer.FLOW.move(transfer, StockTransfer.Status.RECEIVED)
    lines = _lines(transfer)
    arrived = {line.sku_id: line.quantity for line in lines} | dict(received or {})
    wrong = {
        line.sku.public_id: _("Enter a quantity between 0 and %(most)d.") % {"most": line.quantity}
        for line in lines
        if not 0 <= arrived[line.sku_id] <= line.quantity
    }
    if wrong:
        raise WrongTransfer(_("No more can arrive than was sent."), rows=wrong)
    shelves = open_shelves(transfer.target, [line.sku_id for line in lines])
    stocks = shelves.of(transfer.target)
    changes = []
    for line in lines:
        line.received = arrived[line.sku_id]
        changes.append(Change(stocks[line.sku_id], line.quantity, Reason.TRANSFER_IN))
        if missing := line.quantity - line.received:
            line.shortage = shortage
            changes.append(Change(stocks[line.sku_id], -missing, shortage))
    StockTransferLine.objects.bulk_update(lines, ["received", "shortage"])
    transfer.ended_at = now
    transfer.save(update_fields=["status", "ended_at"])
    book(shelves, changes, action="catalog.receive_stock", document=transfer.public_id, by=by, now=now)
    missing = sum(line.quantity - line.received for line in lines)
    _note("catalog.receive_transfer", transfer, by, now, {"missing": missing})
    return transfer


@transaction.atomic
def cancel_transfer(*, transfer: StockTransfer, by, now: datetime) -> StockTransfer:
    """
    It was not sent and will not be.

    :raises WrongStatus: it is sent or ended already
    """
    transfer = _lock(transfer)
    StockTransfer.FLOW.move(transfer, StockTransfer.Status.CANCELED)
    transfer.ended_at = now
    transfer.save(update_fields=["status", "ended_at"])
    _note("catalog.cancel_transfer", transfer, by, now, {})
    return transfer


def in_transit(sku_ids: Iterable[int]) -> dict[int, int]:
    """How many of each SKU are on their way between warehouses; SKUs without are left out."""
    rows = StockTransferLine.objects.filter(sku__in=list(sku_ids), transfer__status=StockTransfer.Status.SENT)
    return dict(rows.values("sku_id").annotate(pieces=Sum("quantity")).values_list("sku_id", "pieces"))


def _write_lines(transfer: StockTransfer, quantities: Mapping[int, int]) -> None:
    absurd = [sku_id for sku_id, quantity in quantities.items() if not 0 <= quantity <= LARGEST_COUNT]
    if absurd:
        said = _("Enter a quantity between 0 and %(most)d.") % {"most": LARGEST_COUNT}
        rows = dict.fromkeys(Sku.objects.filter(pk__in=absurd).values_list("public_id", flat=True), said)
        raise WrongTransfer(said, rows=rows)
    transfer.lines.filter(sku__in=[sku_id for sku_id, quantity in quantities.items() if not quantity]).delete()
    wanted = {sku_id: quantity for sku_id, quantity in quantities.items() if quantity}
    owned = set(Sku.objects.owned_by(transfer.shop).filter(pk__in=wanted).values_list("pk", flat=True))
    StockTransferLine.objects.bulk_create(
        [
            StockTransferLine(shop_id=transfer.shop_id, transfer=transfer, sku_id=sku_id, quantity=quantity)
            for sku_id, quantity in wanted.items()
            if sku_id in owned
        ],
        update_conflicts=True,
        unique_fields=["transfer", "sku"],
        update_fields=["quantity"],
    )
    if transfer.lines.count() > MOST_LINES:
        raise WrongTransfer(_("A transfer takes at most %(most)d lines.") % {"most": MOST_LINES})


def _lock(transfer: StockTransfer) -> StockTransfer:
    rows = StockTransfer.objects.select_related("shop", "source", "target")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=transfer.pk)


def _lines(transfer: StockTransfer) -> list[StockTransferLine]:
    return list(transfer.lines.select_related("sku").order_by("sku_id"))


def _check_open(transfer: StockTransfer) -> None:
    for warehouse in (transfer.source, transfer.target):
        if not warehouse.is_open:
            raise WarehouseClosed(_("The warehouse “%(name)s” is closed.") % {"name": warehouse.name})


def _note(action: str, transfer: StockTransfer, by, now: datetime, after: dict) -> None:
    after = {"status": str(transfer.status), **after}
    record(action, transfer.public_id, by=by, now=now, shop_slug=transfer.shop.slug, after=after)
