"""Who hears of parcels, of pick-ups and what keeps them: the shopper, and whoever ships for the shop."""

from datetime import datetime

from django.urls import reverse

from mall.notifications.sending import notify
from merchants.models import Seat
from merchants.telling import tell_shop
from orders import notices
from orders.after_sales.telling import in_languages
from orders.balance_notices import in_every_language
from orders.models import Order, Parcel, Voucher

SENT_BY = tuple(role for role in Seat.Role if "orders.ship" in Seat.RIGHTS[role])


def tell_of_parcel(*, parcel_id: str, is_last: bool, now: datetime) -> None:
    """It is on its way: one of several, or the last of the order."""
    parcel = _parcel(parcel_id)
    kind = notices.PARCEL_SHIPPED if is_last else notices.PART_SHIPPED
    _tell_shopper(parcel.order, kind, {"shop": dict(parcel.order.shop.name), **_facts(parcel)}, now)


def tell_of_return(*, parcel_id: str, now: datetime) -> None:
    """It could not be delivered and is with the shop again."""
    parcel = _parcel(parcel_id)
    _tell_shopper(parcel.order, notices.PARCEL_CAME_BACK, {"shop": dict(parcel.order.shop.name)}, now)
    _tell_shop(parcel.order, notices.PARCEL_CAME_BACK_TO_SHOP, now, **_facts(parcel))


def tell_of_lateness(*, order_id: str, hours: int, now: datetime) -> None:
    """Its hours to ship are over."""
    order = _order(order_id)
    _tell_shop(order, notices.SHIP_LATE, now, number=order.public_id, hours=hours)


def tell_shop_of_address(*, order_id: str, now: datetime) -> None:
    """The shopper wants what is packed to go elsewhere."""
    order = _order(order_id)
    _tell_shop(order, notices.ADDRESS_ASKED, now, number=order.public_id)


def tell_shopper_of_address(*, order_id: str, is_done: bool, now: datetime) -> None:
    """The shop has answered her."""
    order = _order(order_id)
    kind = notices.ADDRESS_CHANGED if is_done else notices.ADDRESS_REFUSED
    _tell_shopper(order, kind, {"shop": dict(order.shop.name)}, now)


def tell_of_readiness(*, order_id: str, now: datetime) -> None:
    """It lies ready in a store."""
    order = _order(order_id)
    if voucher := _waiting_code(order):
        _tell_shopper(order, notices.READY, _where(order, voucher), now)


def tell_of_pick_up(*, order_id: str, is_over: bool, now: datetime) -> None:
    """Nobody has fetched it; nothing, if somebody has meanwhile, or it was canceled."""
    order = _order(order_id)
    voucher = _waiting_code(order)
    if voucher is None:
        return
    if is_over:
        _tell_shopper(order, notices.PICK_UP_OVER, {"shop": dict(order.shop.name)}, now)
        _tell_shop(order, notices.PICK_UP_OVER_TO_SHOP, now, number=order.public_id)
    else:
        _tell_shopper(order, notices.PICK_UP_REMINDER, _where(order, voucher), now)


def _waiting_code(order: Order) -> Voucher | None:
    is_waiting = order.status == Order.Status.BOOKED and order.ready_at is not None
    return Voucher.objects.get(order=order) if is_waiting else None


def _where(order: Order, voucher: Voucher) -> dict:
    store = order.store
    place = " ".join(part for part in (store.city, store.address) if part)
    until = in_every_language(voucher.expires_at)
    return {"shop": dict(order.shop.name), "store": dict(store.name), "place": place, "until": until}


def _tell_shop(order: Order, kind, now: datetime, **facts) -> None:
    tell_shop(
        shop_id=order.shop.public_id,
        kind=kind,
        page="",
        address=("backoffice:orders:detail", order.public_id),
        roles=SENT_BY,
        now=now,
        **facts,
    )


def _order(public_id: str) -> Order:
    return Order.objects.select_related("shop", "shopper").get(public_id=public_id)


def _tell_shopper(order: Order, kind, facts: dict, now: datetime) -> None:
    url = reverse("storefront:orders:detail", args=[order.public_id])
    notify([order.shopper], kind, facts, url=url, now=now)


def _parcel(public_id: str) -> Parcel:
    return Parcel.objects.select_related("order__shop", "order__shopper").get(public_id=public_id)


def _facts(parcel: Parcel) -> dict:
    return {"carrier": in_languages(Parcel.Carrier(parcel.carrier)), "number": parcel.tracking_number}
