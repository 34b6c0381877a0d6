"""
Goods that their shopper picks up in a store of the shop (O2, O6): which stores hold what she wants, that her order lies
ready, and who has not come for it.

The goods are reserved in the store with the order. Once it is paid the shop prepares it; when it says that the order is
ready the shopper has a code, which the store's staff check once (``orders.vouchers``): then it is delivered, as a
parcel is. Who does not come is reminded; after some more days the code expires, and shop or shopper cancel, or the shop
keeps it longer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import kinds
from catalog.models import Product, Stock, Warehouse
from catalog.offers import BuyableSku
from catalog.stock import Place, Route
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.orders import OrderNotPickedUp, OrderReady
from mall.flow import WrongStatus
from mall.refusals import Refusal
from mall.texts import Text
from orders import tunables
from orders.cart import CartView
from orders.destination import Destination
from orders.locks import lock_order
from orders.models import Order, OrderStep, Voucher
from orders.parts import Part
from orders.routing import distance
from orders.steps import write_steps
from orders.vouchers import new_code

BATCH = 200


class StoreNotPossible(Refusal):
    """It cannot be picked up in that store; ``details["shop"]`` is the key of the shop."""

    code = "store-not-possible"


# Where it can be picked up


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """A store that holds everything, and how far it is from where she lives, if she has said."""

    public_id: str
    name: Text
    place: str
    hours: Text
    km: int | None


@dataclass(frozen=True, slots=True)
class PickUpChoice:
    """In which stores of a shop the goods of a cart can be picked up, and the one that she has chosen."""

    shop_id: int
    stores: Sequence[StoreChoice]
    chosen: str = ""

    @property
    def field(self) -> str:
        return f"store_{self.shop_id}"


def pick_up_choices(
    view: CartView, chosen: Mapping[int, Warehouse], to: Destination | None = None
) -> list[PickUpChoice]:
    """Of each shop of a cart the stores that hold all of its goods, the nearest first; one query, if any are sent."""
    wanted = {shop.shop_id: pieces for shop in view.shops if (pieces := _pieces(shop))}
    if not wanted:
        return []
    skus = {sku_id for pieces in wanted.values() for sku_id in pieces}
    rows = Stock.objects.filter(
        sku__in=skus, warehouse__kind=Warehouse.Kind.STORE, warehouse__sells_online=True, slot=None
    ).select_related("warehouse")
    free: dict[Warehouse, dict[int, int]] = {}
    for row in rows.order_by("warehouse__position", "warehouse"):
        free.setdefault(row.warehouse, {})[row.sku_id] = row.available
    found: dict[int, list[StoreChoice]] = {}
    for store, there in free.items():
        if all(there.get(sku_id, 0) >= count for sku_id, count in wanted[store.shop_id].items()):
            found.setdefault(store.shop_id, []).append(_choice(store, to))
    return [
        PickUpChoice(
            shop_id,
            sorted(stores, key=lambda store: store.km is None or store.km),
            chosen[shop_id].public_id if shop_id in chosen else "",
        )
        for shop_id, stores in found.items()
    ]


def _pieces(shop) -> dict[int, int]:
    """What of a shop's part of a cart would be picked up, by SKU; nothing where something else is sent, too."""
    sent = [line for line in shop.lines if line.sku.is_sent]
    if not sent or any(line.sku.kind != Product.Kind.PHYSICAL or line.problem for line in sent):
        return {}
    pieces = {line.sku.sku_id: line.quantity for line in sent}
    for gift in shop.gifts:
        pieces[gift.sku.sku_id] = pieces.get(gift.sku.sku_id, 0) + gift.quantity
    return pieces


def _choice(store: Warehouse, to: Destination | None) -> StoreChoice:
    place = " ".join(part for part in (store.province, store.city, store.address) if part)
    km = distance((store.province, store.city), (to.province, to.city)) if to else None
    return StoreChoice(store.public_id, store.name, place, store.hours, km)


def stores_named(posted: Mapping[int, str]) -> dict[int, Warehouse]:
    """
    The stores (by public id) that somebody has chosen, by the shop's key; no query where none was.

    :raises StoreNotPossible: a shop has no such store (any more)
    """
    if not posted:
        return {}
    rows = Warehouse.objects.filter(
        public_id__in=posted.values(), kind=Warehouse.Kind.STORE, sells_online=True, closed_at=None
    )
    known = {row.public_id: row for row in rows}
    found = {}
    for shop_id, public_id in posted.items():
        store = known.get(public_id)
        if store is None or store.shop_id != shop_id:
            raise StoreNotPossible(_("This store does not hand out orders any more."), shop=shop_id)
        found[shop_id] = store
    return found


def picked_up(parts: Iterable[Part], stores: Mapping[int, Warehouse], offers: Mapping[int, BuyableSku]) -> list[Part]:
    """
    The orders of a checkout, of which those of these shops (by key) are picked up: nothing is brought, and nothing
    charged for it, which the trace of the price says.

    :raises StoreNotPossible: something of that shop is sent in another way, or the store is not its own
    """
    found = []
    for part in parts:
        store = stores.get(part.quote.shop_id)
        if store is None or not kinds.is_sent(part.kind):
            found.append(part)
            continue
        if part.kind != Product.Kind.PHYSICAL or store.shop_id != part.quote.shop_id:
            raise StoreNotPossible(_("These goods cannot be picked up."), shop=part.quote.shop_id)
        note = {"step": "pick_up", "version": 1, "amount": 0, "store": store.public_id}
        at_home = any(offers[line.sku_id].at_home for line in part.quote.lines)
        found.append(
            replace(
                part,
                needs_address=at_home,
                store_id=store.pk,
                quote=replace(part.quote, trace=[*part.quote.trace, note]),
            )
        )
    return found


def from_store(store: Warehouse) -> Route:
    """Everything is taken from this store; asked under the lock of the stock."""

    def taken_from(wanted: Mapping[int, int], places: Sequence[Place]) -> Sequence[int]:
        place = next((one for one in places if one.warehouse_id == store.pk and one.is_store), None)
        if place is None or any(place.free.get(sku_id, 0) < quantity for sku_id, quantity in wanted.items()):
            raise StoreNotPossible(
                _("“%(store)s” does not hold all of it any more. Choose another store, or have it sent.")
                % {"store": store.name},
                shop=store.shop_id,
            )
        return [store.pk]

    return taken_from


# Ready, fetched late or never


@transaction.atomic
def make_ready(*, order: Order, by, now: datetime) -> Order:
    """
    The order lies ready in its store: its shopper is told, and has a code until it expires. Once it is ready, saying so
    again keeps it for her as long anew, under the same code.

    :raises WrongStatus: it is not to be picked up, not paid, fetched already or canceled
    """
    order = lock_order(order.pk)
    if not order.is_picked_up or order.status != Order.Status.BOOKED:
        raise WrongStatus(_("Nobody waits for this order to be ready: it is “%(status)s”.")
                          % {"status": order.get_status_display()})  # fmt: skip
    until = now + timedelta(days=tunables.PICK_UP_DAYS.value)
    is_new = order.ready_at is None
    if is_new:
        order.ready_at = now
        Voucher.objects.create(shop_id=order.shop_id, order=order, code=new_code(), expires_at=until)
        write_steps([order], OrderStep.Kind.READY, at=now, by=by)
    else:
        Voucher.objects.filter(order=order).update(expires_at=until)
    order.due_at = min(now + timedelta(days=tunables.PICK_UP_REMIND_DAYS.value), until)
    order.save(update_fields=["ready_at", "due_at"])
    record(
        "orders.make_ready",
        order.public_id,
        by=by,
        now=now,
        shop_slug=order.shop.slug,
        after={"expires_at": until.isoformat()},
    )
    if is_new:
        publish(OrderReady(order_id=order.public_id, shop_id=order.shop.public_id, ready_at=now))
    return order


@transaction.atomic
def show_code(*, order: Order, by, now: datetime) -> Voucher:
    """
    The code of an order that lies ready, for its shopper; each look is on the record.

    :raises WrongStatus: there is none (yet), or it was used
    """
    voucher = code_of(order)
    if voucher is None or order.status != Order.Status.BOOKED:
        raise WrongStatus(_("There is no code to be shown."))
    record("orders.show_pick_up_code", order.public_id, by=by, now=now)
    return voucher


def code_of(order: Order) -> Voucher | None:
    """The code of an order that is picked up; no query for others."""
    return Voucher.objects.filter(order=order).first() if order.ready_at else None


def remind_of_pick_ups(*, now: datetime) -> int:
    """
    Orders that lie ready and were not fetched: their shoppers are reminded once; when the code expires they and the
    shop are told what they can do. Returns how many. One transaction for each, so it may be killed and run again.
    """
    due = Order.objects.filter(status=Order.Status.BOOKED, store__isnull=False, due_at__lte=now)
    count = 0
    for pk in list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]):
        count += _remind(pk, now)
    return count


@transaction.atomic
def _remind(order_id: int, now: datetime) -> bool:
    order = lock_order(order_id)
    if order.status != Order.Status.BOOKED or order.due_at is None or order.due_at > now:
        return False  # fetched, canceled or told by another, while we waited
    expires_at = Voucher.objects.get(order=order).expires_at
    is_over = expires_at <= now
    order.due_at = None if is_over else expires_at
    order.save(update_fields=["due_at"])
    publish(OrderNotPickedUp(order_id=order.public_id, shop_id=order.shop.public_id, is_over=is_over, told_at=now))
    return True
