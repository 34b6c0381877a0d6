"""M7 to the second: when a shop is left alone, reminded, frozen (24 cases), and what an outage changes: nothing."""

import contextlib
from datetime import timedelta

import pytest
from django.db import transaction

from merchants.idle import idle_span, watch_idle_shops
from merchants.models import Holiday, Shop
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LEFT, REMINDED, FROZEN = ("open", False), ("open", True), ("frozen", False)


def rest(place, start, end, *, ended=None, running=False):
    """A holiday from so long ago to so long ago; ``running`` when nobody has ended it yet."""
    return Holiday.objects.create(
        shop=place,
        started_at=NOON - start,
        ends_at=NOON - end,
        ended_at=None if running else NOON - (end if ended is None else ended),
        started_by=shopper(),
    )


def opened(ago, **fields):
    return shop(opened_at=NOON - ago, **fields)


def sold(ago, **fields):
    return shop(opened_at=NOON - 400 * DAY, last_paid_at=NOON - ago, **fields)


CASES = {
    "sold a moment under 30 days ago": (lambda: sold(30 * DAY - SECOND), LEFT),
    "sold exactly 30 days ago": (lambda: sold(30 * DAY), LEFT),
    "sold a moment over 30 days ago": (lambda: sold(30 * DAY + SECOND), REMINDED),
    "sold a moment under 60 days ago": (lambda: sold(60 * DAY - SECOND), REMINDED),
    "sold exactly 60 days ago": (lambda: sold(60 * DAY), REMINDED),
    "sold a moment over 60 days ago": (lambda: sold(60 * DAY + SECOND), FROZEN),
    "opened today": (lambda: opened(timedelta(0)), LEFT),
    "opened exactly 30 days ago, never sold": (lambda: opened(30 * DAY), LEFT),
    "opened a moment over 30 days ago, never sold": (lambda: opened(30 * DAY + SECOND), REMINDED),
    "opened exactly 60 days ago, never sold": (lambda: opened(60 * DAY), REMINDED),
    "opened a moment over 60 days ago, never sold": (lambda: opened(60 * DAY + SECOND), FROZEN),
    "opened after an order that came from before": (lambda: opened(10 * DAY, last_paid_at=NOON - 90 * DAY), LEFT),
    "thawed exactly 30 days ago": (lambda: sold(200 * DAY, thawed_at=NOON - 30 * DAY), LEFT),
    "thawed a moment over 60 days ago": (lambda: sold(200 * DAY, thawed_at=NOON - 60 * DAY - SECOND), FROZEN),
    "reminded for this idleness already": (lambda: sold(45 * DAY, reminded_at=NOON - 10 * DAY), REMINDED),
    "restricted shops are watched too": (
        lambda: sold(60 * DAY + SECOND, status=Shop.Status.RESTRICTED, restriction=1),
        FROZEN,
    ),
    "ten days of rest, 40 days: exactly 30": (lambda: _rested(40 * DAY, 30 * DAY, 20 * DAY), LEFT),
    "ten days of rest, a moment over 40 days": (lambda: _rested(40 * DAY + SECOND, 30 * DAY, 20 * DAY), REMINDED),
    "30 days of rest, exactly 90 days": (lambda: _rested(90 * DAY, 70 * DAY, 40 * DAY), REMINDED),
    "30 days of rest, a moment over 90 days": (lambda: _rested(90 * DAY + SECOND, 70 * DAY, 40 * DAY), FROZEN),
    "rest beyond the limit counts as idle": (lambda: _rested(90 * DAY + SECOND, 80 * DAY, 20 * DAY), FROZEN),
    "rest from before the last order counts for nothing": (lambda: _rested(31 * DAY, 70 * DAY, 40 * DAY), REMINDED),
    "only the rest after the last order counts": (lambda: _rested(40 * DAY, 70 * DAY, 30 * DAY), LEFT),
    "a holiday that still runs and is too long": (lambda: _resting(91 * DAY, 89 * DAY), FROZEN),
}


def _rested(idle, start, end):
    place = sold(idle)
    rest(place, start, end)
    return place


def _resting(idle, start):
    place = sold(idle, status=Shop.Status.HOLIDAY)
    rest(place, start, -10 * DAY, running=True)
    return place


@pytest.mark.parametrize("name", CASES)
def test_boundary(name):  # M7
    make, (status, is_reminded) = CASES[name]
    place = make()

    watch_idle_shops(now=NOON)
    watch_idle_shops(now=NOON)

    place.refresh_from_db()
    assert (place.status, place.reminded_at is not None) == (status, is_reminded)


def test_there_are_24_boundaries():
    assert len(CASES) == 24


def test_page_reckons_as_the_clock_does():
    resting = _resting(40 * DAY, 35 * DAY)

    assert idle_span(_rested(40 * DAY, 30 * DAY, 20 * DAY), NOON) == 30 * DAY
    assert idle_span(resting, NOON) == 10 * DAY  # 30 of its 35 days of rest are taken off
    assert idle_span(_rested(31 * DAY, 70 * DAY, 40 * DAY), NOON) == 31 * DAY


def test_holiday_over_during_an_outage_ends_on_its_day_all_the_same():
    place = sold(25 * DAY, status=Shop.Status.HOLIDAY)
    holiday = rest(place, 20 * DAY, 3 * DAY, running=True)

    watch_idle_shops(now=NOON)

    place.refresh_from_db()
    holiday.refresh_from_db()
    assert (place.status, holiday.ended_at) == ("open", NOON - 3 * DAY)


def world():
    """Shops of all kinds around the boundaries, the same each time."""
    places = [sold(days * DAY + SECOND) for days in (28, 29, 30, 57, 58, 59, 60, 61)]
    places += [opened(days * DAY + SECOND) for days in (27, 29, 57, 58)]
    for idle_days, start, end in ((50, 45, -8), (70, 30, -9), (88, 30, -1), (89, 31, -3)):
        place = sold(idle_days * DAY, status=Shop.Status.HOLIDAY)
        rest(place, start * DAY, end * DAY, running=True)
        places.append(place)
    return places


def after_runs_on(days):
    """What becomes of that world when the job runs on these days: status, and for who still works the reminder."""
    outcome = []
    with contextlib.suppress(RuntimeError), transaction.atomic():
        places = world()
        for day in days:
            watch_idle_shops(now=NOON + day * DAY)
        for place in places:
            place.refresh_from_db()
            outcome.append((place.status, place.is_at_work and place.reminded_at is not None))
        raise RuntimeError("back to where it began")
    return outcome


def test_every_day_twice_a_day_or_after_three_days_of_outage_is_the_same():  # M7
    daily = after_runs_on([0, 1, 2, 3])

    assert after_runs_on([0, 0, 1, 1, 2, 2, 3, 3]) == daily
    assert after_runs_on([3]) == daily
    assert {status for status, _reminded in daily} == {"open", "holiday", "frozen"}
