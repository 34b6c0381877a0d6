"""
Forgetting whose an order was (A3). The order stays with everything that books and statistics need; where it went is
sealed for three years from the end of the transaction (law of electronic commerce, article 31), then deleted.
"""

from datetime import date, datetime

from django.db.models import QuerySet

from mall.clock import business_date
from orders.models import AddressChange, Order, SealedAddress

KEPT_YEARS = 3
BLANK = {"consignee": "", "phone": "", "address_line": ""}


def seal_addresses(orders: QuerySet[Order], now: datetime) -> None:
    """Put where these orders went where no page reads it, as long as it must be kept, and empty it in the orders."""
    today = business_date(now)
    sealed = []
    for order in orders.order_by("pk"):
        until = kept_until(order)
        if order.address_line.reveal() and until > today:
            told = {name: getattr(order, name).reveal() for name in BLANK}
            sealed.append(SealedAddress(order=order, keep_until=until, **told))
    SealedAddress.objects.bulk_create(sealed, ignore_conflicts=True)
    changes = AddressChange.objects.filter(order__in=orders)
    changes.update(**BLANK, **{f"former_{name}": value for name, value in BLANK.items()})
    orders.update(**BLANK, phone_index="", message="")


def kept_until(order: Order) -> date:
    """Three years after the transaction ended; the 29th of February counts as the 28th."""
    ended = business_date(order.completed_at or order.canceled_at or order.placed_at)
    try:
        return ended.replace(year=ended.year + KEPT_YEARS)
    except ValueError:
        return ended.replace(year=ended.year + KEPT_YEARS, day=28)


def forget_sealed_addresses(*, now: datetime) -> int:
    """Those whose years are over are deleted; returns how many."""
    deleted, _by_model = SealedAddress.objects.filter(keep_until__lt=business_date(now)).delete()
    return deleted
