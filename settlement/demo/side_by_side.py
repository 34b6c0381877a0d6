"""Work that several processes share, each on a connection of its own."""

import multiprocessing
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

from mall.events import deliver_everything

PROCESSES = 2
LONGEST_WAIT_SECONDS = 300

Result = TypeVar("Result")
Meet = Callable[[], object]


def side_by_side(work: Callable[[int, Meet], Result], *, parts: int = PROCESSES) -> list[Result]:
    """
    ``work(part, meet)`` in a process for each part; what they return, by part.

    ``meet()`` waits until all of them have come to it.

    :raises RuntimeError: one of them failed; its words stand on the standard error
    """
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    barrier, told = fork.Barrier(parts, timeout=LONGEST_WAIT_SECONDS), fork.Queue()

    def tell(part: int) -> None:
        try:
            told.put((part, work(part, barrier.wait)))
        except BaseException:
            barrier.abort()
            told.put((part, None))
            raise

    processes = [fork.Process(target=tell, args=(part,)) for part in range(parts)]
    for process in processes:
        process.start()
    results = dict(told.get() for _process in processes)
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("A process of the demonstration failed; its reason stands above.")
    return [results[part] for part in range(parts)]


def deliver_side_by_side() -> None:
    """Tell every listener what was announced, each process half of it."""
    side_by_side(lambda part, _meet: deliver_everything(part=part, of=PROCESSES))
    deliver_everything()  # what the listeners of one announced when the other had gone
