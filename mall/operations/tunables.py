"""Limits of the watch over operations that staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable, Unit

MOST_ERROR_BPS = Tunable(
    "mall.most_error_bps",
    default=50,
    least=1,
    most=10_000,
    sentence=_("Which part of all requests may end in an error of ours before there is an alert."),
    unit=Unit.PERCENT,
)
ERROR_MINUTES = Tunable(
    "mall.error_minutes",
    default=10,
    least=1,
    most=1440,
    sentence=_("Minutes over which failed requests are counted."),
)
ERROR_SAMPLE = Tunable(
    "mall.error_sample",
    default=50,
    least=1,
    most=100_000,
    sentence=_("Requests in these minutes below which a share of errors says nothing."),
)
MOST_EVENT_LAG_SECONDS = Tunable(
    "mall.most_event_lag_seconds",
    default=120,
    least=10,
    most=86_400,
    sentence=_("Seconds that an announcement may wait for its listeners before there is an alert."),
)
MOST_JOB_LAG_SECONDS = Tunable(
    "mall.most_job_lag_seconds",
    default=900,
    least=60,
    most=172_800,
    sentence=_("Seconds that a job of the schedule may be late before there is an alert."),
)
MOST_QUEUED = Tunable(
    "mall.most_queued", default=500, least=1, most=1_000_000,
    sentence=_("Messages that may wait for a worker before there is an alert."),
)  # fmt: skip
CAPACITY = Tunable(
    "mall.requests_per_minute",
    default=6_000,
    least=1,
    most=10_000_000,
    sentence=_("Requests a minute that this mall serves well; above it, now or in the forecast, there is an alert."),
)
ALERT_AFTER = Tunable(
    "mall.alert_after", default=2, least=1, most=60,
    sentence=_("Readings in a row that must be bad before there is an alert, and good before it ends."),
)  # fmt: skip
READING_DAYS = Tunable(
    "mall.reading_days",
    default=60,
    least=30,
    most=400,
    sentence=_("Days for which traffic by the minute and readings are kept; the forecast learns from them."),
)
