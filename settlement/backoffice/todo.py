"""What of its money a shop should know today, and what of it waits for an answer."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.backoffice.todo import WHENEVER, Todo
from mall.clock import business_date
from mall.templatetags.mall import short_day
from merchants.models import Seat, Shop
from orders.parties.rules import offers_waiting
from settlement.queries import upcoming_releases


def waiting(shop: Shop, seat: Seat, now: datetime) -> list[Todo]:
    """Rules of parties that ask for its agreement, for who may give it; the next money that becomes available."""
    if not seat.can("money.see"):
        return []
    return [*(_offers(shop) if seat.can("money.withdraw") else []), *_next_release(shop, now)]


def _offers(shop: Shop) -> list[Todo]:
    if not (count := offers_waiting(shop)):
        return []
    title = ngettext("%(count)s split party asks for a part", "%(count)s split parties ask for a part", count)
    url = reverse("backoffice:settlement:parties", args=[shop.slug])
    return [Todo(sign="wallet", title=title % {"count": count}, url=url, tone=WHENEVER)]


def _next_release(shop: Shop, now: datetime) -> list[Todo]:
    """One query."""
    url = reverse("backoffice:settlement:home", args=[shop.slug])
    for release in upcoming_releases(shop, days=1):
        is_today = release.on <= business_date(now)
        title = _("%(amount)s becomes available today") if is_today else _("%(amount)s becomes available on %(day)s")
        return [
            Todo(
                sign="wallet",
                title=title % {"amount": release.amount, "day": short_day(release.on)},
                url=url,
                tone=WHENEVER,
            )
        ]
    return []
