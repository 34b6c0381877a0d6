"""
How many calls to payment channels the web servers of a machine have under way at once, all processes and threads taken
together: a channel that is slow never holds every thread, so shops go on being looked at (test E4).

A slot is a lock on a file: the kernel frees it with the process that held it, however that ended.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

PATIENCE = 0.3  # seconds to wait for a slot: as long as calls take when nothing is wrong
PAUSE = 0.03


class NoSlot(Exception):
    """As many calls as may be are under way."""


@contextmanager
def slot() -> Iterator[None]:
    """
    One of ``settings.PAYMENT_CALLS`` slots, for as long as a call takes; any number of calls where that is 0.

    :raises NoSlot: none came free in time
    """
    if not settings.PAYMENT_CALLS:
        yield
        return
    held = _take(settings.PAYMENT_CALLS)
    try:
        yield
    finally:
        os.close(held)


def _take(most: int) -> int:
    place = Path(settings.MALL_VAR) / "payment-calls"
    place.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + PATIENCE
    while True:
        for number in range(most):
            if (held := _lock(place / f"{number}")) is not None:
                return held
        if time.monotonic() > until:
            raise NoSlot
        time.sleep(PAUSE)


def _lock(path: Path) -> int | None:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file
