"""What shops fill in about goods that are not counted by hand."""

from collections.abc import Sequence
from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.codes import LONGEST_CODE, MOST_AT_ONCE
from catalog.models import Sku
from catalog.slots import MOST_DAYS_AHEAD, MOST_PLACES, Span, weekly

WEEKDAYS = [
    ("0", gettext_lazy("Monday")),
    ("1", gettext_lazy("Tuesday")),
    ("2", gettext_lazy("Wednesday")),
    ("3", gettext_lazy("Thursday")),
    ("4", gettext_lazy("Friday")),
    ("5", gettext_lazy("Saturday")),
    ("6", gettext_lazy("Sunday")),
]
LARGEST_FILE = 2 * 1024 * 1024


class CodesForm(forms.Form):
    """Codes for one combination: typed, one in each line, or in a plain text file."""

    combination = forms.ChoiceField(label=gettext_lazy("Combination"))
    codes = forms.CharField(
        label=gettext_lazy("Codes"),
        required=False,
        max_length=MOST_AT_ONCE * (LONGEST_CODE + 2),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("One in each line."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a text file"),
        required=False,
        help_text=gettext_lazy("UTF-8, one code in each line, at most 2 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.csv,text/plain"}),
    )

    def __init__(self, *args, skus: Sequence[Sku], **kwargs):
        super().__init__(*args, **kwargs)
        self.skus = {sku.public_id: sku for sku in skus}
        self.fields["combination"].choices = [
            (sku.public_id, sku.combination or _("The only one")) for sku in skus if sku.is_active
        ]

    @property
    def sku(self) -> Sku:
        return self.skus[self.cleaned_data["combination"]]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 2 MB."))
        return file

    def clean(self) -> dict:
        cleaned = super().clean()
        lines = cleaned.get("codes", "").splitlines()
        if file := cleaned.get("file"):
            try:
                lines += file.read().decode("utf-8-sig").splitlines()
            except UnicodeDecodeError:
                self.add_error("file", _("The file is no plain text in UTF-8."))
        cleaned["lines"] = lines
        return cleaned


class SlotsForm(forms.Form):
    """Hours on one day, or on the same days of each week up to another day."""

    combination = forms.ChoiceField(label=gettext_lazy("Combination"))
    first = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    start = forms.TimeField(label=gettext_lazy("From"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    end = forms.TimeField(label=gettext_lazy("Until"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    capacity = forms.IntegerField(
        label=gettext_lazy("Places"),
        min_value=1,
        max_value=MOST_PLACES,
        initial=1,
        help_text=gettext_lazy("How many can have it at the same time."),
    )
    last = forms.DateField(
        label=gettext_lazy("Every week until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("Leave empty for that day alone."),
    )
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On these days"),
        choices=WEEKDAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Without any, on the day of the week of the first."),
    )

    def __init__(self, *args, skus: Sequence[Sku], today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.skus = {sku.public_id: sku for sku in skus}
        self.fields["combination"].choices = [(sku.public_id, sku.combination or _("The only one")) for sku in skus]
        latest = today + timedelta(days=MOST_DAYS_AHEAD)
        for name in ("first", "last"):
            self.fields[name].widget.attrs |= {"min": today.isoformat(), "max": latest.isoformat()}

    @property
    def sku(self) -> Sku:
        return self.skus[self.cleaned_data["combination"]]

    def clean(self) -> dict:
        cleaned = super().clean()
        start, end, first, last = (cleaned.get(name) for name in ("start", "end", "first", "last"))
        if start and end and end <= start:
            self.add_error("end", _("It must be later than the beginning."))
        if first and last and last < first:
            self.add_error("last", _("It must not be before the first day."))
        if first and last and (last - first).days > MOST_DAYS_AHEAD:
            self.add_error("last", _("Open times at most a year ahead."))
        return cleaned

    def spans(self) -> list[Span]:
        cleaned = self.cleaned_data
        first, last = cleaned["first"], cleaned["last"] or cleaned["first"]
        days = {int(day) for day in cleaned["weekdays"]} if cleaned["last"] else set()
        return weekly(
            first=first, last=last, weekdays=days or {first.weekday()}, start=cleaned["start"], end=cleaned["end"]
        )
