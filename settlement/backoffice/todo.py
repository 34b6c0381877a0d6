"""What of its money a shop should know today."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from mall.backoffice.todo import WHENEVER, Todo
from mall.clock import business_date
from mall.templatetags.mall import short_day
from merchants.models import Seat, Shop
from settlement.queries import upcoming_releases


def waiting(shop: Shop, seat: Seat, now: datetime) -> list[Todo]:
    """The next money that becomes available. One query."""
    if not seat.can("money.see"):
        return []
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
