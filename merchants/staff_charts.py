"""The figures that platform staff see first: trade, newcomers, and how the shops fare."""

from datetime import date, datetime, timedelta

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from mall.charts import Chart, Series
from mall.clock import BUSINESS_ZONE, business_date, start_of
from mall.money import Money
from mall.pages import cached_part
from mall.templatetags.mall import short_day
from merchants.models import ApplicationDecision, DailyFacts, HealthScore, Merchant

DAYS = 30
KEPT_SECONDS = 300
BAND = 10


def charts(user, now: datetime) -> list[Chart]:
    """What this person may see; each is asked for at most every five minutes, for everybody together."""
    today = business_date(now)
    allowed = [
        ("merchants.view_dailyfacts", "trade", lambda: _trade(today)),
        ("merchants.view_merchant", "newcomers", lambda: [_newcomers(today)]),
        ("merchants.view_application", "applications", lambda: [_answers(today)]),
        ("merchants.view_healthscore", "health", _health),
    ]
    return [
        chart
        for permission, key, build in allowed
        if user.has_perm(permission)
        for chart in cached_part(f"staff-chart:{key}:{today}", seconds=KEPT_SECONDS, build=build)
    ]


def _days(today: date) -> list[date]:
    return [today - timedelta(days=back) for back in reversed(range(DAYS))]


def _trade(today: date) -> list[Chart]:
    days = _days(today)
    sums = {
        on: (int(orders), int(amount))
        for on, orders, amount in DailyFacts.objects.filter(on__gte=days[0], on__lte=today)
        .order_by()
        .values_list("on")
        .annotate(Sum("paid_orders"), Sum("paid_amount"))
    }
    orders = [sums.get(day, (0, 0))[0] for day in days]
    amounts = [sums.get(day, (0, 0))[1] for day in days]
    labels = [short_day(day) for day in days]
    return [
        Chart(
            key="paid_orders",
            title=_("Paid orders"),
            labels=labels,
            series=[Series(_("Paid orders"), orders, "bar")],
            summary=_("%(count)s in %(days)d days, %(today)s of them today")
            % {"count": f"{sum(orders):,}", "days": DAYS, "today": f"{orders[-1]:,}"},
            axis=_("Day"),
        ),
        Chart(
            key="paid_amount",
            title=_("Paid amount"),
            labels=labels,
            series=[Series(_("Paid amount"), amounts)],
            unit="money",
            summary=_("%(amount)s in %(days)d days, %(today)s of it today")
            % {"amount": Money(sum(amounts)), "days": DAYS, "today": Money(amounts[-1])},
            axis=_("Day"),
        ),
    ]


def _newcomers(today: date) -> Chart:
    days = _days(today)
    joined = dict(
        Merchant.objects.filter(joined_at__gte=start_of(days[0]))
        .order_by()
        .annotate(day=TruncDate("joined_at", tzinfo=BUSINESS_ZONE))
        .values_list("day")
        .annotate(Count("pk"))
    )
    values = [joined.get(day, 0) for day in days]
    return Chart(
        key="new_merchants",
        title=_("New merchants"),
        labels=[short_day(day) for day in days],
        series=[Series(_("New merchants"), values, "bar")],
        summary=_("%(count)d in %(days)d days") % {"count": sum(values), "days": DAYS},
        axis=_("Day"),
    )


def _answers(today: date) -> Chart:
    """What applicants were answered, and what share was let in: a figure, never a quota."""
    days, outcome = _days(today), ApplicationDecision.Outcome
    shown = [outcome.APPROVED, outcome.CHANGES, outcome.REJECTED]
    counts = {
        (day, answer): count
        for day, answer, count in ApplicationDecision.objects.filter(at__gte=start_of(days[0]), outcome__in=shown)
        .order_by()
        .annotate(day=TruncDate("at", tzinfo=BUSINESS_ZONE))
        .values_list("day", "outcome")
        .annotate(Count("pk"))
    }
    series = [Series(str(answer.label), [counts.get((day, answer), 0) for day in days], "bar") for answer in shown]
    approved, _changes, rejected = (sum(line.values) for line in series)
    answered = approved + rejected
    return Chart(
        key="answers",
        title=_("Answers to applications"),
        labels=[short_day(day) for day in days],
        series=series,
        summary=_("%(count)d answered for good in %(days)d days, %(percent)d %% of them approved")
        % {"count": answered, "days": DAYS, "percent": round(100 * approved / answered) if answered else 0},
        axis=_("Day"),
    )


def _health() -> list[Chart]:
    """The latest month's scores in bands of ten; those below 60 are barred from campaigns."""
    month = HealthScore.objects.order_by("-month").values_list("month", flat=True).first()
    if month is None:
        return []
    counts = [0] * (100 // BAND)
    for score in HealthScore.objects.filter(month=month).order_by().values_list("score", flat=True).iterator():
        counts[min(int(score) // BAND, len(counts) - 1)] += 1
    low = sum(counts[: 60 // BAND])
    return [
        Chart(
            key="health_scores",
            title=_("Health of the shops"),
            labels=[f"{start}–{start + BAND}" for start in range(0, 100, BAND)],
            series=[Series(_("Shops"), counts, "bar")],
            summary=_("%(month)s: %(count)d shops, %(low)d of them below 60")
            % {"month": f"{month:%Y-%m}", "count": sum(counts), "low": low},
            axis=_("Score"),
        )
    ]
