"""
Stock-taking (C4): a sheet of a warehouse's goods, filled in as one goes, applied as one document.

The sheet remembers how many there were when it was opened, and each entry how many had moved by then. The difference
that somebody found is booked onto whatever lies there when the sheet is applied, so sales need not stop meanwhile.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Sku, Stock, StockCount, StockCountLine, StockMovement, Warehouse
from catalog.stock.shelves import LARGEST_COUNT, Change, WarehouseClosed, WrongCount, book, check_room, open_shelves
from mall.audit.trail import record
from mall.flow import WrongStatus
from mall.refusals import Refusal

MOST_LINES = 20_000


class WrongSheet(Refusal):
    """The sheet cannot be as asked; ``details["rows"]`` says by SKU (public id) what is wrong with it."""

    code = "wrong-sheet"


@transaction.atomic
def open_count(
    *,
    warehouse: Warehouse,
    sku_ids: Iterable[int] | None = None,
    is_blind: bool = False,
    note: str = "",
    by,
    now: datetime,
) -> StockCount:
    """
    A sheet of these SKUs (by key), or of all that are offered or lie there.

    :param is_blind: whoever counts does not see how many are expected
    :raises WrongSheet: there is nothing to count, or too much
    :raises WarehouseClosed: the warehouse is closed
    """
    if not warehouse.is_open:
        raise WarehouseClosed(_("The warehouse “%(name)s” is closed.") % {"name": warehouse.name})
    skus = Sku.objects.owned_by(warehouse.shop)
    lying = Stock.objects.filter(warehouse=warehouse, on_hand__gt=0).values("sku")
    skus = (
        skus.filter(pk__in=list(sku_ids))
        if sku_ids is not None
        else skus.filter(is_active=True) | skus.filter(pk__in=lying)
    )
    ids = list(skus.order_by("product_id", "pk").values_list("pk", flat=True)[: MOST_LINES + 1])
    if not ids:
        raise WrongSheet(_("There is nothing to count."))
    if len(ids) > MOST_LINES:
        raise WrongSheet(_("A sheet takes at most %(most)d lines: choose some goods.") % {"most": MOST_LINES})
    count = StockCount.objects.create(
        shop=warehouse.shop, warehouse=warehouse, is_blind=is_blind, note=note.strip(), by=by, opened_at=now
    )
    expected = _on_hand(warehouse, ids)
    StockCountLine.objects.bulk_create(
        StockCountLine(shop_id=count.shop_id, count=count, sku_id=sku_id, expected=expected.get(sku_id, 0))
        for sku_id in ids
    )
    _note("catalog.open_count", count, by, now, {"lines": len(ids), "is_blind": is_blind})
    return count


@transaction.atomic
def enter(*, count: StockCount, counted: Mapping[int, int | None], by, now: datetime) -> int:
    """
    So many were found of these SKUs (by key), as of now; ``None`` takes an entry back. Returns how many changed.

    :raises WrongStatus: the sheet is applied or canceled
    :raises WrongSheet: counts that cannot be; nothing was entered
    """
    count = _lock(count)
    if count.status != StockCount.Status.OPEN:
        raise WrongStatus(_("This sheet is closed: open a new one to count again."))
    lines = list(count.lines.filter(sku__in=counted).select_related("sku").order_by("sku_id"))
    wrong = {
        line.sku.public_id: _("Enter a count between 0 and %(most)d.") % {"most": LARGEST_COUNT}
        for line in lines
        if counted[line.sku_id] is not None and not 0 <= counted[line.sku_id] <= LARGEST_COUNT
    }
    if wrong:
        raise WrongSheet(_("Some counts cannot be."), rows=wrong)
    changed = [line for line in lines if counted[line.sku_id] != line.counted]
    lies_there = _on_hand(count.warehouse, [line.sku_id for line in changed])
    for line in changed:
        line.counted = counted[line.sku_id]
        line.counted_at = None if line.counted is None else now
        line.moved = 0 if line.counted is None else lies_there.get(line.sku_id, 0) - line.expected
    StockCountLine.objects.bulk_update(changed, ["counted", "counted_at", "moved"])
    return len(changed)


@transaction.atomic
def apply_count(*, count: StockCount, by, now: datetime) -> StockCount:
    """
    What was found is so from now on: every difference is booked, under the sheet's number. Lines without an entry stay.

    :raises WrongStatus: the sheet is applied or canceled
    :raises WrongSheet: nothing was counted, or less than orders wait for; ``rows`` says where; nothing was booked
    """
    count = _lock(count)
    StockCount.FLOW.move(count, StockCount.Status.APPLIED)
    lines = list(count.lines.filter(counted__isnull=False).select_related("sku").order_by("sku_id"))
    if not lines:
        raise WrongSheet(_("Nothing was counted yet."))
    shelves = open_shelves(count.warehouse, [line.sku_id for line in lines])
    stocks = shelves.of(count.warehouse)
    changes, wrong = [], {}
    for line in lines:
        if line.difference:
            try:
                check_room(stocks[line.sku_id], line.difference)
            except WrongCount as refusal:
                wrong[line.sku.public_id] = str(refusal)
            changes.append(Change(stocks[line.sku_id], line.difference, StockMovement.Reason.CORRECTION))
    if wrong:
        raise WrongSheet(_("Some counts are lower than what orders wait for: nothing was changed."), rows=wrong)
    count.ended_at = now
    count.save(update_fields=["status", "ended_at"])
    if changes:
        book(shelves, changes, action="catalog.count_stock", document=count.public_id, by=by, now=now)
    _note("catalog.apply_count", count, by, now, {"counted": len(lines), "differences": len(changes)})
    return count


@transaction.atomic
def cancel_count(*, count: StockCount, by, now: datetime) -> StockCount:
    """
    Nothing comes of this sheet.

    :raises WrongStatus: it is applied or canceled already
    """
    count = _lock(count)
    StockCount.FLOW.move(count, StockCount.Status.CANCELED)
    count.ended_at = now
    count.save(update_fields=["status", "ended_at"])
    _note("catalog.cancel_count", count, by, now, {})
    return count


def _on_hand(warehouse: Warehouse, sku_ids: Iterable[int]) -> dict[int, int]:
    rows = Stock.objects.filter(warehouse=warehouse, sku__in=list(sku_ids))
    return dict(rows.values_list("sku_id", "on_hand"))


def _lock(count: StockCount) -> StockCount:
    rows = StockCount.objects.select_related("shop", "warehouse")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=count.pk)


def _note(action: str, count: StockCount, by, now: datetime, after: dict) -> None:
    record(action, count.public_id, by=by, now=now, shop_slug=count.shop.slug, after=after)
