"""Where the files of imports lie: handed out by our own doors only, and not for long."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.files.storage import storages


def storage():
    return storages["private"]


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """A kept file on this machine, to be read back and forth."""
    with tempfile.TemporaryFile() as here:
        with storage().open(name) as kept:
            shutil.copyfileobj(kept, here, 1024 * 1024)
        here.seek(0)
        yield here


@contextmanager
def opened_zip(name: str) -> Iterator[zipfile.ZipFile | None]:
    """The kept ZIP of pictures; ``None`` where there is none (any more)."""
    if not name or not storage().exists(name):
        yield None
        return
    with storage().open(name) as kept, zipfile.ZipFile(kept) as pictures:
        yield pictures
