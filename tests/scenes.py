"""The furnished mall of ``tests.pages``, built once in a process and handed out as a copy."""

import pickle
import shutil
import time
from pathlib import Path

from tests import servers

FRESH_SECONDS = 600  # the clock of a running mall closes what has waited for longer


class KeptScene:
    """A database that is cloned, a directory of pictures that is copied, and the rows that both are about."""

    def __init__(self, directory: Path, connected_to):
        self.name = f"{servers.own_database_name()}_scene"
        self.media = directory
        self._connected_to = connected_to
        self._rows = b""
        self._built_at = float("-inf")

    def put_into(self, database: str, media: Path):
        """Make this database and fill this directory; returns the scene, which is the caller's own."""
        if time.monotonic() - self._built_at > FRESH_SECONDS:
            self._build()
        servers.clone_template(database, of=self.name)
        shutil.copytree(self.media, media, dirs_exist_ok=True)
        return pickle.loads(self._rows)

    def _build(self) -> None:
        from django.test import override_settings

        from tests.pages import furnished, staged

        shutil.rmtree(self.media, ignore_errors=True)
        self.media.mkdir(parents=True)
        servers.clone_template(self.name)
        with self._connected_to(self.name), override_settings(MEDIA_ROOT=str(self.media)):
            self._rows = pickle.dumps(staged(furnished()))
        self._built_at = time.monotonic()
