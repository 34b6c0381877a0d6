"""
Filters of lists: a form that is sent by GET, so that an address is a filter, works without scripts, and can be kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext_lazy as _

from mall.backoffice.tables import SORT
from mall.clock import start_of
from mall.forms import MoneyFormField
from mall.money import Money


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that narrows the list now, and the address without it."""

    label: str
    value: str
    url: str


class DateField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ListFilter(forms.Form):
    """
    The base of every list's filter: a word to search for, and what a list adds.

    What was typed wrongly narrows nothing and is told at its field. ``on_top`` names the fields that the list shows in
    other ways (tabs, search box) rather than in its fold of filters.
    """

    q = forms.CharField(label=_("Search"), required=False, max_length=60)

    use_required_attribute = False
    on_top = ("q", "status")

    def __init__(self, asked: QueryDict):
        super().__init__(asked, auto_id="filter-%s", label_suffix="")
        self.is_valid()

    def value(self, name: str):
        """What was asked for in a field; ``None`` where nothing, or nothing sensible, was."""
        found = self.cleaned_data.get(name)
        return None if found in ("", None, [], False) else found

    def narrow(self, rows: QuerySet) -> QuerySet:
        """The rows that fit; each list says how."""
        raise NotImplementedError

    def parts(self, rows: QuerySet) -> list[QuerySet]:
        """The rows that fit, in parts without a row in common, where an index holds only the parts in order."""
        return [self.narrow(rows)]

    # For the page

    def fold(self) -> Iterable[forms.BoundField]:
        """The fields that stand in the fold."""
        return [self[name] for name in self.fields if name not in self.on_top]

    @property
    def has_fold_errors(self) -> bool:
        return any(name not in self.on_top for name in self.errors)

    def active(self) -> dict[str, str]:
        """The fields that narrow the list now, as they stand in the address."""
        return {name: self.data.get(name, "").strip() for name in self.fields if self.value(name) is not None}

    def query(self) -> str:
        """The filter as one canonical piece of an address: what is kept, and what an export is told."""
        address = QueryDict(mutable=True)
        for name, typed in sorted(self.active().items()):
            address[name] = typed
        return address.urlencode()

    def chips(self, but: Iterable[str] = ("status",)) -> list[Chip]:
        """What narrows the list, each with the way to do without it."""
        active = self.active()
        chips = []
        for name in active:
            if name in but:
                continue
            address = QueryDict(mutable=True)
            address.update({other: typed for other, typed in active.items() if other != name})
            if sort := self.data.get(SORT):
                address[SORT] = sort
            chips.append(Chip(str(self.fields[name].label), self._said(name), f"?{address.urlencode()}"))
        return chips

    def _said(self, name: str) -> str:
        value = self.value(name)
        if isinstance(self.fields[name], forms.ChoiceField) and not isinstance(value, Model):
            return str(dict(self.fields[name].choices).get(value, value))
        return format_date(value, "Y-m-d") if hasattr(value, "year") else str(value)


def between_days(rows: QuerySet, column: str, first, last) -> QuerySet:
    """The rows whose moment falls on business days from ``first`` to ``last``, both included, each may be missing."""
    if first:
        rows = rows.filter(**{f"{column}__gte": start_of(first)})
    if last:
        rows = rows.filter(**{f"{column}__lt": start_of(last + timedelta(days=1))})
    return rows


def between_amounts(rows: QuerySet, column: str, least: Money | None, most: Money | None) -> QuerySet:
    """The rows whose amount is from ``least`` to ``most``, both included, each may be missing."""
    if least is not None:
        rows = rows.filter(**{f"{column}__gte": least})
    if most is not None:
        rows = rows.filter(**{f"{column}__lte": most})
    return rows


def amount_field(label) -> MoneyFormField:
    return MoneyFormField(label=label, required=False)
