"""
Tamper evidence for append-only tables: rows are sealed in batches into a hash chain, off the hot path.

Each row is hashed over a literal list of its columns, in order of ``id``; the digest of a batch covers the digest
before it. A batch ends at an id below which every writer has finished: the database function
``mall_last_settled_id`` waits for the writers of the moment (and gives up after two seconds, until the next run).
"""

import hashlib
from dataclasses import dataclass

from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

FETCH_ROWS = 5_000
BEFORE_ALL = -(2**63)  # below every id, so that a row smuggled in before the first one shows too


class Seal(models.Model):
    """One link of the chain: the digest of a batch of rows of one table, over the digest before it."""

    table = models.CharField(max_length=60)
    number = models.PositiveBigIntegerField()
    last_id = models.BigIntegerField()
    row_count = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "mall"
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="seal_number_once")]


@dataclass(frozen=True)
class SealedTable:
    """A table under seal and the columns that its hash covers, in order. The list is never shortened or reordered."""

    table: str
    columns: tuple[str, ...]

    def _digest(self, previous: str, after: int, until: int) -> tuple[str, int]:
        """The digest over the rows with ``after < id <= until``, and how many they are."""
        parts = ", ".join(f"coalesce({column}::text, '~')" for column in ("id", *self.columns))
        running, count = hashlib.sha256(previous.encode()), 0
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            cursor.execute(
                f"SELECT encode(sha256(convert_to(concat_ws(chr(31), {parts}), 'UTF8')), 'hex')"  # noqa: S608
                f" FROM {self.table} WHERE id > %s AND id <= %s ORDER BY id",
                [after, until],
            )
            while rows := cursor.fetchmany(FETCH_ROWS):
                running.update("".join(row_hash for (row_hash,) in rows).encode())
                count += len(rows)
        return running.hexdigest(), count

    def _settled(self) -> int | None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                cursor.execute("SELECT mall_last_settled_id(%s)", [self.table])
                return cursor.fetchone()[0]
        except OperationalError:
            return None

    def seal(self) -> int:
        """Seal the rows that came since the last seal; returns how many (0 too when writers keep the table busy)."""
        until = self._settled()
        if until is None:
            return 0
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"seal:{self.table}"])
            last = Seal.objects.filter(table=self.table).order_by("-number").first()
            after = last.last_id if last else BEFORE_ALL
            digest, count = self._digest(last.digest if last else "", after, until)
            if count:
                number = last.number + 1 if last else 1
                Seal.objects.create(table=self.table, number=number, last_id=until, row_count=count, digest=digest)
        return count

    @transaction.atomic
    def broken_seals(self) -> list[int]:
        """The numbers of the seals that no longer fit their rows (altered, deleted, inserted) or their neighbours."""
        broken, previous, after = [], "", BEFORE_ALL
        for expected, seal in enumerate(Seal.objects.filter(table=self.table).order_by("number"), start=1):
            digest, count = self._digest(previous, after, seal.last_id)
            if (digest, count, expected) != (seal.digest, seal.row_count, seal.number):
                broken.append(seal.number)
            previous, after = seal.digest, seal.last_id
        return broken
