"""
What the mall knows of a person. Each app declares its own in ``personal_data.py``::

    personal("orders/orders", lambda person: person.orders.all(), erase=seal_addresses)
    personal("orders/cart", lambda person: Cart.objects.filter(shopper=person), erase=DELETE)

    @obstacle
    def orders_under_way(person): ...

A declaration tells both what she takes away and what becomes of it when she is forgotten. A house test holds the tables
that point at a person against the declarations.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Field, Model, QuerySet

from mall.crypto import BlindIndexField, Veiled
from mall.money import Money

_declared: dict[str, "PersonalRows"] = {}
_obstacles: list[Callable] = []

SECRET = {"password", "session_key", "session_data", "data"}  # no person's to read, not even her own


def keep(rows: QuerySet, now: datetime) -> None:
    """Nothing in it says who she was, or the law wants it kept."""


def delete(rows: QuerySet, now: datetime) -> None:
    rows.delete()


def blank(**values) -> Callable[[QuerySet, datetime], None]:
    """These fields are emptied, the rows stay."""

    def empty(rows: QuerySet, now: datetime) -> None:
        rows.update(**values)

    return empty


KEEP, DELETE = keep, delete


@dataclass(frozen=True, slots=True)
class PersonalRows:
    """Rows about a person: under which name she takes them away, which they are, what is done to forget her."""

    name: str
    rows: Callable[[Model], QuerySet]
    erase: Callable[[QuerySet, datetime], None]


def personal(name: str, rows: Callable[[Model], QuerySet], *, erase: Callable[[QuerySet, datetime], None]) -> None:
    _declared[name] = PersonalRows(name, rows, erase)


def obstacle(question: Callable[[Model], Iterable[str]]) -> Callable:
    """Declare why somebody cannot be forgotten yet: a function that answers with sentences, or with none."""
    _obstacles.append(question)
    return question


def declared() -> dict[str, PersonalRows]:
    return dict(sorted(_declared.items()))


def obstacles_of(person) -> list[str]:
    """Everything that stands in the way of forgetting a person, in words for her."""
    return [str(words) for question in _obstacles for words in question(person)]


def told(rows: QuerySet) -> Iterator[dict]:
    """Rows as plain JSON: every field that is hers to read, encrypted ones in clear, other rows by public id."""
    for row in rows.order_by("pk").iterator(chunk_size=500):
        yield {field.name: _plain(row, field) for field in row._meta.concrete_fields if _is_hers(row, field)}


def _is_hers(row: Model, field: Field) -> bool:
    if field.name == "id" or field.name in SECRET or isinstance(field, BlindIndexField):
        return False
    return not field.is_relation or field.is_cached(row)


def _plain(row: Model, field: Field):
    value = getattr(row, field.name)
    if isinstance(value, Model):
        return getattr(value, "public_id", None) or str(value)
    if isinstance(value, Veiled):
        return value.reveal()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Money | UUID):
        return str(value)
    if isinstance(value, dict):
        return dict(value)
    return value if value is None or isinstance(value, str | int | float | bool | list) else str(value)
