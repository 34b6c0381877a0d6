"""
Working days of the People's Republic of China: five days a week, less the public holidays, plus the weekends that make
up for them.

The State Council publishes each year's holidays in the November before. Each year is a row that staff write in the
admin, so a new year needs no new version of the mall. A year that is not published yet stands there with its statutory
days only (Regulation on Public Holidays, as amended in 2024), marked as not confirmed, and staff are reminded of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from mall import clock

ONE_DAY = timedelta(days=1)
NEXT_YEAR_FROM = 11  # the month in which the next year is published


class WorkYear(models.Model):
    """Days of rest of one year as [first, last] pairs, and the weekend days on which people work; ``MM-DD`` each."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    rest = models.JSONField(_("days of rest"), default=list, blank=True)
    work = models.JSONField(_("weekends on which people work"), default=list, blank=True)
    is_confirmed = models.BooleanField(
        _("confirmed"), default=False, help_text=_("As the State Council has published it. Until then: statutory days.")
    )
    source = models.CharField(_("source"), max_length=300, blank=True, default="")
    saved_at = models.DateTimeField(_("saved at"), null=True, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("saved by"),
    )  # fmt: skip

    class Meta:
        app_label = "mall"
        verbose_name, verbose_name_plural = _("year of working days"), _("working days")

    def __str__(self) -> str:
        return str(self.year)

    @property
    def working_days(self) -> int:
        """How many there are in the year."""
        calendar, day, count = Calendar([self]), date(self.year, 1, 1), 0
        while day.year == self.year:
            count += calendar.works(day)
            day += ONE_DAY
        return count


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of rest and of work of the years that are known; of any other only the weekends."""

    rest: frozenset[date]
    work: frozenset[date]

    def __init__(self, years: Iterable[WorkYear]):
        rest, work = set(), set()
        for row in years:
            for first, last in row.rest:
                day, end = (date.fromisoformat(f"{row.year}-{text}") for text in (first, last))
                while day <= end:
                    rest.add(day)
                    day += ONE_DAY
            work |= {date.fromisoformat(f"{row.year}-{text}") for text in row.work}
        object.__setattr__(self, "rest", frozenset(rest))
        object.__setattr__(self, "work", frozenset(work))

    def works(self, day: date) -> bool:
        return day in self.work or (day.weekday() < 5 and day not in self.rest)

    def after(self, day: date) -> date:
        """The first working day after this day."""
        day += ONE_DAY
        while not self.works(day):
            day += ONE_DAY
        return day


def calendar() -> Calendar:
    """As the rows stand now; one query."""
    return Calendar(WorkYear.objects.all())


def is_working_day(day: date) -> bool:
    """Whether offices work on this day; of a year without a row only the weekends are known."""
    return calendar().works(day)


def add_working_days(moment: datetime, days: int) -> datetime:
    """
    The same time of day so many working days later; what comes on a day of rest comes at the start of the next
    working day.
    """
    known = calendar()
    moment = moment.astimezone(clock.BUSINESS_ZONE)  # another zone may change its clocks on the way
    day = moment.date()
    if not known.works(day):
        day = known.after(day)
        moment = clock.start_of(day)
    later = day
    for _day in range(days):
        later = known.after(later)
    return moment + (later - day)


def next_working_day(day: date) -> date:
    """The first working day after this day."""
    return calendar().after(day)


def working_days_between(start: datetime, end: datetime) -> int:
    """How many whole working days lie between two moments; never negative."""
    known = calendar()
    count, day, last = 0, clock.business_date(start), clock.business_date(end)
    while day < last:
        day += ONE_DAY
        count += known.works(day)
    return count


def unconfirmed_years(today: date) -> list[int]:
    """The years that should be confirmed by now and are not: this one, and from November on the next."""
    due = [today.year, today.year + 1] if today.month >= NEXT_YEAR_FROM else [today.year]
    confirmed = set(WorkYear.objects.filter(year__in=due, is_confirmed=True).values_list("year", flat=True))
    return [year for year in due if year not in confirmed]


def is_confirmed(year: int) -> bool:
    return WorkYear.objects.filter(year=year, is_confirmed=True).exists()


@transaction.atomic
def save_year(*, row: WorkYear, by, now: datetime) -> WorkYear:
    """Write a year as staff typed it, on the record. It holds for what is handed in from now on."""
    from mall.audit.trail import record

    former = WorkYear.objects.filter(pk=row.pk).first()
    row.saved_at, row.saved_by = now, by
    row.save()
    record(
        "mall.save_work_year",
        f"year {row.year}",
        by=by,
        now=now,
        before=_plain(former) if former else {},
        after=_plain(row),
    )
    return row


def _plain(row: WorkYear) -> dict:
    return {name: getattr(row, name) for name in ("rest", "work", "is_confirmed", "source")}
