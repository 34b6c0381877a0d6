"""How the payment channels do, for platform staff (R8)."""

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from mall.charts import Chart, Series
from mall.clock import BUSINESS_ZONE, business_date, start_of
from mall.pages import cached_part
from mall.templatetags.mall import short_day
from orders.models import Payment

DAYS = 30
KEPT_SECONDS = 300


def charts(user, now: datetime) -> list[Chart]:
    if not user.has_perm("orders.view_payment"):
        return []
    today = business_date(now)
    key = f"staff-chart:channels:{today}"
    return [cached_part(key, seconds=KEPT_SECONDS, build=lambda: _success_rates(today))]


def _success_rates(today) -> Chart:
    """Per channel and day: of the payments that ended there, how many succeeded; abandoned ones do not count."""
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    ended = Payment.objects.filter(
        started_at__gte=start_of(days[0]), status__in=[Payment.Status.SUCCEEDED, Payment.Status.FAILED]
    )
    found = {
        (channel, day): (count, good)
        for channel, day, count, good in ended.order_by()
        .annotate(day=TruncDate("started_at", tzinfo=BUSINESS_ZONE))
        .values_list("channel", "day")
        .annotate(ended=Count("pk"), good=Count("pk", filter=Q(status=Payment.Status.SUCCEEDED)))
    }
    series = [
        Series(channel, [_percent(*found.get((channel, day), (0, 0))) for day in days], "bar")
        for channel in sorted({channel for channel, _day in found})
    ]
    count = sum(count for count, _good in found.values())
    good = sum(good for _count, good in found.values())
    return Chart(
        key="channel_success",
        title=_("Payments that succeed"),
        labels=[short_day(day) for day in days],
        series=series,
        unit="%",
        summary=_("%(percent)s %% of %(count)s payments; the aim is 99.5 %%")
        % {"percent": _percent(count, good), "count": f"{count:,}"}
        if count
        else "",
        axis=_("Day"),
    )


def _percent(count: int, good: int) -> float | None:
    return round(100 * good / count, 2) if count else None
