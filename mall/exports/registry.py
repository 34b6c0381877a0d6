"""
What can be exported. Each app declares its own in ``backoffice/exports.py``::

    @export("orders.orders", label=_("Orders"), right="orders.see", columns=[Column("number", _("Order"), ...)])
    def orders(shop, asked):
        return OrderFilter(asked.query).narrow(...)
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise

_kinds: dict[str, "Kind"] = {}


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of the file: its head, and what stands in it for a row.

    ``of`` answers text, a number, a moment, a date, :class:`~mall.money.Money` or ``None``. A ``is_personal`` column
    is left out unless the person who asks may see personal data.
    """

    label: Promise | str
    of: Callable[[object], object]
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for: the filter of the list as it stands in its address, or the rows she ticked."""

    query: QueryDict
    chosen: Sequence[str] = ()

    @classmethod
    def from_json(cls, asked: dict) -> "Asked":
        return cls(QueryDict(asked.get("query", "")), tuple(asked.get("chosen", ())))

    def only_chosen(self, rows: QuerySet) -> QuerySet:
        return rows.filter(public_id__in=self.chosen) if self.chosen else rows


@dataclass(frozen=True)
class Kind:
    """
    One declaration. ``rows`` answers with the rows of a shop in no order; they are walked by key, newest first.

    ``lines``, where there is one, turns a batch of rows into the lines of the file, of which there may be several for
    one row. ``further``, where there is one, answers with columns that depend on the shop. ``has_mark`` tells
    spreadsheets that a CSV file is UTF-8; other programs take the mark for words.
    """

    name: str
    label: Promise | str
    right: str
    columns: Sequence[Column]
    rows: Callable[[object, Asked], QuerySet]
    personal_right: str = ""
    lines: Callable[[Sequence], Iterable] | None = None
    has_mark: bool = True
    further: Callable[[object], Sequence[Column]] | None = None

    def columns_for(self, *, is_personal: bool, shop=None) -> list[Column]:
        further = self.further(shop) if self.further and shop else ()
        return [column for column in (*self.columns, *further) if is_personal or not column.is_personal]

    def needed_rights(self, *, is_personal: bool) -> set[str]:
        """The rights that a seat needs to ask for, see and fetch such a file."""
        return {self.right, self.personal_right} - {""} if is_personal else {self.right}


def export(
    name: str,
    *,
    label,
    right: str,
    columns: Sequence[Column],
    personal_right: str = "",
    lines: Callable[[Sequence], Iterable] | None = None,
    has_mark: bool = True,
    further: Callable[[object], Sequence[Column]] | None = None,
) -> Callable:
    """Declare an export; the function answers ``(shop, asked)`` with the rows."""

    def declare(rows: Callable[[object, Asked], QuerySet]) -> Callable:
        _kinds[name] = Kind(name, label, right, tuple(columns), rows, personal_right, lines, has_mark, further)
        return rows

    return declare


def kind_of(name: str) -> Kind | None:
    return _kinds.get(name)


def all_kinds() -> dict[str, Kind]:
    return dict(_kinds)
