"""What the first page of a shop's back office shows of its orders."""

from datetime import datetime

from merchants.models import Seat, Shop
from orders import queries, tunables
from orders.models import Order

ROWS = 5


def orders_to_ship(shop: Shop, seat: Seat, now: datetime) -> dict | None:
    """The orders that wait for shipping, longest first; two queries and one for their lines."""
    if not seat.can("orders.see"):
        return None
    counts = queries.orders_to_ship(shop, now=now, shipping_hours=tunables.SHIPPING_HOURS.value)
    waiting = Order.objects.owned_by(shop).awaiting_shipment().prefetch_related("lines").order_by("placed_at", "pk")
    context = {**counts, "shop": shop, "orders": list(waiting[:ROWS])}
    return {"template": "backoffice/panels/orders.html", "context": context}
