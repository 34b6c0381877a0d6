"""
How a case is locked, moved from status to status and ended; and how it holds its order meanwhile.

An order with an open case is paused: it does not complete, its share is not released, it is not shipped. When its last
case has ended, the days to its completion that had passed meanwhile are given back. Complaints hold nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F

from catalog import stock
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.orders import AfterSaleClosed, AfterSaleMoved
from mall.refusals import Refusal
from orders import gift_cards, tunables
from orders.after_sales import gifts
from orders.locks import lock_order
from orders.models import AfterSale, AfterSaleNote, Order, OrderLine

Status, Kind, Side, Did = AfterSale.Status, AfterSale.Kind, AfterSaleNote.Side, AfterSaleNote.Did
LONGEST_TEXT = 1000


class WordsMissing(Refusal):
    """The other side must be told why."""

    code = "words-missing"
    status = 400


class AfterSaleOpen(Refusal):
    """The order waits for an after-sale to end."""

    code = "after-sale-open"


def lock_case(case: AfterSale) -> AfterSale:
    """The case as it stands now, in the house order: its order, then itself. The rows hang together in memory."""
    order = lock_order(case.order_id)
    rows = AfterSale.objects.select_related("line__sku").select_for_update(of=("self",), no_key=True)
    case = rows.get(pk=case.pk)
    case.order = order
    return case


def due_at(case: AfterSale, status: str, now: datetime) -> datetime | None:
    """When the clock acts on a case that comes into this status now."""
    if status == Status.ASKED:
        hours = tunables.UNSHIPPED_HOURS if case.is_unshipped else tunables.ANSWER_HOURS
        return now + timedelta(hours=hours.value)
    days = {
        Status.REFUSED: tunables.REPLY_DAYS,
        Status.ANSWERED: tunables.REPLY_DAYS,
        Status.AWAITING_RETURN: tunables.RETURN_DAYS,
        Status.RETURNING: tunables.TRANSIT_DAYS,
        Status.INSPECTING: tunables.INSPECT_DAYS,
        Status.RESENDING: tunables.RESEND_DAYS,
        Status.RESENT: tunables.TRANSIT_DAYS,
        Status.DECIDED: tunables.APPEAL_DAYS,
    }.get(Status(status))
    return now + timedelta(days=days.value) if days else None


def note(
    case: AfterSale, did: str, *, side: str, by=None, now: datetime, text: str = "", files: Sequence[str] = ()
) -> AfterSaleNote:
    """One entry of the thread."""
    return AfterSaleNote.objects.create(
        shop_id=case.shop_id,
        case=case,
        side=side,
        by=by,
        did=did,
        text=text.strip()[:LONGEST_TEXT],
        files=list(files),
        at=now,
    )


def move(
    case: AfterSale, status: str, did: str, *, side: str, by=None, now: datetime, text: str = "",
    files: Sequence[str] = (),
) -> None:  # fmt: skip
    """Move a locked case, set its clock, save all of it, and tell."""
    before = case.status
    AfterSale.FLOW.move(case, status)
    if side == Side.SHOP and case.answered_at is None:
        case.answered_at = now
    case.due_at = due_at(case, status, now)
    if status in AfterSale.ENDED:
        case.ended_at = now
    case.save()
    note(case, did, side=side, by=by, now=now, text=text, files=files)
    on_record(case, did, by=by, now=now, before=before)
    publish(
        AfterSaleMoved(
            case_id=case.public_id,
            order_id=case.order.public_id,
            shop_id=case.order.shop.public_id,
            shopper_id=case.shopper_id,
            status=case.status,
            by=str(side),
            did=str(did),
            moved_at=now,
        )
    )


def on_record(case: AfterSale, did: str, *, by, now: datetime, before: str = "") -> None:
    """What a person did is on the record; what the clock did stands in the thread."""
    if by is not None:
        record(
            f"orders.after_sale_{did}",
            case.public_id,
            by=by,
            now=now,
            shop_slug=case.order.shop.slug,
            before={"status": str(before)} if before else {},
            after={"status": str(case.status), "refund": case.refund.minor},
        )


def end(case: AfterSale, status: str, did: str, *, side: str, by=None, now: datetime, text: str = "") -> None:
    """End a locked case: what it had claimed and kept reserved is free again, its order goes on, and it is told."""
    if case.line_id and case.settled_at is None:
        OrderLine.objects.filter(pk=case.line_id).update(
            claimed_quantity=F("claimed_quantity") - case.quantity, claimed=F("claimed") - case.worth.minor
        )
        gifts.free_from(case)
        if case.order.is_of_cards:
            gift_cards.free_from(case)
    stock.release(document=case.public_id, now=now)
    move(case, status, did, side=side, by=by, now=now, text=text)
    resume(case.order, now)
    lost = case.verdicts.filter(executed_at__isnull=False, liability_percent__gte=50).exists()
    publish(
        AfterSaleClosed(
            case_id=case.public_id,
            order_id=case.order.public_id,
            shop_id=case.order.shop.public_id,
            shopper_id=case.shopper_id,
            kind=case.kind,
            reason=case.reason,
            product_id=case.line.product_public_id if case.line_id else "",
            is_settled=status == Status.DONE,
            refunded=case.refund.minor,
            currency=case.currency,
            quantity=case.quantity,
            goods_back=case.quantity if case.came_back_at else 0,
            fault=case.fault,
            response_seconds=int((case.answered_at - case.opened_at).total_seconds()) if case.answered_at else -1,
            was_arbitrated=case.escalated_at is not None,
            is_lost_by_shop=lost,
            closed_at=now,
        )
    )


# How a case holds its order


def pause(order: Order, now: datetime) -> None:
    """The order, locked by the caller, waits from now on, if it does not already."""
    if order.paused_at is None:
        order.paused_at = now
        order.save(update_fields=["paused_at"])


def resume(order: Order, now: datetime) -> None:
    """The order, locked by the caller, goes on, unless another case is open; the time it waited does not count."""
    open_cases = AfterSale.objects.filter(order=order).exclude(status__in=AfterSale.ENDED)
    if order.paused_at is None or open_cases.exclude(kind=Kind.COMPLAINT).exists():
        return
    if order.status == Order.Status.DELIVERED and order.due_at:
        order.due_at += max(now - max(order.paused_at, order.delivered_at), timedelta(0))
    order.paused_at = None
    order.save(update_fields=["paused_at", "due_at"])


def close_all(order: Order, *, now: datetime, text: str) -> None:
    """The order, locked by the caller, is canceled: what was asked about it is answered by that."""
    rows = AfterSale.objects.filter(order=order, is_unshipped=True).exclude(
        status__in=[*AfterSale.ENDED, Status.REFUNDING]
    )
    for case in rows.select_related("line").select_for_update(of=("self",), no_key=True).order_by("pk"):
        case.order = order
        end(case, Status.CLOSED, Did.CLOSED, side=Side.CLOCK, now=now, text=text)
