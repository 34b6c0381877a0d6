"""What of its after-sales waits for a shop."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.backoffice.tables import capped_counts, shown_count
from mall.backoffice.todo import SOON, URGENT, Todo
from merchants.models import Seat, Shop
from orders.after_sales.backoffice.lists import WAITS_FOR_SHOP
from orders.models import AfterSale

SHORTLY = timedelta(hours=12)


def waiting(shop: Shop, seat: Seat, now: datetime) -> list[Todo]:
    """Cases that wait for the shop, pressing when a clock is about to run out. One query."""
    if not seat.can("orders.after_sale"):
        return []
    mine = AfterSale.objects.owned_by(shop).filter(status__in=WAITS_FOR_SHOP)
    counts = capped_counts({"all": mine, "soon": mine.filter(due_at__lte=now + SHORTLY)})
    if not counts["all"]:
        return []
    title = ngettext("%(count)s after-sale waits for you", "%(count)s after-sales wait for you", counts["all"])
    detail = ""
    if soon := counts["soon"]:
        words = ngettext(
            "%(count)s goes on by itself within 12 hours.", "%(count)s go on by themselves within 12 hours.", soon
        )
        detail = words % {"count": shown_count(soon)}
    return [
        Todo(
            sign="return",
            title=title % {"count": shown_count(counts["all"])},
            url=f"{reverse('backoffice:after-sales:list', args=[shop.slug])}?turn=mine&sort=due",
            detail=detail or _("Who answers within a day keeps shoppers."),
            tone=URGENT if counts["soon"] else SOON,
        )
    ]
