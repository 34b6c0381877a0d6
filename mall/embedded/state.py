"""What one ``var`` directory remembers between starts: passwords, keys and ports; and what it tells while running."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

from mall.embedded.processes import CannotStart, free_port, port_is_free, wait_until

ROOT = Path(__file__).resolve().parents[2]

# Passwords stand in URLs, so they are made of letters and digits; keys have the form that the settings read.
MAKERS = {
    "owner_password": lambda: secrets.token_hex(24),
    "app_password": lambda: secrets.token_hex(24),
    "valkey_password": lambda: secrets.token_hex(24),
    "secret_key": lambda: secrets.token_urlsafe(48),
    "field_keys": lambda: "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    "blind_index_key": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
}


def var_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Where data, logs and secrets are: MALL_VAR, else ``var`` beside ``manage.py``."""
    return Path(environ.get("MALL_VAR") or ROOT / "var").resolve()


class State:
    """
    The file ``secrets.json``, readable by us alone, and the lock that lets one supervisor work at a time.

    The data cannot be opened without the file, so it is written whole before there is any data.
    """

    def __init__(self, var: Path):
        self.var = var
        self.file = var / "secrets.json"
        self.values: dict[str, str | int] = {}

    def load(self) -> None:
        """
        Read the file, make what is missing.

        :raises CannotStart: there is data whose secrets are gone, or the file is not ours to read
        """
        try:
            if self.file.exists():
                self.values = json.loads(self.file.read_text())
            elif (self.var / "postgres" / "data").exists():
                raise CannotStart(
                    f"{self.file} is gone, and without it {self.var / 'postgres'} cannot be opened: "
                    "put it back, or begin anew with `make reset`."
                )
        except (OSError, ValueError) as error:
            raise CannotStart(f"{self.file} cannot be read: {error}.") from error
        missing = {name: make() for name, make in MAKERS.items() if name not in self.values}
        if missing:
            self.values |= missing
            self._write()

    def port(self, server: str) -> int:
        """The port of a server: the one it had, or a free one if that has been taken."""
        key = f"{server}_port"
        port = self.values.get(key)
        if port is None or not port_is_free(port):
            port = self.values[key] = free_port()
            self._write()
        return port

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def _write(self) -> None:
        _write_privately(self.file, self.values)

    @contextmanager
    def alone(self):
        """
        Hold the directory for ourselves.

        :raises CannotStart: another supervisor holds it
        """
        with (self.var / "lock").open("a") as lock:
            if not wait_until(lambda: _locked(lock, fcntl.LOCK_EX), 0.5):  # who only asks lets go in no time
                raise CannotStart(f"The mall is already running on {self.var}; stop that one first.")
            try:
                yield
            finally:
                self.running_file.unlink(missing_ok=True)

    @property
    def running_file(self) -> Path:
        return self.var / "running.json"

    def tell(self, **running) -> None:
        """Write down how a command beside the supervisor finds the servers."""
        _write_privately(self.running_file, running)

    def told(self) -> dict | None:
        """What the supervisor that runs now has written, None when there is none."""
        try:
            with (self.var / "lock").open() as lock:
                if not _locked(lock, fcntl.LOCK_SH):
                    return json.loads(self.running_file.read_text())
        except (OSError, ValueError):
            pass
        return None


def running_environment(var: Path | None = None) -> dict[str, str]:
    """
    The settings of the mall that ``make run`` started, empty when none runs.

    For commands typed beside it: ``os.environ.update(running_environment())`` before the settings are read.
    """
    told = State(var or var_directory()).told()
    return told["environment"] if told else {}


def _locked(file, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_privately(path: Path, content: Mapping) -> None:
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
