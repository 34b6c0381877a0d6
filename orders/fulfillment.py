"""
From paid to completed (O5, O6): shipping, whole or in parts, arriving, and the end of second thoughts.

An order awaits shipment until the last piece of it has left, in however many parcels; what was refunded before it was
sent is not waited for. It has arrived when its last parcel has.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from catalog import stats, stock
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.orders import DealDelivered, OrderCompleted, OrderDelivered, OrderShipped, ParcelShipped
from mall.flow import WrongStatus
from mall.refusals import Refusal
from mall.rows import insert_rows
from marketing import trials
from marketing.deals import waiting_words
from orders import carriers, tunables
from orders.addresses import check_answered
from orders.after_sales.cases import AfterSaleOpen
from orders.carriers import clean_tracking_number
from orders.locks import lock_order
from orders.models import AfterSale, Order, OrderLine, OrderStep, Parcel, ParcelLine
from orders.steps import write_steps

BATCH = 200


class TrackingNumberUsed(Refusal):
    """Another parcel goes under this number already."""

    code = "tracking-number-used"


class TooManyPieces(Refusal):
    """More pieces than are left to send, or none."""

    code = "too-many-pieces"
    status = 400


class DealOpen(Refusal):
    """The order waits for the outcome of its deal; it is not sent before."""

    code = "deal-open"


@transaction.atomic
def ship_order(
    *, order: Order, carrier: str, tracking_number: str = "", pieces: Mapping[int, int] | None = None, by, now: datetime
) -> Parcel:
    """
    Hand goods of a paid order to a carrier in one parcel; they leave the stock. With the last of them the order is
    shipped, until then it awaits shipment.

    :param tracking_number: may be left out with a carrier that draws its numbers itself
    :param pieces: how many of which line (by key); all that is left of the order when left out
    :raises WrongStatus: not paid, or shipped or canceled already
    :raises DealOpen: it waits for the outcome of its deal
    :raises AfterSaleOpen: the shopper asks for money back of what was not sent; she is answered first
    :raises AddressAsked: she asks for another address; she is answered first
    :raises TooManyPieces: fewer are left to send, or none were named
    :raises BadTrackingNumber: not a number of this carrier
    :raises TrackingNumberUsed: another parcel goes under this number
    """
    order = lock_order(order.pk)
    if not Order.FLOW.can(order, Order.Status.SHIPPED):
        raise WrongStatus(_("This order is not to be shipped now: it is “%(status)s”.")
                          % {"status": order.get_status_display()})  # fmt: skip
    if order.awaits_deal:
        raise DealOpen(waiting_words(order.deal) or _("What this order waits for has not come yet."))
    if order.paused_at and unsent_cases(order).exists():
        raise AfterSaleOpen(_("The shopper asks for her money back: answer her before you ship."))
    check_answered(order)
    lines = list(OrderLine.objects.filter(order=order).order_by("pk"))
    taken = _taken(lines, pieces)
    parcel = hand_over(order, carrier, tracking_number, start=_start_of(order), now=now)
    is_last = _pack(order, parcel, lines, taken, by=by, now=now)

    note = f"{parcel.carrier} {parcel.tracking_number}"
    if not is_last:
        order.partly_shipped_at = order.partly_shipped_at or now
        order.save(update_fields=["partly_shipped_at"])
        write_steps([order], OrderStep.Kind.PART_SHIPPED, at=now, by=by, note=note)
    record(
        "orders.ship_order",
        order.public_id,
        by=by,
        now=now,
        shop_slug=order.shop.slug,
        after={
            "parcel": parcel.public_id,
            "carrier": carrier,
            "tracking_number": parcel.tracking_number,
            "pieces": sum(taken.values()),
        },
    )
    publish(
        ParcelShipped(
            parcel_id=parcel.public_id,
            order_id=order.public_id,
            shop_id=order.shop.public_id,
            is_last=is_last,
            shipped_at=now,
        )
    )
    if is_last:
        finish_shipping(order, by=by, now=now)
    return parcel


def hand_over(
    order: Order, carrier: str, tracking_number: str, *, start: tuple[str, str], now: datetime, **further
) -> Parcel:
    """
    A new parcel of an order, with a number of its carrier and the day by which it should arrive.

    :param start: province and city that it leaves from
    :raises BadTrackingNumber, TrackingNumberUsed: as for ``ship_order``
    """
    number, chosen = clean_tracking_number(carrier, tracking_number), carriers.carrier(carrier)
    province, city = start
    parcel = Parcel(
        shop_id=order.shop_id,
        order=order,
        carrier=carrier,
        from_province=province,
        from_city=city,
        shipped_at=now,
        expected_on=chosen.expected_on(start=province, end=order.province, at=now),
        look_at=now + timedelta(minutes=tunables.TRACKING_MINUTES.value) if chosen.is_asked else None,
        **further,
    )
    parcel.tracking_number = number or chosen.new_number(parcel.public_id)
    try:
        with transaction.atomic():
            parcel.save()
    except IntegrityError as error:
        raise TrackingNumberUsed(_("Another parcel goes under this tracking number already.")) from error
    return parcel


def _start_of(order: Order) -> tuple[str, str]:
    """Where the goods lie that are held for an order: its warehouse, or what its shop says of itself."""
    place = stock.place_of(order.public_id)
    return place if place and place[0] else (order.shop.province, order.shop.city)


def _taken(lines: list[OrderLine], pieces: Mapping[int, int] | None) -> dict[int, int]:
    """How many pieces of which line go into the parcel."""
    left = {line.pk: line.unsent for line in lines if line.unsent}
    if pieces is None:
        return left
    taken = {key: count for key, count in pieces.items() if count}
    if not taken:
        raise TooManyPieces(_("Say which goods are in the parcel."))
    for key, count in taken.items():
        if not 0 < count <= left.get(key, 0):
            title = next((line.title for line in lines if line.pk == key), "")
            raise TooManyPieces(
                _("“%(title)s”: %(left)d pieces are left to send.") % {"title": title, "left": left.get(key, 0)}
            )
    return taken


def _pack(order: Order, parcel: Parcel, lines: list[OrderLine], taken: Mapping[int, int], *, by, now: datetime) -> bool:
    """Put these pieces into the parcel and take them from the stock; whether nothing is left to send."""
    insert_rows(
        ParcelLine(shop_id=order.shop_id, parcel=parcel, line_id=key, quantity=count) for key, count in taken.items()
    )
    skus = {}
    for line in lines:
        if count := taken.get(line.pk, 0):
            line.shipped_quantity += count
            skus[line.sku_id] = count
            OrderLine.objects.filter(pk=line.pk).update(shipped_quantity=F("shipped_quantity") + count)
    is_last = not any(line.unsent for line in lines)
    if is_last and order.partly_shipped_at is None:
        stock.consume(document=order.public_id, by=by, now=now)
    else:
        stock.consume_part(document=order.public_id, quantities=skus, under=parcel.public_id, by=by, now=now)
    return is_last


def unsent_cases(order: Order):
    """The open cases in which money is asked back of goods that were not sent."""
    return AfterSale.objects.filter(order=order, is_unshipped=True).exclude(status__in=AfterSale.ENDED)


def finish_shipping(order: Order, *, by=None, now: datetime) -> None:
    """Nothing of an order, locked by the caller, is left to send: it is shipped; and has arrived, if all of it has."""
    Order.FLOW.move(order, Order.Status.SHIPPED)
    last = Parcel.objects.filter(order=order, after_sale=None).order_by("-pk").first()
    order.shipped_at = now
    order.due_at = None if came_back(order) else now + timedelta(days=tunables.DELIVERY_DAYS.value)
    order.save(update_fields=["status", "shipped_at", "due_at"])
    write_steps([order], OrderStep.Kind.SHIPPED, at=now, by=by, note=f"{last.carrier} {last.tracking_number}")
    publish(
        OrderShipped(
            order_id=order.public_id,
            shop_id=order.shop.public_id,
            tracking_number=last.tracking_number,
            hours_since_paid=max(int((now - order.ship_clock).total_seconds() // 3600), 0),
            shipped_at=now,
        )
    )
    if has_arrived(order):
        deliver_orders([order], by=by, now=now)


def has_arrived(order: Order) -> bool:
    """Whether every parcel of the order's goods was delivered, or came back and was paid back."""
    moving = Parcel.objects.filter(order=order, after_sale=None, replaced_by=None, delivered_at=None, returned_at=None)
    return not moving.exists() and not came_back(order)


def came_back(order: Order) -> bool:
    """Whether goods are with the shop again that it has neither sent anew nor paid back."""
    back = ParcelLine.objects.filter(
        parcel__order=order, parcel__returned_at__isnull=False, parcel__replaced_by=None, parcel__after_sale=None
    )
    pieces = dict(back.order_by().values("line").annotate(pieces=Sum("quantity")).values_list("line", "pieces"))
    lines = OrderLine.objects.filter(pk__in=list(pieces))
    return any(line.refunded_quantity - line.dropped_quantity < pieces[line.pk] for line in lines)


def go_on_after_return(order: Order, now: datetime) -> None:
    """What came back of a shipped order was settled: its clock, that stood still, goes on. The caller has locked it."""
    if order.status != Order.Status.SHIPPED or order.due_at is not None or came_back(order):
        return
    if has_arrived(order):
        deliver_orders([order], by=None, now=now)
    else:
        order.due_at = now + timedelta(days=tunables.DELIVERY_DAYS.value)
        order.save(update_fields=["due_at"])


@transaction.atomic
def note_delivery(*, parcel: Parcel, now: datetime) -> Parcel:
    """
    One parcel has arrived; with the last of a shipped order the order is delivered. Doing it again does nothing.

    What an after-sale sent is received there.
    """
    order = lock_order(parcel.order_id)
    parcel = Parcel.objects.get(pk=parcel.pk)
    if parcel.is_moving:
        parcel.delivered_at, parcel.look_at = now, None
        parcel.save(update_fields=["delivered_at", "look_at"])
        if parcel.after_sale_id is None and order.status == Order.Status.SHIPPED and has_arrived(order):
            deliver_orders([order], by=None, now=max(now, order.shipped_at))
    return parcel


@transaction.atomic
def mark_delivered(*, order: Order, now: datetime, by=None) -> Order:
    """
    All of it has arrived, says the shopper (``by``) or the clock. The order completes some days later by itself.

    :raises WrongStatus: not on its way, or a parcel of it came back
    """
    order = lock_order(order.pk)
    if order.status != Order.Status.SHIPPED:
        raise WrongStatus(_("This order is not on its way."))
    if came_back(order):
        raise WrongStatus(_("A parcel of this order came back to the shop: wait for it, or ask for your money back."))
    deliver_orders([order], by=by, now=now)
    return order


@transaction.atomic
def extend_completion(*, order: Order, by, now: datetime) -> Order:
    """
    The shopper needs more time before her order completes by itself: some days more, once (O5).

    :raises WrongStatus: it has not arrived, is complete, or was put off before
    """
    order = lock_order(order.pk)
    if not order.can_be_extended:
        raise WrongStatus(_("The completion of this order cannot be put off now."))
    order.extended_at = now
    order.due_at += timedelta(days=tunables.EXTENSION_DAYS.value)
    order.save(update_fields=["extended_at", "due_at"])
    write_steps([order], OrderStep.Kind.EXTENDED, at=now, by=by)
    return order


@transaction.atomic
def complete_order(*, order: Order, now: datetime, by=None) -> Order:
    """
    Received and past its time for second thoughts: the sale counts, and the shop's share starts its days.

    :raises WrongStatus: not delivered
    :raises AfterSaleOpen: an after-sale has to end first
    """
    order = lock_order(order.pk)
    if order.paused_at and Order.FLOW.can(order, Order.Status.COMPLETED):
        raise AfterSaleOpen(_("An after-sale of this order is open; it completes when that has ended."))
    _complete([order], by=by, now=now)
    return order


def deliver_shipped_orders(*, now: datetime) -> int:
    """Parcels that nobody confirmed in time count as delivered; returns how many orders. In resumable batches."""
    return _in_batches(Order.Status.SHIPPED, deliver_orders, now)


def complete_delivered_orders(*, now: datetime) -> int:
    """
    Orders complete some days after their delivery, unless an after-sale is open; returns how many. In resumable
    batches.
    """
    return _in_batches(Order.Status.DELIVERED, _complete, now, paused_at=None)


def _in_batches(status: str, move, now: datetime, **further) -> int:
    count = 0
    while True:
        with transaction.atomic():
            orders = list(
                Order.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
                .select_related("shop")
                .filter(status=status, due_at__lte=now, **further)
                .order_by("due_at")[:BATCH]
            )
            if not orders:
                return count
            move(orders, by=None, now=now)
        count += len(orders)


def deliver_orders(orders: list[Order], *, by, now: datetime) -> None:
    """These orders, whose rows the caller has locked, have arrived, or were handed over."""
    due_at = now + timedelta(days=tunables.COMPLETION_DAYS.value)
    for order in orders:
        Order.FLOW.move(order, Order.Status.DELIVERED)
        order.delivered_at, order.due_at = now, due_at
    mine = [order.pk for order in orders]
    Order.objects.filter(pk__in=mine).update(status=Order.Status.DELIVERED, delivered_at=now, due_at=due_at)
    moving = Parcel.objects.filter(order__in=mine, delivered_at=None, returned_at=None)
    moving.update(delivered_at=now, look_at=None)
    write_steps(orders, OrderStep.Kind.DELIVERED, at=now, by=by)
    publish(
        *(OrderDelivered(order_id=order.public_id, shop_id=order.shop.public_id, delivered_at=now) for order in orders),
        *(DealDelivered(order_id=order.public_id, deal=order.deal, delivered_at=now) for order in orders if order.deal),
    )


def _complete(orders: list[Order], *, by, now: datetime) -> None:
    for order in orders:
        Order.FLOW.move(order, Order.Status.COMPLETED)
        order.completed_at, order.due_at = now, None
    mine = [order.pk for order in orders]
    Order.objects.filter(pk__in=mine).update(status=Order.Status.COMPLETED, completed_at=now, due_at=None)
    write_steps(orders, OrderStep.Kind.COMPLETED, at=now, by=by)
    sold: Counter[str] = Counter()
    counted = [order.pk for order in orders if order.set_aside_at is None]
    for product_id, quantity in kept_pieces(counted):
        sold[product_id] += quantity
    stats.count_sales(dict(sold))
    publish(
        *(
            OrderCompleted(
                order_id=order.public_id,
                shop_id=order.shop.public_id,
                shopper_id=order.shopper_id,
                paid=max((order.goods_total - order.discount - order.refunded + order.refunded_shipping).minor, 0),
                currency=order.currency,
                completed_at=now,
            )
            for order in orders
        )
    )


def kept_pieces(order_ids: list[int]):
    """What of these orders was sold and not refunded: product and pieces of each line."""
    lines = OrderLine.objects.filter(order__in=order_ids).exclude(order__deal__startswith=trials.PREFIX)
    return lines.values_list("product_public_id", F("quantity") - F("refunded_quantity"))
