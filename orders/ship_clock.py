"""Until when an order is to be shipped, and what happens when its hours are over: it is late, which is told."""

from datetime import date, datetime, timedelta

from django.db import transaction

from catalog import stock
from mall.events.bus import publish
from mall.events.orders import OrderShipLate
from orders import carriers, tunables
from orders.models import Order, Parcel

BATCH = 200
USUAL = Parcel.Carrier.YTO


def ship_by(order: Order) -> datetime:
    """Until when a paid order is to be shipped whole."""
    return order.ship_clock + timedelta(hours=tunables.SHIPPING_HOURS.value)


def expected_on(order: Order) -> date | None:
    """The day by which what is shipped in time arrives with a carrier of the usual speed; ``None``: nobody can tell."""
    place = stock.place_of(order.public_id)
    start = place[0] if place and place[0] else order.shop.province
    return carriers.carrier(USUAL).expected_on(start=start, end=order.province, at=ship_by(order))


def watch_shipping(*, now: datetime) -> int:
    """Orders whose hours to ship are over are marked late, each once; returns how many. In resumable batches."""
    count = 0
    while late := _mark_some(now):
        count += late
    return count


@transaction.atomic
def _mark_some(now: datetime) -> int:
    hours = tunables.SHIPPING_HOURS.value
    orders = list(
        Order.objects.overdue(now, hours)
        .filter(late_at=None)
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("shop")
        .order_by("paid_at", "pk")[:BATCH]
    )
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(late_at=now)
    publish(
        *(
            OrderShipLate(order_id=order.public_id, shop_id=order.shop.public_id, hours=hours, late_at=now)
            for order in orders
        )
    )
    return len(orders)
