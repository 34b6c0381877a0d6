"""
Charts: figures over an axis, drawn for the eye (``js/chart.js``), listed for everybody, and handed out as CSV.

A view makes :class:`Chart` objects, answers :func:`csv_asked` first, and its template includes
``components/_chart.html``.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mall.money import Money
from mall.templatetags.mall import money

MONEY = "money"  # the unit whose values are whole fen
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"  # so that spreadsheets read the file as UTF-8

Value = int | float | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars: a value per label of the chart, ``None`` where there is none."""

    label: str
    values: list[Value]
    kind: str = "line"

    def __post_init__(self):
        if self.kind not in {"line", "bar"}:
            raise ValueError(f"a series is drawn as line or bar, not as {self.kind!r}")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: as it counts and as it reads."""

    value: Value
    shown: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Series over the same axis; labels, titles and units are in the reader's language already."""

    key: str
    title: str
    labels: list[str]
    series: list[Series]
    unit: str = ""
    summary: str = ""
    axis: str = ""

    def __post_init__(self):
        if not re.fullmatch(r"[a-z_]+", self.key):
            raise ValueError(f"a chart's key is made of small letters, not {self.key!r}")
        if wrong := [series.label for series in self.series if len(series.values) != len(self.labels)]:
            raise ValueError(f"{self.key}: as many values as labels are needed: {wrong}")

    @property
    def axis_label(self) -> str:
        return self.axis or _("Period")

    @property
    def is_money(self) -> bool:
        return self.unit == MONEY

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: no label, or never anything but nothing."""
        return not any(value for series in self.series for value in series.values)

    @property
    def rows(self) -> Iterator[tuple[str, list[Cell]]]:
        """The table behind the chart: each label with its values."""
        for place, label in enumerate(self.labels):
            yield label, [Cell(series.values[place], self._shown(series.values[place])) for series in self.series]

    def _shown(self, value: Value) -> str:
        if value is None:
            return "–"
        if self.is_money:
            return money(Money(value))
        return f"{value:,} {self.unit}".strip()

    def _written(self, value: Value) -> str:
        if value is None:
            return ""
        return str(Money(value).decimal) if self.is_money else str(value)

    def as_csv(self) -> str:
        """The table as a spreadsheet reads it: plain numbers, and no cell that would be taken for a formula."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(map(safe_cell, [self.axis_label, *(series.label for series in self.series)]))
        for place, label in enumerate(self.labels):
            values = [self._written(series.values[place]) for series in self.series]
            writer.writerow([safe_cell(label), *values])
        return BOM + file.getvalue()


def safe_cell(text: object) -> str:
    """Words that a spreadsheet takes as words, whatever they begin with."""
    words = str(text)
    return f"'{words}" if words.startswith(FORMULA_STARTS) else words


def csv_asked(request: HttpRequest, charts: Iterable[Chart]) -> HttpResponse | None:
    """The chart that ``?csv=<key>`` asks for, as a download; ``None`` when none of these is asked for."""
    key = request.GET.get("csv", "")
    chart = next((chart for chart in charts if chart.key == key), None)
    if chart is None:
        return None
    return HttpResponse(
        chart.as_csv(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{chart.key}.csv"', "Cache-Control": "private"},
    )
