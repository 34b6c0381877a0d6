"""The ways to pay that a shopper chooses among, as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.accounts.models import User
from orders import gateways, tunables
from orders.models import Order, OrderGroup
from orders.payments import Owed
from orders.purses import balance_of
from orders.transfers import may_transfer

SIGNS = {"balance": "wallet"}


@dataclass(slots=True)
class Way:
    """One of them: whether it is enough for what is owed, what is to be known, and where she makes it enough."""

    code: str
    label: str
    is_enough: bool = True
    note: str = ""
    link: str = ""
    link_label: str = ""
    is_first: bool = False

    @property
    def sign(self) -> str:
        return SIGNS.get(self.code, "bank")


def ways_to_pay(owed: Owed | None, group: OrderGroup, orders: Sequence[Order], *, shopper: User) -> list[Way]:
    """What she may choose for what is owed now; a balance pays the whole of it or nothing."""
    if owed is None:
        return []
    ways = [Way(channel.code, channel.label) for channel in gateways.channels(for_orders=True)]
    if not may_transfer(group, orders):
        ways = [way for way in ways if way.code != "transfer"]
    for way in ways:
        if way.code == "transfer":
            way.note = ngettext(
                "For companies. Your order waits %(count)d day for the money, its goods stay kept.",
                "For companies. Your order waits %(count)d days for the money, its goods stay kept.",
                tunables.TRANSFER_DAYS.value,
            ) % {"count": tunables.TRANSFER_DAYS.value}
        if way.code == "balance":
            held = balance_of(shopper)
            way.is_enough = held >= owed.amount
            way.note = _("You have %(amount)s.") % {"amount": held}
            if not way.is_enough:
                way.link, way.link_label = reverse("storefront:orders:balance"), _("Top up")
    for way in ways:
        if way.is_enough:
            way.is_first = True
            break
    return ways


def first_way() -> str | None:
    """The way that is taken when she names none: the first that takes money from outside."""
    return next((channel.code for channel in gateways.channels()), None)
