"""
Where parcels are (O6): what carriers tell is noted once each, in whatever order it comes, and what follows from it.

What follows is read from all that is known of a parcel, not from the order in which it was told: it has arrived when a
signature is among it, and came back when its return is.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.orders import ParcelCameBack, ParcelShipped
from mall.flow import WrongStatus
from mall.rows import insert_rows
from orders import carriers, tunables
from orders.after_sales.cases import AfterSaleOpen
from orders.after_sales.returning import note_undelivered
from orders.fulfillment import came_back, hand_over, note_delivery
from orders.locks import lock_order
from orders.models import Order, OrderStep, Parcel, ParcelLine, ParcelScan
from orders.steps import write_steps

BATCH = 200
Kind = ParcelScan.Kind
log = logging.getLogger("orders.tracking")


def follow_parcels(*, now: datetime) -> dict[str, int]:
    """
    Ask the carriers about all parcels whose time has come; returns what was heard. A carrier is asked outside any lock,
    and one that does not answer is asked again later.
    """
    done: Counter[str] = Counter()
    last = 0
    while True:
        due = Parcel.objects.filter(look_at__lte=now, pk__gt=last).select_related("order").order_by("pk")[:BATCH]
        parcels = list(due)
        if not parcels:
            return dict(done)
        for parcel in parcels:
            last = parcel.pk
            done["asked"] += 1
            try:
                scans = carriers.carrier(parcel.carrier).scans(parcel, now)
                done["heard"] += note_scans(parcel=parcel, scans=scans, now=now)
            except Exception:
                done["failed"] += 1
                log.warning("parcel %s could not be followed now", parcel, exc_info=True)
            _look_again(parcel, now)


def _look_again(parcel: Parcel, now: datetime) -> None:
    """When it is asked about next: not any more when it has ended, or when nothing more is to be expected."""
    until = parcel.shipped_at + timedelta(days=tunables.TRACKING_DAYS.value)
    later = now + timedelta(minutes=tunables.TRACKING_MINUTES.value)
    moving = Parcel.objects.filter(pk=parcel.pk, delivered_at=None, returned_at=None)
    moving.update(look_at=later if later <= until else None)


@transaction.atomic
def note_scans(*, parcel: Parcel, scans: Iterable[carriers.Scan], now: datetime) -> int:
    """
    Write down what a carrier tells, each once; returns how much of it was new. A signature delivers the parcel at the
    moment of the signature, a return brings it back; what the future holds is not believed.
    """
    order = lock_order(parcel.order_id)
    parcel = Parcel.objects.get(pk=parcel.pk)
    known = set(ParcelScan.objects.filter(parcel=parcel).values_list("key", flat=True))
    new = {scan.key: scan for scan in scans if scan.key not in known and scan.at <= now and scan.kind in Kind.values}
    insert_rows(
        ParcelScan(
            shop_id=parcel.shop_id,
            parcel=parcel,
            key=scan.key,
            kind=scan.kind,
            reason=scan.reason if scan.reason in ParcelScan.Reason.values else "",
            place=scan.place[:40],
            at=scan.at,
            noted_at=now,
        )
        for scan in new.values()
    )
    ends = {scan.kind: max(scan.at, parcel.shipped_at) for scan in new.values()}
    if Kind.SIGNED in ends and parcel.returned_at is None:
        note_delivery(parcel=parcel, now=ends[Kind.SIGNED])
    elif Kind.BACK in ends and parcel.delivered_at is None and parcel.returned_at is None:
        _note_return(order, parcel, ends[Kind.BACK])
    return len(new)


def _note_return(order: Order, parcel: Parcel, at: datetime) -> None:
    """It is with its shop again: nothing goes on by itself until the shop sends it anew, or pays it back."""
    parcel.returned_at, parcel.look_at = at, None
    parcel.save(update_fields=["returned_at", "look_at"])
    if parcel.after_sale_id is not None:
        note_undelivered(parcel.after_sale, now=at)
    elif order.status == Order.Status.SHIPPED:
        order.due_at = None
        order.save(update_fields=["due_at"])
    write_steps([order], OrderStep.Kind.RETURNED, at=at, note=f"{parcel.carrier} {parcel.tracking_number}")
    publish(
        ParcelCameBack(
            parcel_id=parcel.public_id, order_id=order.public_id, shop_id=order.shop.public_id, came_back_at=at
        )
    )


@transaction.atomic
def send_again(*, parcel: Parcel, carrier: str, tracking_number: str = "", by, now: datetime) -> Parcel:
    """
    What came back goes to the shopper again, the same goods in a new parcel; the stock has lost them already.

    :raises WrongStatus: it did not come back, was sent again already, or its order is over
    :raises AfterSaleOpen: the shopper asks for money back; she is answered first
    :raises BadTrackingNumber, TrackingNumberUsed: as for ``ship_order``
    """
    order = lock_order(parcel.order_id)
    former = Parcel.objects.filter(pk=parcel.pk, returned_at__isnull=False, replaced_by=None, after_sale=None).first()
    if former is None or order.status not in (Order.Status.PAID, Order.Status.SHIPPED):
        raise WrongStatus(_("This parcel is not to be sent again."))
    if order.paused_at:
        raise AfterSaleOpen(_("The shopper asks for her money back: answer her before you ship."))
    start = former.from_province, former.from_city
    again = hand_over(order, carrier, tracking_number, start=start, replaces=former, now=now)
    lines = ParcelLine.objects.filter(parcel=former).order_by("pk")
    insert_rows(
        ParcelLine(shop_id=order.shop_id, parcel=again, line_id=held.line_id, quantity=held.quantity) for held in lines
    )
    if order.status == Order.Status.SHIPPED and not came_back(order):
        order.due_at = now + timedelta(days=tunables.DELIVERY_DAYS.value)
        order.save(update_fields=["due_at"])
    note = f"{again.carrier} {again.tracking_number}"
    write_steps([order], OrderStep.Kind.SHIPPED, at=now, by=by, note=note)
    record(
        "orders.send_again",
        order.public_id,
        by=by,
        now=now,
        shop_slug=order.shop.slug,
        before={"parcel": former.public_id},
        after={"parcel": again.public_id, "carrier": carrier, "tracking_number": again.tracking_number},
    )
    publish(
        ParcelShipped(
            parcel_id=again.public_id,
            order_id=order.public_id,
            shop_id=order.shop.public_id,
            is_last=order.status == Order.Status.SHIPPED,
            shipped_at=now,
        )
    )
    return again
