"""Who hears of a parcel: the shopper, when it leaves; she and the shop, when it came back."""

from datetime import datetime

from django.urls import reverse

from mall.notifications.sending import notify
from merchants.models import Seat
from merchants.telling import tell_shop
from orders import notices
from orders.after_sales.telling import in_languages
from orders.models import Order, Parcel

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
    tell_shop(
        shop_id=parcel.order.shop.public_id,
        kind=notices.PARCEL_CAME_BACK_TO_SHOP,
        page="",
        address=("backoffice:orders:detail", parcel.order.public_id),
        roles=SENT_BY,
        now=now,
        **_facts(parcel),
    )


def _tell_shopper(order: Order, kind, facts: dict, now: datetime) -> None:
    url = reverse("storefront:orders:detail", args=[order.public_id])
    notify([order.shopper], kind, facts, url=url, now=now)


def _parcel(public_id: str) -> Parcel:
    return Parcel.objects.select_related("order__shop", "order__shopper").get(public_id=public_id)


def _facts(parcel: Parcel) -> dict:
    return {"carrier": in_languages(Parcel.Carrier(parcel.carrier)), "number": parcel.tracking_number}
