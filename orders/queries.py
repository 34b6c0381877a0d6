"""Reads across the tables of orders."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import ngettext

from catalog.models import Review
from mall.accounts.models import User
from mall.backoffice.tables import capped_counts
from mall.texts import Text
from marketing.trials import is_trial
from merchants.models import Shop
from orders.models import Order, OrderLine, Parcel, ParcelLine, ParcelScan


@dataclass(frozen=True, slots=True)
class ReviewableLine:
    """An order line that its buyer may review; ``is_trial``: she got it for nothing, to try it."""

    order_line_id: int
    product_public_id: str
    shop_id: int
    title: Text
    choice_text: Text
    picture: str
    deal: str = ""
    is_trial: bool = False


def has_bought(shopper_id: int) -> bool:
    """Whether she has ever had a paid order that stands, in any shop: then she is no newcomer."""
    paid = Order.objects.filter(shopper=shopper_id, paid_at__isnull=False)
    return paid.exclude(status=Order.Status.CANCELED).exists()


def buyers_of(shop: Shop | None, *, since: datetime | None = None) -> QuerySet:
    """Keys of who has paid orders that stand, in a shop or anywhere, ever or since a moment; nothing is asked yet."""
    paid = Order.objects.filter(paid_at__isnull=False).exclude(status=Order.Status.CANCELED)
    if shop is not None:
        paid = paid.filter(shop=shop)
    return (paid if since is None else paid.filter(paid_at__gt=since)).values("shopper")


def reviewable_lines(
    shopper: User,
    product_public_id: str | None = None,
    order_line_id: int | None = None,
    *,
    only_unreviewed: bool = False,
    limit: int | None = None,
) -> list[ReviewableLine]:
    """
    What this shopper has received and may review, newest first; narrowed to a product or a line. One query.

    What looks like fake trade is not reviewed until it is cleared.

    :param only_unreviewed: leave out what she has reviewed
    :param limit: so many and no more
    """
    lines = OrderLine.objects.filter(
        order__shopper=shopper,
        order__status__in=[Order.Status.DELIVERED, Order.Status.COMPLETED],
        order__set_aside_at=None,
    )
    if product_public_id is not None:
        lines = lines.filter(product_public_id=product_public_id)
    if order_line_id is not None:
        lines = lines.filter(pk=order_line_id)
    if only_unreviewed:
        lines = lines.filter(~Exists(Review.objects.filter(order_line_id=OuterRef("pk"))))
    return [
        ReviewableLine(
            order_line_id=line.pk,
            product_public_id=line.product_public_id,
            shop_id=line.shop_id,
            title=line.title,
            choice_text=line.choice_text,
            picture=line.picture,
            deal=line.deal,
            is_trial=is_trial(line.deal),
        )
        for line in lines.annotate(deal=F("order__deal")).order_by("-pk")[:limit]
    ]


def unreviewed_lines(order: Order) -> set[int]:
    """The lines of an order that its buyer may still review; one query, none before it has arrived."""
    if order.status not in {Order.Status.DELIVERED, Order.Status.COMPLETED} or order.set_aside_at:
        return set()
    mine = {line.pk for line in order.lines.all()}
    return mine - set(Review.objects.filter(order_line_id__in=mine).values_list("order_line_id", flat=True))


def with_parcels() -> Prefetch:
    """The parcels of orders in their order, with what is in them and what was told of it; three queries."""
    lines = Prefetch("lines", ParcelLine.objects.select_related("line").order_by("pk"))
    scans = Prefetch("scans", ParcelScan.objects.order_by("-at", "-pk"))
    return Prefetch(
        "parcels", Parcel.objects.select_related("replaced_by").order_by("pk").prefetch_related(lines, scans)
    )


def order_counts(shopper: User) -> dict[str, int]:
    """How many orders of a person are in which status (wired to the account's first page)."""
    return counts_by_status(shopper.orders)


def counts_by_status(orders: QuerySet[Order]) -> dict[str, int]:
    """How many of these orders stand in each status; every status is named. One query."""
    found = dict(orders.order_by().values_list("status").annotate(count=Count("pk")))
    return {status: found.get(status, 0) for status in Order.Status.values}


def open_balances(now: datetime) -> Q:
    """Orders whose deposit is paid and whose rest can be paid now."""
    return Q(status=Order.Status.DEPOSIT_PAID, balance_from__lte=now, balance_until__gte=now)


def unfinished_orders(shop) -> str:
    """What a shop still owes shoppers, in words; empty when nothing. One query."""
    ended = [Order.Status.COMPLETED, Order.Status.CANCELED]
    moving = [status for status in Order.Status.values if status not in ended]
    left = Order.objects.owned_by(shop).filter(status__in=moving).count()
    words = ngettext("%(count)d order is not finished.", "%(count)d orders are not finished.", left)
    return words % {"count": left} if left else ""


def orders_to_ship(shop, *, now: datetime, shipping_hours: int) -> dict[str, int]:
    """What waits in a shop: to ship, of these overdue, on their way, and unpaid; each counted to its cap. One query."""
    mine = Order.objects.owned_by(shop)
    return capped_counts(
        {
            "to_ship": mine.filter(status=Order.Status.PAID),
            "overdue": mine.overdue(now, shipping_hours),
            "shipped": mine.filter(status=Order.Status.SHIPPED),
            "unpaid": mine.filter(status=Order.Status.UNPAID),
        }
    )
