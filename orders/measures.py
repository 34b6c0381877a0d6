"""What the watch over operations asks of orders (R8): do payments succeed, and do the channels' bills agree with us?"""

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy

from mall.operations.measures import Measure, Measured, Unit
from mall.rows import select_rows
from orders import tunables
from orders.models import Payment

# What is in dispute of each open difference: all of it where one side knows nothing or it ended otherwise.
_DISPUTED = """
    SELECT count(*), coalesce(sum(CASE
        WHEN kind IN ('late', 'fee') THEN 0
        WHEN kind IN ('duplicate', 'status', 'currency')
            THEN greatest(coalesce(amount_here, 0), coalesce(amount_there, 0))
        ELSE abs(coalesce(amount_there, 0) - coalesce(amount_here, 0))
    END), 0)::bigint
    FROM orders_difference WHERE status <> 'resolved'
"""


def _payments(now: datetime) -> Measured:
    """Of the payments that a channel decided lately, the share that succeeded; who walked away does not count."""
    since = now - timedelta(minutes=tunables.PAYMENT_MINUTES.value)
    found = Payment.objects.filter(
        started_at__gt=since, started_at__lte=now, status__in=[Payment.Status.SUCCEEDED, Payment.Status.FAILED]
    ).aggregate(ended=Count("pk"), good=Count("pk", filter=Q(status=Payment.Status.SUCCEEDED)))
    if found["ended"] < tunables.PAYMENT_SAMPLE.value:
        return Measured(None, found["ended"])
    return Measured(found["good"] * 10_000 // found["ended"], found["ended"])


def _differences(now: datetime) -> Measured:
    """How much money the channels' bills and our books disagree about, as long as nobody has resolved it."""
    ((count, fen),) = select_rows(_DISPUTED, [])
    return Measured(fen, count)


PAYMENTS = Measure(
    name="payments",
    label=gettext_lazy("Payments that succeed"),
    means=gettext_lazy("Of the payments that a channel decided in the last minutes; abandoned ones do not count"),
    unit=Unit.SHARE,
    limit=tunables.LEAST_PAYMENT_BPS,
    read=_payments,
    is_floor=True,
)
DIFFERENCES = Measure(
    name="differences",
    label=gettext_lazy("Differences to channels' bills"),
    means=gettext_lazy("Money about which a channel's bill and our books disagree, until it is resolved"),
    unit=Unit.FEN,
    limit=tunables.MOST_DIFFERENCE,
    read=_differences,
)
