"""
What nobody claims any more is given back (C4): a net under whoever owns a reservation, not its owner.

Unpaid orders are closed by orders, which releases their goods in the same transaction. Here goods go back whose time
has run out and which no app claims: a hold that was left behind, an order that came to nothing otherwise. A claim that
has ended never begins again, so it may be asked about before anything is locked, and neither a payment nor a closing
of the order has to wait for us, or we for them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from catalog.models import Reservation
from catalog.stock.reserving import release_all
from catalog.tunables import HOLD_GRACE_MINUTES

BATCH = 500


def expire_reservations(*, now: datetime) -> int:
    """
    Give back what has expired and is not claimed; returns how many reservations. In resumable batches.

    What is due is passed over while an order claims it: unpaid a moment longer, or just paid.
    """
    limit = now - timedelta(minutes=HOLD_GRACE_MINUTES.value)
    due = Reservation.objects.filter(status=Reservation.Status.HELD, expires_at__lte=limit)
    released, last = 0, ""
    while documents := list(
        due.filter(document__gt=last).order_by("document").values_list("document", flat=True).distinct()[:BATCH]
    ):
        last = documents[-1]
        if unclaimed := sorted(set(documents) - _claimed(documents)):
            released += release_all(documents=unclaimed, now=now)
    return released


def _claimed(documents: Iterable[str]) -> set[str]:
    """Those documents whose goods somebody still wants."""
    return set().union(*(import_string(path)(documents) for path in settings.STOCK_CLAIMS))
