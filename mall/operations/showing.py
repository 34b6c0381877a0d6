"""The operations page: how each measure stands now, and its plots over a day, a week or a month."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from mall.charts import MONEY, Chart, Series
from mall.operations.forecasting import HOUR, MOST_WEEKS, WEEK, Quality, expected_hour, quality
from mall.operations.measures import Measure, Unit, all_measures, measure_named
from mall.operations.models import Alert, Reading
from mall.operations.traffic import by_hour
from mall.rows import select_rows
from mall.templatetags.mall import clock_time, short_day

STALE = timedelta(minutes=5)

_WORST = """
    SELECT measure, date_bin(%(step)s, at, %(since)s) AS bin, min(value), max(value)
    FROM operations_reading WHERE at >= %(since)s AND at < %(until)s AND value IS NOT NULL
    GROUP BY measure, bin
"""


@dataclass(frozen=True, slots=True)
class Span:
    """How far back the plots go, and how much one point of them holds."""

    key: str
    label: Promise
    back: timedelta
    step: timedelta


SPANS = (
    Span("day", gettext_lazy("24 hours"), timedelta(days=1), timedelta(minutes=30)),
    Span("week", gettext_lazy("7 days"), timedelta(days=7), timedelta(hours=4)),
    Span("month", gettext_lazy("30 days"), timedelta(days=30), timedelta(days=1)),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A measure as it stands: its last reading, and the alert that is open."""

    measure: Measure
    reading: Reading | None
    alert: Alert | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All of the page."""

    standings: list[Standing]
    charts: list[Chart]
    forecast: Quality
    last_at: datetime | None
    is_stale: bool


def overview(*, span: Span, now: datetime) -> Overview:
    latest = Reading.objects.values("measure").annotate(pk=Max("pk")).values("pk")
    readings = {reading.measure: reading for reading in Reading.objects.filter(pk__in=latest)}
    alerts = {alert.measure: alert for alert in Alert.objects.filter(closed_at=None)}
    standings = [Standing(one, readings.get(one.name), alerts.get(one.name)) for one in all_measures()]
    last_at = max((reading.at for reading in readings.values()), default=None)
    hours = _hours(now)
    judged = quality(hours.busiest, end=hours.start)
    return Overview(
        standings=standings,
        charts=[*_charts(span, now), *_traffic_charts(hours, judged)],
        forecast=judged,
        last_at=last_at,
        is_stale=last_at is None or last_at < now - STALE,
    )


def _charts(span: Span, now: datetime) -> list[Chart]:
    since = (now - span.back).replace(minute=0, second=0, microsecond=0)
    bins = [since + span.step * number for number in range(-(-(now - since) // span.step))]
    rows = select_rows(_WORST, {"step": span.step, "since": since, "until": now})
    found = {(measure, at): (least, most) for measure, at, least, most in rows}
    labels = [f"{short_day(at)} {clock_time(at)}" for at in bins]

    def values(measure: Measure) -> list[int | None]:
        place = 0 if measure.is_floor else 1
        return [found[measure.name, at][place] if (measure.name, at) in found else None for at in bins]

    def chart(key: str, title: str, *names: str) -> Chart | None:
        shown = [one for one in map(measure_named, names) if one]
        if not shown:
            return None
        unit = shown[0].unit
        series = [Series(str(one.label), [_plotted(unit, value) for value in values(one)]) for one in shown]
        limits = {one.limit.value for one in shown}
        if len(limits) == 1:
            (limit,) = limits
            series.append(Series(pgettext("operations", "Limit"), [_plotted(unit, limit)] * len(bins)))
        summary = _("The worst reading of each point")
        return Chart(
            key=key, title=title, labels=labels, series=series, unit=_told(unit), summary=summary, axis=_("Time")
        )

    drawn = [
        chart("payments", _("Payments that succeed"), "payments"),
        chart("errors", _("Requests that end in an error"), "errors"),
        chart("lag", _("How long announcements and jobs wait"), "events", "jobs"),
        chart("queue", _("Messages that wait for a worker"), "queue"),
        chart("differences", _("Differences to channels' bills"), "differences"),
        chart("faults", _("Faults in the books"), "faults"),
    ]
    return [one for one in drawn if one]


def _plotted(unit: Unit, value: int | None) -> int | float | None:
    return value / 100 if unit == Unit.SHARE and value is not None else value


def _told(unit: Unit) -> str:
    return {Unit.SHARE: "%", Unit.SECONDS: _("seconds"), Unit.FEN: MONEY}.get(unit, "")


# Traffic, and what is expected of it --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hours:
    start: datetime  # of the hour that runs
    requests: dict[datetime, int]
    busiest: dict[datetime, int]
    errors: dict[datetime, int]


def _hours(now: datetime) -> _Hours:
    start = now.replace(minute=0, second=0, microsecond=0)
    found = by_hour(since=start - WEEK * (MOST_WEEKS + 1) - HOUR, until=start)
    columns = [{at: row[place] for at, row in found.items()} for place in range(3)]
    return _Hours(start, *columns)


def _traffic_charts(hours: _Hours, judged: Quality) -> list[Chart]:
    past = [hours.start - HOUR * back for back in range(24, 0, -1)]
    coming = [hours.start + HOUR * number for number in range(24)]
    labels = [f"{short_day(at)} {clock_time(at)}" for at in [*past, *coming]]
    was = [hours.busiest.get(at) for at in past] + [None] * len(coming)
    expected = [expected_hour(hours.busiest, at) for at in [*past, *coming]]
    return [
        Chart(
            key="traffic",
            title=_("Requests in the busiest minute of each hour"),
            labels=labels,
            series=[Series(_("As it was"), was, "bar"), Series(_("As expected"), expected)],
            summary=forecast_in_words(judged),
            axis=_("Hour"),
        ),
        Chart(
            key="requests",
            title=_("Requests an hour"),
            labels=labels[: len(past)],
            series=[
                Series(_("Requests"), [hours.requests.get(at) for at in past], "bar"),
                Series(_("Errors"), [hours.errors.get(at) for at in past]),
            ],
            axis=_("Hour"),
        ),
    ]


def forecast_in_words(judged: Quality) -> str:
    """How the forecast is made, and how wrong it has been."""
    made = _("Expected: the mean of the same hour of the same weekday in the last four weeks.")
    if judged.error_bps is None:
        return " ".join([made, _("There is not enough on record yet to say how good that is.")])
    said = _(
        "In the last seven days it missed by %(percent)s %% of what came; nine hours in ten were within"
        " %(margin)d requests."
    ) % {"percent": f"{judged.error_bps / 100:.1f}", "margin": judged.margin}
    return f"{made} {said}"
