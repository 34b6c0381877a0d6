"""What people in a group are told: that they are in, that it is complete, or that their money comes back."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from mall.accounts.models import User
from mall.notifications.sending import notify
from marketing import notices
from marketing.models import BuyingGroup, Seat


def confirmed(group: BuyingGroup, seat: Seat, *, now: datetime) -> None:
    _tell(notices.SEAT_CONFIRMED, group, [seat], now, {"missing": group.missing})


def formed(group: BuyingGroup, seats: Sequence[Seat], *, now: datetime) -> None:
    kind = notices.GROUP_HELPED if group.formed_how == BuyingGroup.FormedHow.HELPED else notices.GROUP_FORMED
    _tell(kind, group, seats, now, {})


def expired(group: BuyingGroup, seats: Sequence[Seat], *, now: datetime) -> None:
    _tell(notices.GROUP_EXPIRED, group, seats, now, {})


def _tell(kind, group: BuyingGroup, seats: Sequence[Seat], now: datetime, facts: dict) -> None:
    if not seats:
        return
    people = list(User.objects.filter(pk__in=[seat.shopper_id for seat in seats]).order_by("pk"))
    facts = {"goods": dict(group.units.sku.product.title), "paid": group.seats_paid, "size": group.size} | facts
    notify(people, kind, facts, url=reverse("storefront:marketing:group", args=[group.public_id]), now=now)
