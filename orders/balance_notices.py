"""What the shopper of an order with a deposit is told about its rest."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from mall.notifications.sending import notify
from mall.templatetags.mall import plain_moment
from orders import notices
from orders.models import Order


def tell_of_balance(*, order_id: str, stage: str, now: datetime) -> None:
    """The rest can be paid, or there is little time left for it; nothing, if she has paid or given up meanwhile."""
    order = _order(order_id)
    if order.status == Order.Status.DEPOSIT_PAID:
        facts = {"amount": str(order.balance), "until": in_every_language(order.balance_until)}
        _tell(order, notices.BALANCE_DUE[stage], facts, now)


def tell_of_kept_deposit(*, order_id: str, now: datetime) -> None:
    order = _order(order_id)
    _tell(order, notices.DEPOSIT_KEPT, {"amount": str(order.deposit)}, now)


def _tell(order: Order, kind, facts: dict, now: datetime) -> None:
    url = reverse("storefront:orders:detail", args=[order.public_id])
    notify([order.shopper], kind, {"shop": dict(order.shop.name), **facts}, url=url, now=now)


def _order(order_id: str) -> Order:
    return Order.objects.select_related("shop", "shopper").get(public_id=order_id)


def in_every_language(moment: datetime) -> dict[str, str]:
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code] = plain_moment(moment)
    return said
