"""
Services by appointment (C2): a shop opens times, each for so many people, and shoppers choose one.

The places of a time are a row of stock of its own. So they are reserved with the order, given back when it is canceled
and used up when the shopper was there, by the very statements that keep goods from being sold twice.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from catalog import stock
from catalog.models import Product, Sku, Stock, StockMovement, TimeSlot
from catalog.stock.shelves import Change, book, lock_shelves
from mall.clock import BUSINESS_ZONE
from mall.flow import WrongStatus
from mall.ids import new_id
from mall.refusals import Refusal
from mall.rows import insert_rows, select_rows

MOST_AT_ONCE = 500
MOST_PLACES = 1_000
MOST_DAYS_AHEAD = 366
SHOWN_SLOTS = 60
BATCH = 200
COMES_BACK = timedelta(days=90)  # how long after a time an order for it may still be canceled
Span = tuple[datetime, datetime]


class WrongSlots(Refusal):
    """The times cannot be opened as they are."""

    code = "wrong-slots"
    status = 400


@dataclass(frozen=True, slots=True)
class Bookable:
    """A time as a shopper chooses it: how many places are left."""

    slot_id: int
    public_id: str
    sku_id: int
    starts_at: datetime
    ends_at: datetime
    left: int
    is_open: bool


def weekly(*, first: date, last: date, weekdays: Collection[int], start: time, end: time) -> list[Span]:
    """The same hours on these days of the week (0 is Monday), from one day to another, in the mall's time."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [
        (datetime.combine(day, start, BUSINESS_ZONE), datetime.combine(day, end, BUSINESS_ZONE))
        for day in days
        if day.weekday() in weekdays
    ]


@transaction.atomic
def open_slots(*, sku: Sku, spans: Iterable[Span], capacity: int, by, now: datetime) -> list[TimeSlot]:
    """
    Open these times for so many people each, all of them or none; a time that is open already stays as it is.

    :raises WrongSlots: no time, too many, one that has begun, ends before it starts or lies too far ahead
    """
    wanted = sorted(set(spans))
    if sku.product.kind != Product.Kind.SERVICE:
        raise WrongSlots(_("Only services have times."))
    if not 1 <= capacity <= MOST_PLACES:
        raise WrongSlots(_("Enter a number of places between 1 and %(most)d.") % {"most": MOST_PLACES})
    if not wanted:
        raise WrongSlots(_("None of the days in this period is one of the chosen days of the week."))
    if len(wanted) > MOST_AT_ONCE:
        raise WrongSlots(_("Open at most %(most)d times at once.") % {"most": MOST_AT_ONCE})
    if any(ends <= starts for starts, ends in wanted):
        raise WrongSlots(_("A time ends after it starts."))
    if wanted[0][0] <= now:
        raise WrongSlots(_("Only times that are still to come can be opened."))
    if wanted[-1][0] > now + timedelta(days=MOST_DAYS_AHEAD):
        raise WrongSlots(_("Open times at most a year ahead."))

    lock_shelves([sku.pk])  # whoever opens times of this SKU at the same moment waits here
    standing = set(TimeSlot.objects.filter(sku=sku, closed_at=None).values_list("starts_at", flat=True))
    fresh = [span for span in wanted if span[0] not in standing]
    slots = insert_rows(
        TimeSlot(shop_id=sku.shop_id, sku=sku, starts_at=starts, ends_at=ends, capacity=capacity)
        for starts, ends in fresh
    )
    warehouse = stock.default_warehouse(sku.shop)
    insert_rows(Stock(shop_id=sku.shop_id, sku=sku, warehouse=warehouse, slot=slot) for slot in slots)
    if slots:
        shelves = lock_shelves([sku.pk])
        rows = {row.slot_id: row for row in shelves.rows}
        changes = [Change(rows[slot.pk], capacity, StockMovement.Reason.RECEIPT) for slot in slots]
        document = new_id("rcp")
        book(shelves, changes, action="catalog.open_slots", document=document, by=by, now=now, by_hand=False)
    return slots


@transaction.atomic
def close_slot(*, slot: TimeSlot, by, now: datetime) -> int:
    """
    Nobody else can choose this time; who has, keeps it. Returns how many places were still free.

    :raises WrongStatus: it is closed already
    """
    shelves = lock_shelves([slot.sku_id])
    slot = TimeSlot.objects.select_for_update(no_key=True).get(pk=slot.pk)
    if slot.closed_at is not None:
        raise WrongStatus(_("This time is closed already."))
    row = next(row for row in shelves.rows if row.slot_id == slot.pk)
    free = row.available
    if free:
        change = Change(row, -free, StockMovement.Reason.OWN_USE)
        book(shelves, [change], action="catalog.close_slot", document=slot.public_id, by=by, now=now, by_hand=False)
    slot.closed_at = now
    slot.save(update_fields=["closed_at"])
    return free


def lapse_slots(*, now: datetime) -> int:
    """
    Times that have begun can be chosen no more, and places that came back to a closed one do not count; returns how
    many times. In resumable batches.
    """
    begun = TimeSlot.objects.filter(closed_at=None, starts_at__lte=now)
    count = 0
    while slots := list(begun.order_by("starts_at", "pk")[:BATCH]):
        for slot in slots:
            with suppress(WrongStatus):  # somebody was faster
                close_slot(slot=slot, by=None, now=now)
        count += len(slots)
    came_back = TimeSlot.objects.filter(
        closed_at__isnull=False, starts_at__gt=now - COMES_BACK, stock__on_hand__gt=F("stock__reserved")
    )
    for slot in came_back.order_by("pk")[:BATCH]:
        _write_off(slot, now)
    return count


@transaction.atomic
def _write_off(slot: TimeSlot, now: datetime) -> None:
    shelves = lock_shelves([slot.sku_id])
    row = next(row for row in shelves.rows if row.slot_id == slot.pk)
    if row.available:
        change = Change(row, -row.available, StockMovement.Reason.OWN_USE)
        book(shelves, [change], action="catalog.close_slot", document=slot.public_id, now=now, by_hand=False)


SLOTS = """
    SELECT b.id, b.public_id, b.sku_id, b.starts_at, b.ends_at, t.on_hand - t.reserved, b.closed_at IS NULL
    FROM catalog_timeslot b JOIN catalog_stock t ON t.slot_id = b.id
"""


def bookable(sku_id: int, *, now: datetime) -> list[Bookable]:
    """The next times of a service at which a place is left."""
    rows = select_rows(
        SLOTS + "WHERE b.sku_id = %s AND b.closed_at IS NULL AND b.starts_at > %s AND t.on_hand > t.reserved"
        " ORDER BY b.starts_at, b.id LIMIT %s",
        [sku_id, now, SHOWN_SLOTS],
    )
    return [Bookable(*row) for row in rows]


def slots_by(names: Iterable[int | str]) -> dict[int | str, Bookable]:
    """These times, all named by keys or all by public ids; without unknown ones. One question, none for no names."""
    asked = list(names)
    if not asked:
        return {}
    by_key = isinstance(asked[0], int)
    column = "id" if by_key else "public_id"
    rows = select_rows(f"{SLOTS} WHERE b.{column} = ANY (%s)", [asked])
    return {row[0 if by_key else 1]: Bookable(*row) for row in rows}


def why_not(slot: Bookable | None, sku_id: int, quantity: int, *, now: datetime) -> str:
    """What keeps so many from having the service at this time, in a sentence; empty when nothing does."""
    if slot is None or slot.sku_id != sku_id:
        return _("Choose a time first.")
    if slot.starts_at <= now or not slot.is_open:
        return _("This time can no longer be chosen. Choose another one.")
    if slot.left < quantity:
        if slot.left <= 0:
            return _("Nothing is free at this time any more. Choose another one.")
        return _("Only %(left)d places are left at this time.") % {"left": slot.left}
    return ""
