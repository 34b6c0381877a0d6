"""
After a new key has come into ``MALL_FIELD_KEYS``: encrypt under it whatever still lies under an older one, and bind to
its row what is bound to its column alone.

Columns, second factors and sealed files, in small steps; each may be stopped and begun again, beside people who work.
When nothing is left under an old key, it may leave the settings.
"""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import Model

from mall.accounts.mfa import SECRETS
from mall.crypto import BOUND, EncryptedTextField, decrypt, encrypt, is_bound, key_of, newest_key
from mall.sealed_files import SealedStorage

BATCH = 500


def reencrypt() -> dict[str, int]:
    """How many values of each table, and files of each storage, are under the newest key now that were not before."""
    done = {}
    for model, fields in _encrypted():
        done[model._meta.db_table] = _reencrypt_rows(model, fields)
    done[Authenticator._meta.db_table] = _reencrypt_factors()
    for alias in settings.STORAGES:
        if isinstance(storage := storages[alias], SealedStorage):
            done[f"files of {alias}"] = sum(storage.reseal(name) for name in list(_names(storage)))
    return done


def _encrypted() -> Iterator[tuple[type[Model], list[EncryptedTextField]]]:
    for model in apps.get_models():
        fields = [field for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]
        if fields and not model._meta.proxy:
            yield model, fields


def _reencrypt_rows(model: type[Model], fields: list[EncryptedTextField]) -> int:
    """
    By key, some hundreds at once, one statement for each column; a value that somebody changes meanwhile is under the
    newest key already.
    """
    quote, meta, newest = connection.ops.quote_name, model._meta, newest_key()
    table, key = quote(meta.db_table), quote(meta.pk.column)
    columns = [quote(field.column) for field in fields]
    rows_of = [quote(field.row_column) if field.row_column else "''" for field in fields]
    wanted = [f"{newest}:{BOUND if field.row_column else ''}%" for field in fields]
    is_old = " OR ".join(f"({column} <> '' AND {column} NOT LIKE %s)" for column in columns)
    read = ", ".join(f"{column}, {row}::text" for column, row in zip(columns, rows_of, strict=True))
    find = f"SELECT {key}, {read} FROM {table} WHERE {key} > %s AND ({is_old}) ORDER BY {key} LIMIT {BATCH}"  # noqa: S608
    done, last = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(find, [last, *wanted])
            rows = cursor.fetchall()
            for number, (field, column) in enumerate(zip(fields, columns, strict=True)):
                stale = [
                    (one[0], one[1 + 2 * number], one[2 + 2 * number])
                    for one in rows
                    if one[1 + 2 * number] and not _is_done(one[1 + 2 * number], field, newest)
                ]
                if stale:
                    done += _write(
                        cursor, table, key, column, [(pk, old, _anew(old, field, row)) for pk, old, row in stale]
                    )
        if not rows:
            return done
        last = rows[-1][0]


def _is_done(stored: str, field: EncryptedTextField, newest: int) -> bool:
    return key_of(stored) == newest and (is_bound(stored) or not field.row_column)


def _anew(stored: str, field: EncryptedTextField, row: str) -> str:
    return encrypt(decrypt(stored, context=field.context, row=row), context=field.context, row=row)


def _write(cursor, table: str, key: str, column: str, changes: list[tuple]) -> int:
    """Each where the row still holds what was read."""
    marks = ", ".join(["(%s, %s, %s)"] * len(changes))
    cursor.execute(
        f"UPDATE {table} SET {column} = fresh.value FROM (VALUES {marks}) AS fresh (key, former, value)"  # noqa: S608
        f" WHERE {table}.{key} = fresh.key AND {table}.{column} = fresh.former",
        [value for change in changes for value in change],
    )
    return cursor.rowcount


def _reencrypt_factors() -> int:
    done = 0
    for key in list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=key).first()
            for name in ("secret", "seed"):
                stored = row.data.get(name) if row else None
                if stored and key_of(stored) != newest_key():
                    row.data[name] = encrypt(decrypt(stored, context=SECRETS), context=SECRETS)
                    row.save(update_fields=["data"])
                    done += 1
    return done


def _names(storage: SealedStorage) -> Iterator[str]:
    try:
        yield from storage.names()
    except FileNotFoundError:  # nothing was ever kept there
        return
