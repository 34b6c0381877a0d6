"""
Working days of the People's Republic of China: five days a week, less the public holidays, plus the weekends that make
up for them.

The State Council publishes each year's holidays in the November before. A year that is not published yet has its
statutory days only (Regulation on Public Holidays, as amended in 2024); its line is replaced when it is.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mall import clock

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Year:
    """Days of rest as (first, last) pairs, and the weekend days on which people work; ``MM-DD`` each."""

    rest: tuple[tuple[str, str], ...]
    work: tuple[str, ...] = ()
    is_published: bool = True


YEARS = {
    2025: Year(
        rest=(
            ("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"), ("05-31", "06-02"),
            ("10-01", "10-08"),
        ),
        work=("01-26", "02-08", "04-27", "09-28", "10-11"),
    ),
    2026: Year(
        rest=(
            ("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
            ("09-25", "09-27"), ("10-01", "10-07"),
        ),
        work=("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
    ),
    2027: Year(
        rest=(
            ("01-01", "01-01"), ("02-05", "02-08"), ("04-05", "04-05"), ("05-01", "05-02"), ("06-09", "06-09"),
            ("09-15", "09-15"), ("10-01", "10-03"),
        ),
        is_published=False,
    ),
}  # fmt: skip


def _days(year: int, table: Year) -> tuple[frozenset[date], frozenset[date]]:
    rest = set()
    for first, last in table.rest:
        day, end = (date.fromisoformat(f"{year}-{text}") for text in (first, last))
        while day <= end:
            rest.add(day)
            day += ONE_DAY
    return frozenset(rest), frozenset(date.fromisoformat(f"{year}-{text}") for text in table.work)


_KNOWN = {year: _days(year, table) for year, table in YEARS.items()}


def is_working_day(day: date) -> bool:
    """Whether offices work on this day; of a year without a table only the weekends are known."""
    rest, work = _KNOWN.get(day.year, (frozenset(), frozenset()))
    if day in work:
        return True
    return day.weekday() < 5 and day not in rest


def add_working_days(moment: datetime, days: int) -> datetime:
    """
    The same time of day so many working days later; what comes on a day of rest comes at the start of the next
    working day.
    """
    moment = moment.astimezone(clock.BUSINESS_ZONE)  # another zone may change its clocks on the way
    day = moment.date()
    if not is_working_day(day):
        day = next_working_day(day)
        moment = clock.start_of(day)
    later = day
    for _day in range(days):
        later = next_working_day(later)
    return moment + (later - day)


def next_working_day(day: date) -> date:
    """The first working day after this day."""
    day += ONE_DAY
    while not is_working_day(day):
        day += ONE_DAY
    return day


def working_days_between(start: datetime, end: datetime) -> int:
    """How many whole working days lie between two moments; never negative."""
    count, day, last = 0, clock.business_date(start), clock.business_date(end)
    while day < last:
        day += ONE_DAY
        count += is_working_day(day)
    return count
