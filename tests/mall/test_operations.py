"""The watch over operations (R8): traffic, measures, alerts that open once and close, the forecast."""

import html
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from mall import cache
from mall.cache_server import cache_server
from mall.events.models import OutboxEvent
from mall.jobs import JobRun
from mall.operations import measures, traffic, tunables, watching
from mall.operations.forecasting import HOUR, WEEK, expected_hour, forecast, quality
from mall.operations.measures import Measure, Measured, Unit, all_measures, measure_named
from mall.operations.models import Alert, AlertDelivery, AlertReceiver, Reading, TrafficMinute
from mall.operations.showing import SPANS, overview
from orders import measures as of_orders
from orders.models import Bill, Difference, Payment
from settlement import measures as of_settlement
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.journeys import placed_order

MINUTE = timedelta(minutes=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def counted(request):
    """The counters of this test alone."""
    cache_server().flushdb()
    yield
    cache_server().flushdb()


def receiver(**facts):
    given = {"name": "On call", "way": "mail", "address": "oncall@example.com", "language": "en", "added_at": NOON}
    return AlertReceiver.objects.create(**given | facts)


@pytest.fixture
def gauge(monkeypatch):
    """The only measure: what the test says, with a limit of ten."""

    class Gauge:
        value = 0

        def read(self, now):
            if isinstance(self.value, Exception):
                raise self.value
            return Measured(self.value, 1)

    found = Gauge()
    limit = type("Limit", (), {"value": 10})()
    one = Measure(name="gauge", label="Gauge", means="", unit=Unit.COUNT, limit=limit, read=found.read)
    monkeypatch.setattr(watching, "all_measures", lambda: (one,))
    monkeypatch.setattr("mall.operations.models.measure_named", lambda name: one if name == "gauge" else None)
    return found


def readings(gauge, *values, start=NOON):
    """Take a reading a minute; what each told."""
    told = []
    for number, value in enumerate(values):
        gauge.value = value
        told.append(watching.take_readings(now=start + MINUTE * number))
    return told


# Traffic --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_request_counts_for_its_minute_and_errors_of_ours_are_known(counted):  # R8
    for status in (200, 404, 302, 500, 503):
        traffic.note_request(status=status, seconds=0.02, now=NOON)
    traffic.note_request(status=200, seconds=0.1, now=NOON - MINUTE)

    traffic.write_traffic(now=NOON + MINUTE)

    rows = TrafficMinute.objects.order_by("minute").values_list("minute", "requests", "errors", "milliseconds")
    assert list(rows) == [(NOON - MINUTE, 1, 0, 100), (NOON, 5, 2, 100)]


@pytest.mark.django_db
def test_written_twice_late_or_after_the_cache_server_lost_its_memory_it_is_counted_once(counted):
    for _each in range(7):
        traffic.note_request(status=200, seconds=0, now=NOON)
    traffic.write_traffic(now=NOON)
    traffic.write_traffic(now=NOON + MINUTE)
    cache_server().flushdb()
    traffic.note_request(status=200, seconds=0, now=NOON)
    traffic.write_traffic(now=NOON + MINUTE)
    traffic.note_request(status=200, seconds=0, now=NOON + 200 * MINUTE)
    traffic.write_traffic(now=NOON + 600 * MINUTE)  # the clock stood still for hours

    assert [row.requests for row in TrafficMinute.objects.order_by("minute")] == [7, 1]


def test_many_at_once_are_all_counted(counted, committed_db):
    """Four writers beside sixteen threads of requests lose none, and count none twice."""

    def ask(number):
        for _each in range(50):
            traffic.note_request(status=500 if number % 4 == 0 else 200, seconds=0, now=NOON)

    def write(_number):
        try:
            return traffic.write_traffic(now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(ask, number) for number in range(16)]
        wrote = [pool.submit(write, number) for number in range(4)]
        for task in [*asked, *wrote]:
            task.result()
    traffic.write_traffic(now=NOON)

    assert TrafficMinute.objects.values_list("requests", "errors").get() == (800, 200)


@pytest.mark.django_db
def test_a_request_passes_the_counter_whatever_becomes_of_it(counted, client, monkeypatch):
    monkeypatch.setattr(traffic.clock, "now", lambda: NOON)
    answer = traffic.count_requests(lambda request: HttpResponse(status=502))

    for path in ("/a", "/static/a.css", "/media/a.webp", "/healthz"):
        answer(RequestFactory().get(path))
    client.get("/no-such-page")
    traffic.write_traffic(now=NOON)

    assert TrafficMinute.objects.values_list("requests", "errors").get() == (2, 1)


def test_without_the_cache_server_nothing_is_counted_and_nobody_waits(monkeypatch):
    import redis

    asked = []

    def away():
        asked.append(1)
        raise redis.ConnectionError("away")

    monkeypatch.setattr(traffic, "cache_server", away)
    monkeypatch.setattr(cache.ForgivingRedisCache, "_away_until", 0.0)

    for _each in range(3):
        traffic.note_request(status=200, seconds=0, now=NOON)

    assert asked == [1]


# Measures -------------------------------------------------------------------------------------------------------------


def minutes_of_traffic(*, requests, errors, minutes=5, now=NOON):
    for back in range(minutes):
        TrafficMinute.objects.create(
            minute=now - MINUTE * (back + 1), requests=requests, errors=errors, milliseconds=requests * 20
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("requests", "errors", "value", "is_bad"),
    [(200, 1, 50, False), (199, 1, 51, True), (200, 0, 0, False), (9, 9, None, False)],
)
def test_the_error_rate_is_bad_above_its_limit_and_silent_without_enough_requests(requests, errors, value, is_bad):
    minutes_of_traffic(requests=requests, errors=errors)

    found = measures.ERRORS.read(NOON)

    assert found.value == value
    assert measures.ERRORS.is_bad(found.value, tunables.MOST_ERROR_BPS.default) == is_bad


@pytest.mark.django_db
def test_old_errors_and_those_to_come_do_not_count():
    minutes_of_traffic(requests=100, errors=0)
    minutes_of_traffic(requests=100, errors=100, now=NOON - timedelta(minutes=20))
    minutes_of_traffic(requests=100, errors=100, now=NOON + timedelta(minutes=20))

    assert measures.ERRORS.read(NOON) == Measured(0, 500)


@pytest.mark.django_db
def test_an_announcement_that_nobody_hears_makes_the_queue_lag():
    assert measures.EVENTS.read(NOON) == Measured(0)
    OutboxEvent.objects.create(name="OrderPaid", payload={}, published_at=timezone.now() - timedelta(minutes=9))
    heard = timezone.now() - timedelta(hours=9)
    OutboxEvent.objects.create(name="OrderPaid", payload={}, published_at=heard, delivered_at=heard)

    assert 540 <= measures.EVENTS.read(NOON).value < 600


@pytest.mark.django_db
def test_a_job_that_should_have_begun_is_late():
    JobRun.objects.create(name="mall.sweep_events", started_at=timezone.now(), ended_at=timezone.now(), ok=True)
    assert measures.JOBS.read(NOON).value == 0
    JobRun.objects.update(started_at=timezone.now() - timedelta(minutes=31))

    assert 1800 <= measures.JOBS.read(NOON).value <= 1870


@pytest.mark.django_db
def test_messages_that_no_worker_takes_are_counted_and_a_broker_that_is_away_is_an_error(settings):
    import redis

    broker = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    before = measures.QUEUE.read(NOON).value
    broker.lpush("celery", "a", "b", "c")
    try:
        assert measures.QUEUE.read(NOON) == Measured(before + 3)
    finally:
        broker.lpop("celery", 3)
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(redis.ConnectionError):
        measures.QUEUE.read(NOON)


@pytest.mark.django_db
def test_payments_are_judged_by_what_the_channels_decided_within_the_hour():  # R8: 99.5 %
    group = placed_order(now=NOON).group
    facts = {"group": group, "channel": "sandbox", "amount": 1, "currency": "CNY"}

    def paid(status, count, at=NOON - 5 * MINUTE):
        for _each in range(count):
            late = {"succeeded_at": at, "is_late": True} if status == "succeeded" else {}
            Payment.objects.create(status=status, started_at=at, **facts, **late)

    paid("succeeded", 19)
    paid("closed", 30)
    paid("pending", 30)
    paid("failed", 30, at=NOON - timedelta(minutes=61))
    assert of_orders.PAYMENTS.read(NOON) == Measured(None, 19)
    paid("succeeded", 180)
    paid("failed", 1)
    exact = of_orders.PAYMENTS.read(NOON)
    paid("failed", 1)
    below = of_orders.PAYMENTS.read(NOON)

    limit = of_orders.PAYMENTS.limit.default
    assert (exact, of_orders.PAYMENTS.is_bad(exact.value, limit)) == (Measured(9950, 200), False)
    assert (below, of_orders.PAYMENTS.is_bad(below.value, limit)) == (Measured(9900, 201), True)


@pytest.mark.django_db
def test_what_bills_and_books_disagree_about_is_added_up_until_it_is_resolved():
    bill = Bill.objects.create(channel="sandbox", day=NOON.date())

    def differs(kind, here, there, **facts):
        Difference.objects.create(
            bill=bill, kind=kind, movement="payment", found_at=NOON, amount_here=here, amount_there=there, **facts
        )

    assert of_orders.DIFFERENCES.read(NOON) == Measured(0, 0)
    differs("amount", 1000, 900)
    differs("missing_here", None, 500)
    differs("missing_there", 70, None)
    differs("duplicate", 8000, 8000)
    differs("late", 99_999, 99_999)
    differs("amount", 1, 77_777, status="resolved", resolution="by_itself", resolved_at=NOON)

    assert of_orders.DIFFERENCES.read(NOON) == Measured(8670, 5)


@pytest.mark.django_db
def test_faults_of_the_nightly_checks_stand_until_a_run_finds_none():
    def ran(name, ok=True, **summary):
        JobRun.objects.create(name=name, started_at=NOON, ended_at=NOON, ok=ok, summary=summary)

    assert of_settlement.FAULTS.read(NOON).value == 0
    ran("settlement.verify_ledger", faults=["a", "b"])
    ran("settlement.watch_transit", ok=False)
    assert of_settlement.FAULTS.read(NOON).value == 3
    ran("settlement.verify_ledger")
    ran("settlement.watch_transit")
    assert of_settlement.FAULTS.read(NOON).value == 0


@pytest.mark.django_db
def test_every_measure_that_the_settings_name_can_be_read():
    assert len({measure.name for measure in all_measures()}) == len(all_measures()) == 9
    watching.take_readings(now=NOON)

    assert {row.measure for row in Reading.objects.filter(error="")} == {one.name for one in all_measures()}


# Alerts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_alert_begins_after_two_bad_readings_is_told_once_and_ends_after_two_good_ones(gauge):  # R8
    receiver(), receiver(address="off@example.com", is_active=False)

    told = readings(gauge, 11, 12, 40, 30, 10, 11, 3, 10, 5)

    assert told == [{}, {"opened": 1}, {}, {}, {}, {}, {}, {"recovered": 1}, {}]
    alert = Alert.objects.get()
    assert (alert.value, alert.worst, alert.limit) == (12, 40, 10)
    assert (alert.opened_at, alert.closed_at) == (NOON + MINUTE, NOON + 7 * MINUTE)
    deliveries = AlertDelivery.objects.order_by("pk").values_list("what", "receiver__address")
    assert list(deliveries) == [("opened", "oncall@example.com"), ("recovered", "oncall@example.com")]


@pytest.mark.django_db
def test_within_the_limit_nothing_is_ever_told(gauge):
    """The negative control."""
    receiver()

    assert readings(gauge, *[0, 10, 9, 11, 10, 11] * 5) == [{}] * 30
    assert (Alert.objects.count(), AlertDelivery.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_too_little_to_tell_neither_begins_nor_ends_anything(gauge):
    told = readings(gauge, 11, None, None, 11, None, 0, None, 0)

    assert told == [{}, {}, {}, {"opened": 1}, {}, {}, {}, {"recovered": 1}]


@pytest.mark.django_db
def test_what_cannot_be_measured_is_bad(gauge):
    readings(gauge, 0, RuntimeError("out of ink"), RuntimeError("out of ink"))

    alert = Alert.objects.get()
    assert (alert.error, alert.shown, alert.value) == ("RuntimeError: out of ink",) * 2 + (None,)


@pytest.mark.django_db
def test_whoever_came_after_it_began_does_not_hear_that_it_is_over(gauge):
    first = receiver()
    readings(gauge, 11, 11)
    receiver(address="late@example.com")
    readings(gauge, 0, 0, start=NOON + 2 * MINUTE)

    assert list(AlertDelivery.objects.filter(what="recovered").values_list("receiver", flat=True)) == [first.pk]


def test_eight_workers_in_the_same_minutes_open_one_alert(gauge, committed_db):
    receiver()
    gauge.value = 99

    def watch(number):
        try:
            return watching.take_readings(now=NOON + MINUTE * (number % 4))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(watch, range(48)))

    assert sum(one.get("opened", 0) for one in told) == 1
    assert (Alert.objects.count(), AlertDelivery.objects.count(), Reading.objects.count()) == (1, 1, 4)


@pytest.mark.django_db
def test_old_readings_are_forgotten_and_alerts_are_not(gauge):
    minutes_of_traffic(requests=5, errors=0)
    readings(gauge, 11, 11)

    assert watching.forget_readings(now=NOON + timedelta(days=59)) == 0
    assert watching.forget_readings(now=NOON + timedelta(days=61)) == 7
    assert (Reading.objects.count(), TrafficMinute.objects.count(), Alert.objects.count()) == (0, 0, 1)


# Forecast -------------------------------------------------------------------------------------------------------------


def weeks_of(shape, *, weeks=6, start=MONDAY):
    """Counts by the hour, up to ``start``."""
    hours = [start - HOUR * back for back in range(1, weeks * 7 * 24 + 1)]
    return {hour: shape(hour) for hour in hours}


def rhythm(hour):
    """Busy evenings, busier at the week's end."""
    return 100 + 40 * hour.hour + (500 if hour.weekday() >= 5 else 0)


def test_a_week_that_repeats_itself_is_foretold_exactly():
    counts = weeks_of(rhythm)

    assert [hour.expected for hour in forecast(counts, start=MONDAY)] == [
        rhythm(MONDAY + HOUR * number) for number in range(24)
    ]
    told = quality(counts, end=MONDAY)
    assert (told.hours, told.error_bps, told.margin) == (168, 0, 0)


def test_noise_is_said_to_be_noise():
    """The negative control: where nothing repeats itself the error that is told is large, not small."""
    chance = Random(8)
    noise = weeks_of(lambda hour: chance.choice([0, 0, 0, 1000]))
    mild = weeks_of(lambda hour: rhythm(hour) * chance.randint(95, 105) // 100)

    assert quality(noise, end=MONDAY).error_bps > 9_000
    assert 0 < quality(mild, end=MONDAY).error_bps < 500


def test_the_weekday_matters():
    """Without it, by the same hour of the day before, Saturdays would be foretold too low."""
    counts = weeks_of(rhythm)
    saturday = MONDAY - timedelta(days=2)

    assert expected_hour(counts, saturday) == rhythm(saturday)
    assert counts[saturday - timedelta(days=1)] < rhythm(saturday)


def test_what_was_never_seen_is_not_foretold():
    counts = weeks_of(rhythm, weeks=1)

    assert {hour.expected for hour in forecast({}, start=MONDAY)} == {None}
    assert expected_hour(counts, MONDAY) == rhythm(MONDAY - WEEK)
    assert quality(counts, end=MONDAY).error_bps is None


@pytest.mark.django_db
def test_an_expected_peak_above_what_the_mall_bears_is_bad_a_day_before():  # R8
    for back in (1, 2):
        at = NOON - WEEK * back + 5 * HOUR
        TrafficMinute.objects.create(minute=at, requests=7_000, errors=0, milliseconds=1)
        TrafficMinute.objects.create(minute=at + MINUTE, requests=9_000, errors=0, milliseconds=1)

    found = measures.FORECAST.read(NOON)

    assert found == Measured(9_000, 24)
    assert measures.FORECAST.is_bad(found.value, tunables.CAPACITY.default)
    assert measures.FORECAST.read(NOON + 6 * HOUR).value == 0


# The page -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_shows_every_measure_its_plots_and_says_how_good_the_forecast_is(client, in_english, monkeypatch):
    minutes_of_traffic(requests=100, errors=3)
    for back in range(1, 6):
        minutes_of_traffic(requests=50, errors=0, now=NOON - WEEK * back)
    watching.take_readings(now=NOON)
    watching.take_readings(now=NOON + MINUTE)
    monkeypatch.setattr("mall.operations.admin.clock.now", lambda: NOON + 2 * MINUTE)
    client.force_login(staff())
    labels = [str(measure.label) for measure in all_measures()]

    page = client.get(reverse("admin:operations_overview"), headers={"accept-language": "en"})
    download = client.get(reverse("admin:operations_overview"), {"span": "week", "csv": "errors"})

    text = html.unescape(page.content.decode())
    assert [label for label in labels if label not in text] == []
    assert "3 %" in text
    assert "Alert since" in text
    assert [chart.key for chart in page.context["found"].charts] == [
        "payments", "errors", "lag", "queue", "differences", "faults", "traffic", "requests"
    ]  # fmt: skip
    assert "Nobody has measured" not in text
    assert download.headers["Content-Type"].startswith("text/csv")
    assert ",3.0," in download.content.decode()


@pytest.mark.django_db
def test_a_watch_that_stands_still_is_said_aloud(in_english):
    watching.take_readings(now=NOON)

    assert not overview(span=SPANS[0], now=NOON + 5 * MINUTE).is_stale
    assert overview(span=SPANS[0], now=NOON + 6 * MINUTE).is_stale


@pytest.mark.django_db
def test_the_page_costs_the_same_however_much_was_measured(client, django_assert_max_num_queries):
    client.force_login(staff())
    for number in range(6):
        watching.take_readings(now=NOON + MINUTE * number)

    with django_assert_max_num_queries(16):
        client.get(reverse("admin:operations_overview"))


def test_values_are_told_as_people_read_them(in_english):
    shown = [Unit.SHARE.shown(9950), Unit.SECONDS.shown(1), Unit.SECONDS.shown(600), Unit.FEN.shown(123_456)]

    assert shown == ["99.5 %", "1 second", "10 minutes", "¥1,234.56"]
    assert (Unit.COUNT.shown(12_000), Unit.COUNT.shown(None)) == ("12,000", "too little to tell")
    assert measure_named("nothing") is None
