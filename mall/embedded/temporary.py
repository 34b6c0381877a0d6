"""The servers for a while: in a directory of their own, on free ports, gone afterwards."""

import fcntl
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mall.embedded.postgres import EmbeddedPostgres
from mall.embedded.processes import free_port
from mall.embedded.services import mall_environment, owner_environment, run_manage
from mall.embedded.state import State
from mall.embedded.valkey import EmbeddedValkey

PREFIX = "mall-temporary-"
DATABASE = "mall"


class TemporaryServers:
    """PostgreSQL and Valkey together, and the addresses under which the mall finds them."""

    def __init__(self, directory: Path, *, durable: bool):
        self.directory = directory
        self.state = State(directory)
        self.state.load()
        self.web_port = free_port()
        log = directory / "log"
        self.postgres = EmbeddedPostgres(
            directory / "postgres",
            port=free_port(),
            password=self.state["owner_password"],
            log=log / "postgres.log",
            durable=durable,
        )
        self.valkey = EmbeddedValkey(
            directory / "valkey",
            port=free_port(),
            password=self.state["valkey_password"],
            log=log / "valkey.log",
            durable=durable,
        )

    def start(self) -> None:
        self.postgres.start()
        self.valkey.start()

    def stop(self) -> None:
        self.valkey.stop()
        self.postgres.stop()

    @property
    def owner_url(self) -> str:
        """The database `mall` as its owner, a superuser."""
        return self.owner_url_of(DATABASE)

    @property
    def app_url(self) -> str:
        """The database `mall` as the role that the mall serves with."""
        return self.app_url_of(DATABASE)

    @property
    def redis_url(self) -> str:
        return self.valkey.url

    @property
    def env(self) -> dict[str, str]:
        """The whole environment for a process of the mall."""
        return self.env_of(DATABASE)

    def owner_url_of(self, database: str) -> str:
        return self.postgres.url(database)

    def app_url_of(self, database: str) -> str:
        return self.postgres.url(database, "mall_app", self.state["app_password"])

    def env_of(self, database: str) -> dict[str, str]:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("MALL_")}
        return mall_environment(
            self.state,
            database_url=self.app_url_of(database),
            redis_url=self.redis_url,
            port=self.web_port,
            environ=environ,
        )

    def prepare(self, database: str) -> None:
        """Create the database, its roles and tables."""
        self.postgres.ensure_database(database)
        environment = owner_environment(self.env_of(database), self.owner_url_of(database))
        run_manage("prepare_database", environment=environment)
        run_manage("migrate", "--verbosity=0", environment=environment)


@contextmanager
def temporary_directory() -> Iterator[Path]:
    """A directory that is removed at the end; if we are killed before, by the next who asks for one."""
    base = Path(tempfile.gettempdir())
    for left_behind in base.glob(f"{PREFIX}*/owner.lock"):
        with left_behind.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            shutil.rmtree(left_behind.parent, ignore_errors=True)
    directory = Path(tempfile.mkdtemp(prefix=PREFIX))
    making = directory / "making"
    with making.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        making.rename(directory / "owner.lock")
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def temporary_servers(durable: bool = True, var: Path | None = None) -> Iterator[TemporaryServers]:
    """
    Both servers with a migrated database, for as long as the block lasts.

    They are stopped and their directory removed when it is left, by an exception or SIGTERM too; when we are killed the
    servers end with us. ``var`` is used instead of a directory of our own, and kept.

    :raises CannotStart: a server or a migration failed
    """
    with _terminating_politely():
        if var is not None:
            var.mkdir(parents=True, exist_ok=True)
            with _started(var, durable) as servers:
                yield servers
        else:
            with temporary_directory() as directory, _started(directory, durable) as servers:
                yield servers


@contextmanager
def _started(directory: Path, durable: bool) -> Iterator[TemporaryServers]:
    servers = TemporaryServers(directory, durable=durable)
    try:
        servers.start()
        servers.prepare(DATABASE)
        yield servers
    finally:
        servers.stop()


@contextmanager
def _terminating_politely() -> Iterator[None]:
    """SIGTERM leaves through the `finally` blocks, where nobody else has a use for it."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
