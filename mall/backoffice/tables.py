"""
Lists that stay fast however long they get: a page begins where the one before ended, in an order that an index holds.

The address carries the edge of the page: the value that the list is sorted by and the key of the row, signed, so that
nobody can ask for what a link did not offer. Nothing is skipped over (no ``OFFSET``) and nothing is counted to its end:
a count stops at its cap. Rows that come meanwhile neither repeat a row nor hide one that was there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

from django.core.exceptions import EmptyResultSet, ValidationError
from django.core.signing import BadSignature, Signer
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

PER_PAGE = 25
COUNTED_AT_MOST = 9_999
TAB_COUNTED_AT_MOST = 999
SORT, AFTER, BEFORE = "sort", "after", "before"
_signer = Signer(salt="mall.backoffice.tables")


@dataclass(frozen=True, slots=True)
class Sort:
    """
    An order that a list offers: by a column of its own table, ties broken by the key.

    An index over shop, column and key must hold it. With ``has_nulls``, rows without a value stand after all others
    (and before them in the opposite order).
    """

    name: str
    label: Promise | str
    column: str
    has_nulls: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a sortable column: its words, where a press leads, and how the list is sorted by it now."""

    label: Promise | str
    url: str
    direction: str  # "ascending", "descending" or ""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a page ends: the value of the sort's column and the key of the row."""

    value: object
    pk: int


@dataclass(slots=True)
class TablePage:
    """The rows of one page, and the ways on from it; ``""`` where there is none."""

    rows: list
    sort: str
    headings: dict[str, Heading] = field(default_factory=dict)
    previous_url: str = ""
    next_url: str = ""

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def has_other_pages(self) -> bool:
        return bool(self.previous_url or self.next_url)


def read_page(
    rows: QuerySet | Sequence[QuerySet],
    request: HttpRequest,
    *,
    sorts: Sequence[Sort],
    default: str,
    per_page: int = PER_PAGE,
    prefix: str = "",
    dress: Callable[[QuerySet], QuerySet] = lambda rows: rows,
) -> TablePage:
    """
    The page of a list that the address asks for; whatever is no edge of this list leads to its first page.

    :param rows: the list, filtered; several querysets without a row in common are read as one, each by its own index
    :param default: the sort without a wish, ``"-placed"`` for descending
    :param prefix: what the list's words in the address begin with, where a page shows two lists
    :param dress: adds what is shown of a row (relations, annotations) after the page has been cut
    """
    asked = request.GET
    by_name = {sort.name: sort for sort in sorts}
    wanted = asked.get(prefix + SORT, "")
    if wanted.removeprefix("-") not in by_name:
        wanted = default
    sort, is_descending = by_name[wanted.removeprefix("-")], wanted.startswith("-")
    parts = [rows] if isinstance(rows, QuerySet) else list(rows)

    def read(edge: Edge | None, *, is_backwards: bool = False) -> list:
        return _read(parts, sort, is_descending != is_backwards, edge, per_page + 1, dress)

    before = _edge(asked.get(prefix + BEFORE), wanted, sort, parts[0])
    after = None if before else _edge(asked.get(prefix + AFTER), wanted, sort, parts[0])
    found = read(before or after, is_backwards=before is not None)
    if not found and (before or after):
        before = after = None
        found = read(None)
    has_more, found = len(found) > per_page, found[:per_page]
    if before:
        found.reverse()

    ways = _Ways(asked, prefix, wanted, sort)
    return TablePage(
        rows=found,
        sort=wanted,
        headings={one.name: ways.heading(one, is_descending) for one in sorts},
        previous_url=ways.to(BEFORE, found[0]) if found and (has_more if before else after) else "",
        next_url=ways.to(AFTER, found[-1]) if found and (before or has_more) else "",
    )


# Reading


class _Beyond(Func):
    """``(column, id) > (value, key)``: one comparison of rows, which an index over both answers from its place on."""

    output_field = BooleanField()

    def __init__(self, column: str, edge: Edge, value_field, *, is_descending: bool):
        super().__init__(F(column), F("pk"), Value(edge.value, output_field=value_field), Value(edge.pk))
        self.operator = "<" if is_descending else ">"

    def as_sql(self, compiler, connection, **extra):
        parts, values = zip(*(compiler.compile(part) for part in self.source_expressions), strict=True)
        column, key, value, pk = parts
        return f"({column}, {key}) {self.operator} ({value}, {pk})", list(chain.from_iterable(values))


def _read(parts: list[QuerySet], sort: Sort, is_descending: bool, edge: Edge | None, limit: int, dress) -> list:
    """The first rows beyond the edge; each part is read on its own and the parts are merged."""
    lists = [_read_part(part, sort, is_descending, edge, limit, dress) for part in parts]
    if len(lists) == 1:
        return lists[0]
    if sort.has_nulls:
        raise TypeError("several parts cannot be merged by a column with nulls")
    merged = sorted(chain.from_iterable(lists), key=lambda row: (_raw(row, sort.column), row.pk), reverse=is_descending)
    return merged[:limit]


def _read_part(rows: QuerySet, sort: Sort, is_descending: bool, edge: Edge | None, limit: int, dress) -> list:
    sign = "-" if is_descending else ""
    order = [f"{sign}pk"] if sort.column == "pk" else [f"{sign}{sort.column}", f"{sign}pk"]
    found: list = []
    for segment in _segments(rows, sort, is_descending, edge):
        found += dress(segment.order_by(*order))[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def _segments(rows: QuerySet, sort: Sort, is_descending: bool, edge: Edge | None) -> Iterable[QuerySet]:
    """What lies beyond the edge, in stretches of which each is read from one place of the index on."""
    if sort.column == "pk":
        yield rows.filter(**{"pk__lt" if is_descending else "pk__gt": edge.pk}) if edge else rows
        return
    value_field = rows.model._meta.get_field(sort.column)

    def beyond(place: Edge) -> QuerySet:
        return rows.filter(_Beyond(sort.column, place, value_field, is_descending=is_descending))

    if not sort.has_nulls:
        yield beyond(edge) if edge else rows
        return
    values, nulls = rows.filter(**{f"{sort.column}__isnull": False}), rows.filter(**{f"{sort.column}__isnull": True})
    if edge is None:
        yield from (nulls, values) if is_descending else (values, nulls)
    elif edge.value is None:
        yield nulls.filter(**{"pk__lt" if is_descending else "pk__gt": edge.pk})
        if is_descending:
            yield values
    else:
        yield beyond(edge)
        if not is_descending:
            yield nulls


def _raw(row, column: str):
    """The column's value as the database keeps it."""
    if column == "pk":
        return row.pk
    model_field = row._meta.get_field(column)
    return model_field.get_prep_value(getattr(row, model_field.attname))


# Edges in the address


def _edge(token: str | None, wanted: str, sort: Sort, rows: QuerySet) -> Edge | None:
    """The edge that a link of ours carries; ``None`` when it is not ours or of another order."""
    if not token:
        return None
    try:
        named, value, pk = _signer.unsign_object(token)
        if named != f"{rows.model._meta.label_lower} {wanted}":
            return None
        if sort.column != "pk" and value is not None:
            value = rows.model._meta.get_field(sort.column).to_python(value)
    except (BadSignature, ValueError, TypeError, ValidationError):
        return None
    return Edge(value, pk)


class _Ways:
    """Addresses of this list: everything else in them stays as it is."""

    def __init__(self, asked: QueryDict, prefix: str, wanted: str, sort: Sort):
        self.prefix, self.wanted, self.sort = prefix, wanted, sort
        self.rest = asked.copy()
        for word in (AFTER, BEFORE):
            self.rest.pop(prefix + word, None)

    def to(self, word: str, row) -> str:
        value = _raw(row, self.sort.column)
        if isinstance(value, datetime | date):
            value = value.isoformat()
        token = _signer.sign_object([f"{row._meta.label_lower} {self.wanted}", value, row.pk])
        return self._with({self.prefix + word: token})

    def heading(self, sort: Sort, is_descending: bool) -> Heading:
        is_current = sort.name == self.sort.name
        turned = sort.name if is_current and is_descending else f"-{sort.name}"
        direction = ("descending" if is_descending else "ascending") if is_current else ""
        return Heading(sort.label, self._with({self.prefix + SORT: turned}), direction)

    def _with(self, words: Mapping[str, str]) -> str:
        address = self.rest.copy()
        for word, value in words.items():
            address[word] = value
        return f"?{address.urlencode()}"


# Counting, with an end


def capped_counts(lists: Mapping[str, QuerySet], *, cap: int = TAB_COUNTED_AT_MOST) -> dict[str, int]:
    """How many rows each list has, none counted further than one above the cap; one statement for all of them."""
    if not lists:
        return {}
    selects, values = [], []
    for rows in lists.values():
        try:
            sql, parameters = rows.order_by().values("pk")[: cap + 1].query.sql_with_params()
        except EmptyResultSet:
            selects.append("0")
        else:
            selects.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608 - Django's own statement
            values += parameters
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(selects)}", values)
        counted = cursor.fetchone()
    return dict(zip(lists, counted, strict=True))


def shown_count(count: int, cap: int = TAB_COUNTED_AT_MOST) -> int | str:
    """The count as people read it: ``999+`` when it was not counted to its end."""
    return f"{cap:,}+" if count > cap else count
