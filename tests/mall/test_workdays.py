"""Working days as the State Council published them; the reference is written out day by day, apart from the code."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mall.workdays import YEARS, add_working_days, is_working_day, next_working_day, working_days_between

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(("year", "working_days"), [(2025, 248), (2026, 248)])
def test_a_published_year_has_its_number_of_working_days(year, working_days):
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]

    assert sum(map(is_working_day, days)) == working_days
    assert YEARS[year].is_published


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-01-26", True),  # a Sunday that makes up for the Spring Festival
        ("2025-01-28", False),
        ("2025-02-04", False),
        ("2025-02-05", True),
        ("2025-10-08", False),
        ("2025-10-11", True),  # Saturday
        ("2026-01-02", False),  # Friday
        ("2026-01-04", True),  # Sunday
        ("2026-02-14", True),  # Saturday
        ("2026-02-23", False),  # Monday
        ("2026-02-24", True),
        ("2026-06-19", False),
        ("2026-09-20", True),  # Sunday
        ("2026-10-10", True),  # Saturday
        ("2027-02-05", False),  # statutory: New Year's Eve
        ("2027-02-13", False),  # Saturday
        ("2031-05-01", True),  # a year of which only weekends are known (a Thursday)
    ],
)
def test_days_of_rest_and_the_weekends_that_make_up_for_them(day, works):
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02T12:00", 1, "2026-03-03T12:00"),
        ("2026-03-02T12:00", 3, "2026-03-05T12:00"),
        ("2026-03-06T17:30", 1, "2026-03-09T17:30"),  # Friday to Monday
        ("2026-03-07T09:00", 1, "2026-03-10T00:00"),  # Saturday counts from Monday's first moment
        ("2026-02-13T10:00", 1, "2026-02-14T10:00"),  # a Saturday on which people work
        ("2026-02-14T10:00", 1, "2026-02-24T10:00"),  # and then nine days of rest
        ("2026-02-14T10:00", 3, "2026-02-26T10:00"),
        ("2026-09-30T23:59", 3, "2026-10-10T23:59"),
        ("2025-12-31T09:00", 2, "2026-01-05T09:00"),
    ],
)
def test_working_days_are_counted_over_holidays_and_years(start, days, end):
    assert add_working_days(at(start), days) == at(end)


def test_the_zone_of_the_process_plays_no_part():
    moment = at("2026-03-06T23:30")

    assert add_working_days(moment.astimezone(ZoneInfo("America/New_York")), 1) == at("2026-03-09T23:30")


def test_counting_back_agrees_with_counting_forward():
    start = at("2026-01-30T09:00")

    for days in range(30):
        assert working_days_between(start, add_working_days(start, days)) == days
    assert next_working_day(date(2026, 2, 14)) == date(2026, 2, 24)
