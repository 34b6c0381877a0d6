"""
How many calls to payment channels web servers have under way at once, so that a channel that is slow never holds every
thread, and shops go on being looked at (test E4): so many of each process, so many of the machine.

A slot of the machine is a lock on a file: the kernel frees it with the process that held it, however that ended.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

PATIENCE = 0.3  # seconds to wait for a slot: as long as calls take when nothing is wrong
PAUSE = 0.03

_lock = threading.Lock()
_held: dict[object, float] = {}  # of this process, since when


class NoSlot(Exception):
    """As many calls as may be are under way."""


@contextmanager
def slot() -> Iterator[None]:
    """
    A slot of this process (``settings.PAYMENT_CALLS_EACH``) and one of the machine (``PAYMENT_CALLS``), for as long as
    a call takes; 0: any number.

    :raises NoSlot: none came free in time; at once where all are held by calls that take long already
    """
    mine = file = None
    try:
        if settings.PAYMENT_CALLS_EACH:
            mine = _wait(lambda: _take_here(settings.PAYMENT_CALLS_EACH), lambda: max(_held.values(), default=0.0))
        if settings.PAYMENT_CALLS:
            place = Path(settings.MALL_VAR) / "payment-calls"
            place.mkdir(parents=True, exist_ok=True)
            files = [place / str(number) for number in range(settings.PAYMENT_CALLS)]
            file = _wait(lambda: _take_file(files), lambda: _latest(files))
        yield
    finally:
        if file is not None:
            os.close(file)
        with _lock:
            _held.pop(mine, None)


def _wait(take, latest):
    until = time.monotonic() + PATIENCE
    while (taken := take()) is None:
        if time.monotonic() > until or time.monotonic() - latest() > PATIENCE:
            raise NoSlot
        time.sleep(PAUSE)
    return taken


def _take_here(most: int) -> object | None:
    with _lock:
        if len(_held) >= most:
            return None
        mine = object()
        _held[mine] = time.monotonic()
        return mine


def _take_file(files: list[Path]) -> int | None:
    for path in files:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            continue
        os.utime(file)
        return file
    return None


def _latest(files: list[Path]) -> float:
    """When the last of them was taken, by the clock that only goes on."""
    found = [0.0]
    for path in files:
        with suppress(FileNotFoundError):
            found.append(path.stat().st_mtime)
    return time.monotonic() - (time.time() - max(found))
