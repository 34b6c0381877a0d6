"""
Rows for the few verbs whose speed is promised: reading and writing without the ORM's price per statement.

``insert_rows`` does what ``bulk_create`` does, with the statement's text made once per model. Values pass through the
model's fields as always (money, encryption, JSON), so a row written here is the row that the ORM would have written.
Everything else in the mall goes on using the ORM.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

from django.db import connection
from django.db.models import AutoField, Field, Model

Row = TypeVar("Row", bound=Model)


def insert_rows(rows: Iterable[Row]) -> list[Row]:
    """Write these new rows of one model in one statement; each learns its key."""
    rows = list(rows)
    if not rows:
        return rows
    start, marks, end, fields = _plan(type(rows[0]))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(start + ", ".join([marks] * len(rows)) + end, values)
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias
    return rows


def select_rows(statement: str, values: list | dict) -> list[tuple]:
    """All rows that a statement of ours answers with."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


@lru_cache
def _plan(model: type[Model]) -> tuple[str, str, str, list[Field]]:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ",  # noqa: S608 - names of our own model
        f"({', '.join(['%s'] * len(fields))})",
        f" RETURNING {quote(model._meta.pk.column)}",
        fields,
    )
