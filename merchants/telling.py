"""Who in a shop hears of what happens to it: the people who may change it."""

from datetime import datetime

from django.urls import reverse

from mall.accounts.models import User
from mall.notifications.kinds import Kind
from mall.notifications.sending import notify
from merchants.models import Seat, Shop

LED_BY = tuple(role for role in Seat.Role if "shop.edit" in Seat.RIGHTS[role])


def tell_shop(*, shop_id: str, kind: Kind, page: str, now: datetime, roles: tuple = LED_BY, **facts) -> None:
    """Tell the people of these roles; the notice leads to a page of the shop's back office."""
    shop = Shop.objects.get(public_id=shop_id)
    people = User.objects.filter(seats__shop=shop, seats__role__in=roles, is_active=True).order_by("pk")
    url = reverse(f"backoffice:merchants:{page}", args=[shop.slug])
    notify(people, kind, {"shop": dict(shop.name), **facts}, url=url, now=now)
