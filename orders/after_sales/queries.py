"""Reads of after-sales."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import ngettext

from orders.models import AfterSale, Order


def paused_orders(public_ids: Iterable[str]) -> set[str]:
    """Those of these orders that wait for an after-sale to end; one query, found by an index of the few that wait."""
    rows = Order.objects.filter(public_id__in=list(public_ids), paused_at__isnull=False)
    return set(rows.order_by().values_list("public_id", flat=True))


def refunds_before_completion(order: Order) -> QuerySet[AfterSale]:
    """The cases that returned money of an order before it completed."""
    return AfterSale.objects.filter(order=order, is_after_completion=False, settled_at__isnull=False)


def open_cases() -> QuerySet[AfterSale]:
    return AfterSale.objects.exclude(status__in=AfterSale.ENDED)


def cases_of(order: Order) -> list[AfterSale]:
    """What was asked about an order, newest first."""
    return list(AfterSale.objects.filter(order=order).select_related("line").order_by("-pk"))


def unfinished_after_sales(shop) -> str:
    """What a shop still owes shoppers of after-sales, in words; empty when nothing. One query."""
    left = open_cases().filter(shop=shop).count()
    words = ngettext("%(count)d after-sale is open.", "%(count)d after-sales are open.", left)
    return words % {"count": left} if left else ""
