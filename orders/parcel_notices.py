"""Who hears of a parcel: the shopper, when it leaves."""

from datetime import datetime

from django.urls import reverse

from mall.notifications.sending import notify
from orders import notices
from orders.after_sales.telling import in_languages
from orders.models import Parcel


def tell_of_parcel(*, parcel_id: str, is_last: bool, now: datetime) -> None:
    """It is on its way: the first of several, or all of the order."""
    parcel = Parcel.objects.select_related("order__shop", "order__shopper").get(public_id=parcel_id)
    facts = {
        "shop": dict(parcel.order.shop.name),
        "carrier": in_languages(Parcel.Carrier(parcel.carrier)),
        "number": parcel.tracking_number,
    }
    url = reverse("storefront:orders:detail", args=[parcel.order.public_id])
    kind = notices.PARCEL_SHIPPED if is_last else notices.PART_SHIPPED
    notify([parcel.order.shopper], kind, facts, url=url, now=now)
