"""Whose goods are still wanted: what the catalogue asks before it gives back what has expired."""

from collections.abc import Iterable

from orders.models import Order

WANTED = [Order.Status.UNPAID, Order.Status.DEPOSIT_PAID, Order.Status.PAID, Order.Status.BOOKED]


def claimed(documents: Iterable[str]) -> set[str]:
    """
    Those of these documents that are orders whose goods are to be shipped or used, or may yet be.

    An order that has left these states never comes back to them.
    """
    rows = Order.objects.filter(public_id__in=list(documents), status__in=WANTED)
    return set(rows.values_list("public_id", flat=True))
