"""
The years of working days in the admin: typed, or pasted as they were published, a span a line (``02-15 02-23``,
``2027-02-15 – 2027-02-23``, ``2月15日至23日``).
"""

import re
from datetime import date

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.workdays import WorkYear, save_year

_DAY = re.compile(r"(?:(\d{4})[-/年])?(?:(\d{1,2})[-/月])?(\d{1,2})日?")
MOST_DAYS = 31


class DaysField(forms.CharField):
    """Days, or spans of days, a line each; ``is_span`` says which. Cleaned into what the row keeps."""

    def __init__(self, *, is_span: bool, **kwargs):
        self.is_span = is_span
        super().__init__(
            required=False, widget=forms.Textarea(attrs={"rows": 9, "cols": 30}), max_length=2000, **kwargs
        )

    def prepare_value(self, value):
        if isinstance(value, list):
            return "\n".join(" ".join(dict.fromkeys(one)) if isinstance(one, list) else one for one in value)
        return value

    def days_of(self, text: str, year: int) -> list:
        found = [
            self._line(line, year) for line in text.replace("、", "\n").replace(",", "\n").splitlines() if line.strip()
        ]
        return sorted(found)

    def _line(self, line: str, year: int):
        days, month = [], 0
        for said, month_said, day in _DAY.findall(line):
            month = int(month_said or month)
            try:
                days.append(date(int(said or year), month, int(day)))
            except ValueError:
                days.append(None)
        if None in days or not 1 <= len(days) <= (2 if self.is_span else 1):
            raise forms.ValidationError(gettext("“%(line)s” is no day that we can read.") % {"line": line.strip()[:60]})
        if any(day.year != year for day in days):
            raise forms.ValidationError(gettext("“%(line)s” lies in another year.") % {"line": line.strip()[:60]})
        first, last = days[0], days[-1]
        if not 0 <= (last - first).days < MOST_DAYS:
            raise forms.ValidationError(
                gettext("“%(line)s” ends before it begins, or is too long.") % {"line": line[:60]}
            )
        texts = [f"{day:%m-%d}" for day in (first, last)]
        return texts if self.is_span else texts[0]


class WorkYearForm(forms.ModelForm):
    rest = DaysField(
        is_span=True, label=_("Days of rest"), help_text=_("A span a line, such as 02-15 02-23 or 2月15日至23日.")
    )
    work = DaysField(
        is_span=False, label=_("Weekends on which people work"), help_text=_("A day a line, such as 02-14 or 2月14日.")
    )

    class Meta:
        model = WorkYear
        fields = ["year", "rest", "work", "is_confirmed", "source"]

    def clean_year(self):
        year = self.cleaned_data["year"]
        if not 2000 <= year <= 2200:
            raise forms.ValidationError(gettext("Write the year with four digits."))
        return year

    def clean(self):
        said = super().clean()
        year = said.get("year") or self.instance.year
        for name in ("rest", "work"):
            if year and name in said:
                try:
                    said[name] = self.fields[name].days_of(said[name], year)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        if not self.errors:
            self._check(said, year)
        return said

    def _check(self, said: dict, year: int) -> None:
        for text in said["work"]:
            if date.fromisoformat(f"{year}-{text}").weekday() < 5:
                self.add_error("work", gettext("%(day)s is no weekend.") % {"day": text})
            if any(first <= text <= last for first, last in said["rest"]):
                self.add_error("work", gettext("%(day)s is a day of rest as well.") % {"day": text})
        if said.get("is_confirmed") and not said.get("source"):
            self.add_error("source", gettext("Say where it is published."))


@admin.register(WorkYear)
class WorkYearAdmin(admin.ModelAdmin):
    """Years of working days; what is not confirmed yet stands first on the staff's first page."""

    form = WorkYearForm
    fields = ["year", "rest", "work", "is_confirmed", "source"]
    list_display = ["year", "is_confirmed", "working_days", "source", "saved_at", "saved_by"]
    list_filter = ["is_confirmed"]
    list_select_related = ["saved_by"]
    search_fields = ["=year", "source"]
    ordering = ["-year"]

    @admin.display(description=_("working days"))
    def working_days(self, row):
        return row.working_days

    def get_readonly_fields(self, request, obj=None):
        return ["year"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        save_year(row=obj, by=request.user, now=clock.now())
