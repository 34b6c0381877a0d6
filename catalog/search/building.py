"""
Writing what search knows of every product anew: several processes, each a range of products at a time.

Words are made by processors and written by the database, so the work is spread over as many processes as there are
processors. Whoever changes a product meanwhile writes its row too; each range is one statement of its own.
"""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from django.db import connection, connections, transaction

from catalog.search import index
from catalog.search.words import read_dictionaries

MOST_PROCESSES = 8
WORTH_A_PROCESS = 5_000  # products; for fewer the start of a process takes longer than it saves


def build_index(processes: int | None = None) -> int:
    """
    Write the rows of every product anew; returns how many.

    :param processes: beside each other; as many as there are processors unless given. Inside of a transaction, and
        where processes cannot be forked safely, it is always one.
    """
    ranges = _ranges()
    if processes is None:
        processes = min(os.cpu_count() or 1, MOST_PROCESSES, 1 + len(ranges) * index.BATCH // WORTH_A_PROCESS)
    if processes < 2 or connection.in_atomic_block or sys.platform != "linux":
        return sum(map(_write, ranges))
    read_dictionaries()  # once, and shared
    connections.close_all()
    with ProcessPoolExecutor(processes, multiprocessing.get_context("fork")) as workers:
        return sum(workers.map(_write_in_heaps, ranges))


def _ranges() -> list[tuple[int, int]]:
    """The first and the last key of every so many products."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(id), max(id) FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS part"
            " FROM catalog_product) numbered GROUP BY part ORDER BY part",
            [index.BATCH],
        )
        return cursor.fetchall()


def _write_in_heaps(keys: tuple[int, int]) -> int:
    """
    In a process of its own: the words of very many rows are sorted into the index in large heaps, for this transaction
    alone, since whoever is given the connection next by a pool wants its commits on the disk.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL gin_pending_list_limit = '32MB'; SET LOCAL work_mem = '64MB'; SET LOCAL synchronous_commit = off"
        )
        return _write(keys)


def _write(keys: tuple[int, int]) -> int:
    return index.index_range(*keys)
