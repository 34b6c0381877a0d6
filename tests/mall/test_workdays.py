"""Working days as the State Council published them; the reference is written out day by day, apart from the code."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from mall.audit.models import AuditRecord
from mall.workdays import (
    WorkYear,
    add_working_days,
    is_working_day,
    next_working_day,
    unconfirmed_years,
    working_days_between,
)
from tests.factories.accounts import staff

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(("year", "working_days"), [(2025, 248), (2026, 248)])
def test_a_published_year_has_its_number_of_working_days(year, working_days):
    row = WorkYear.objects.get(year=year)

    assert (row.working_days, row.is_confirmed) == (working_days, True)


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


# what staff do about a new year


def test_a_year_that_is_not_published_has_its_statutory_days_and_is_not_confirmed():
    row = WorkYear.objects.get(year=2027)

    assert (row.is_confirmed, row.working_days) == (False, 254)
    assert unconfirmed_years(date(2026, 10, 31)) == []
    assert unconfirmed_years(date(2026, 11, 1)) == [2027]
    assert unconfirmed_years(date(2028, 3, 1)) == [2028]  # nobody has written it at all


@pytest.mark.parametrize(
    ("rest", "work"),
    [
        ("02-05 02-11\n05-01", "02-14"),
        ("2027-02-05 – 2027-02-11\n2027-05-01", "2027-02-14"),
        ("2月5日至11日、5月1日", "2月14日"),
        ("2027年2月5日（周五）至2月11日\n5月1日", "2月14日（周日）"),
    ],
)
def test_staff_paste_a_year_as_it_was_published(client, rest, work):
    client.force_login(clerk := staff())
    form = {"rest": rest, "work": work, "is_confirmed": "on", "source": "国办发明电〔2026〕"}

    answer = client.post(reverse("admin:mall_workyear_change", args=[2027]), form)

    row = WorkYear.objects.get(year=2027)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert (row.rest, row.work, row.is_confirmed, row.saved_by) == (
        [["02-05", "02-11"], ["05-01", "05-01"]], ["02-14"], True, clerk,
    )  # fmt: skip
    assert (is_working_day(date(2027, 2, 11)), is_working_day(date(2027, 2, 14))) == (False, True)
    record = AuditRecord.objects.get(action="mall.save_work_year")
    assert (record.before["is_confirmed"], record.after["is_confirmed"]) == (False, True)
    shown = client.get(reverse("admin:mall_workyear_change", args=[2027]))
    assert b"02-05 02-11" in shown.content


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("rest", "02-30"),
        ("rest", "02-11 02-05"),
        ("rest", "2026-02-05"),
        ("rest", "some day"),
        ("work", "02-12"),  # a Friday
        ("work", "05-01"),  # a day of rest
        ("source", ""),
    ],
)
def test_what_is_no_calendar_is_said_at_its_field_and_nothing_is_lost(client, field, words):
    client.force_login(staff())
    form = {"rest": "05-01 05-02", "work": "02-14", "is_confirmed": "on", "source": "…", field: words}

    answer = client.post(reverse("admin:mall_workyear_change", args=[2027]), form)

    assert set(answer.context["adminform"].form.errors) == {field}
    assert not WorkYear.objects.get(year=2027).is_confirmed


def test_a_new_year_is_added_and_its_absence_is_on_the_first_page(client):
    client.force_login(staff())
    form = {"year": "2028", "rest": "01-01 01-03", "work": "", "source": ""}

    client.post(reverse("admin:mall_workyear_add"), form)

    assert WorkYear.objects.get(year=2028).rest == [["01-01", "01-03"]]
    queues = [queue.url for queue in client.get(reverse("admin:index")).context["queues"]]
    assert f"{reverse('admin:mall_workyear_changelist')}?is_confirmed__exact=0" in queues
