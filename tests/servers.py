"""
Real servers for the tests, from the embedded ones: one PostgreSQL for the whole run, one Valkey per process.

The process that reads the command line makes a migrated template database; every test process clones it, and so does
every test that needs a database of its own. Nobody ever connects to the template.
"""

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
import redis

from mall.embedded import services
from mall.embedded.processes import CannotStart, Process, free_port, wait_until
from mall.embedded.supervisor import answers_healthily
from mall.embedded.temporary import TemporaryServers, temporary_directory
from mall.embedded.valkey import EmbeddedValkey

POOLER = Path(__file__).resolve().parents[1] / "deploy" / "pgbouncer.ini"
POOLER_PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
TEMPLATE = "mall_template"
OWNER_URL = "MALL_TEST_OWNER_URL"  # of the database `postgres`, handed from the first process to the others

_numbers = count(1)


@contextmanager
def postgres_with_template() -> Iterator[TemporaryServers]:
    """PostgreSQL with the roles and the migrated template, for the whole run."""
    with temporary_directory() as directory:
        (directory / "static").mkdir()
        servers = TemporaryServers(directory, durable=False)
        try:
            servers.start()
            servers.prepare(TEMPLATE)
            yield servers
        finally:
            servers.stop()


@contextmanager
def own_valkey() -> Iterator[EmbeddedValkey]:
    """A Valkey for this process alone, so that no test empties another's queue."""
    with temporary_directory() as directory:
        valkey = EmbeddedValkey(
            directory, port=free_port(), password="test", log=directory / "valkey.log", durable=False
        )
        try:
            valkey.start()
            yield valkey
        finally:
            valkey.stop()


def url_with_database(url: str, name: str) -> str:
    return url.rsplit("/", 1)[0] + "/" + name


def own_database_name() -> str:
    """The database of this test process, in which tests are rolled back."""
    return f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def next_database_name() -> str:
    return f"{own_database_name()}_{next(_numbers)}"


def clone_template(name: str, of: str = TEMPLATE) -> None:
    """A database like that one, to which nobody may be connected meanwhile; what had the name before is gone."""
    _as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _as_owner(f'CREATE DATABASE "{name}" TEMPLATE "{of}" STRATEGY FILE_COPY')


def drop_database(name: str) -> None:
    """Whoever is still connected is cut off."""
    _as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def connect_as_owner(name: str):
    connection = psycopg2.connect(url_with_database(os.environ[OWNER_URL], name))
    connection.autocommit = True
    return connection


def _as_owner(statement: str) -> None:
    connection = connect_as_owner("postgres")
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


@contextmanager
def pooler(size: int) -> Iterator[int]:
    """PgBouncer as ``deploy/pgbouncer.ini`` has it, before the PostgreSQL of the tests; its port."""
    url, port = urlsplit(os.environ["DATABASE_URL"]), free_port()
    words = {
        "host": url.hostname,
        "port": url.port,
        "password": unquote(url.password or ""),
        "listen": "127.0.0.1",
        "listen_port": port,
        "size": size,
    }
    with temporary_directory() as directory:
        file = directory / "pgbouncer.ini"
        file.write_text(POOLER.read_text().format_map(words))
        directory.chmod(0o755)
        drop = ["-u", "nobody"] if os.geteuid() == 0 else []  # it does not run as root
        process = Process("PgBouncer", [POOLER_PROGRAM, *drop, file], log=directory / "log")
        process.start()
        try:
            wait_until(lambda: _is_open(port), 10)
            yield port
        finally:
            process.stop()


def _is_open(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class LiveStack:
    """The mall as it runs for people: gunicorn, a Celery worker and beat on a database and a Valkey of their own."""

    url: str
    database: str
    env: dict[str, str]
    log: Path
    web: Process
    worker: Process
    beat: Process
    valkey: EmbeddedValkey

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack and return what it printed."""
        return services.run_manage(*arguments, environment=self.env)

    def processes(self) -> list[Process]:
        return [self.web, self.beat, self.worker]


class KeptStack:
    """
    The running mall of one test process: started once, and handed to one module after another as if it had just begun.

    What took long to load stays loaded: gunicorn makes new workers of what it read before it parted, and the processes
    of Celery's pool are replaced. The database is made anew, the queue and the cache are emptied, and so is ``var``.
    """

    KEPT = ("log", "valkey", "static", "owner.lock", "beat-schedule")

    def __init__(self):
        self._running = ExitStack()
        self._stack: LiveStack | None = None
        self._environment: dict[str, str] = {}

    @property
    def database(self) -> str:
        return f"{own_database_name()}_live"

    @contextmanager
    def on(self, fill: Callable[[str, Path], None]) -> Iterator[LiveStack]:
        """
        The mall on a database that ``fill`` makes of the name it is given; files of the mall's lie below the path.

        :raises CannotStart: the web server does not answer; the end of its log is added
        """
        if self._stack and (self._environment != dict(os.environ) or self._is_hurt()):
            self.stop()
        if self._stack is None:
            directory = self._running.enter_context(temporary_directory())
            fill(self.database, directory)
            self._stack = self._running.enter_context(_running_stack(self.database, directory))
            self._environment = dict(os.environ)
        else:
            directory = Path(self._stack.env["MALL_VAR"])
            self._clear(directory)
            fill(self.database, directory)
            self._begin_again()
        try:
            yield self._stack
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._stack:
            self._running.close()
            self._stack = None
            drop_database(self.database)

    def _is_hurt(self) -> bool:
        return any(process.poll() is not None for process in [*self._stack.processes(), self._stack.valkey])

    def _clear(self, directory: Path) -> None:
        for path in directory.iterdir():
            if path.is_dir() and path.name not in self.KEPT:
                shutil.rmtree(path, ignore_errors=True)
            elif not path.name.startswith(self.KEPT):
                path.unlink(missing_ok=True)

    def _begin_again(self) -> None:
        stack = self._stack
        before = {process: children_of(process.pid) for process in (stack.web, stack.worker)}
        stack.web.send(signal.SIGHUP)
        for pid in before[stack.worker]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        def all_new() -> bool:
            if stack.worker.poll() is not None:
                stack.worker.start()  # its pool was killed before it had come to its feet
            now = {process: children_of(process.pid) for process in before}
            return all(now[process] and not now[process] & before[process] for process in before)

        if not wait_until(all_new, 60, pause=0.05):
            raise CannotStart(f"The running mall did not begin again:\n{stack.worker.output()[-4000:]}")
        redis.Redis.from_url(stack.valkey.url).flushall()
        _wait_for_its_answer(stack)


def children_of(pid: int) -> set[int]:
    with suppress(FileNotFoundError):
        return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    return set()


@contextmanager
def _running_stack(database: str, directory: Path) -> Iterator[LiveStack]:
    """Start the real processes against a database that is there already; stop them all at the end."""
    (directory / "static").mkdir()
    port = free_port()
    log = directory / "log"
    valkey = EmbeddedValkey(
        directory / "valkey", port=free_port(), password="test", log=log / "valkey.log", durable=True
    )
    env = os.environ | {
        "DATABASE_URL": url_with_database(os.environ["DATABASE_URL"], database),
        "REDIS_URL": valkey.url,
        "MALL_BASE_URL": f"http://127.0.0.1:{port}",
        "MALL_PORT": str(port),
        "MALL_VAR": str(directory),
    }
    stack = LiveStack(
        url=env["MALL_BASE_URL"],
        database=database,
        env=env,
        log=log,
        web=services.web(env, port=port, log=log / "web.log"),
        worker=services.worker(env, log=log / "worker.log"),
        beat=services.beat(env, log=log / "beat.log", schedule=directory / "beat-schedule"),
        valkey=valkey,
    )
    try:
        valkey.start()
        for process in stack.processes():
            process.start()
        _wait_for_its_answer(stack)
        yield stack
    finally:
        for process in [*stack.processes(), valkey]:
            process.kill()


def _wait_for_its_answer(stack: LiveStack) -> None:
    port = int(stack.env["MALL_PORT"])
    if not wait_until(lambda: answers_healthily(port) or stack.web.poll() is not None, 60, pause=0.1):
        raise CannotStart(f"The mall does not answer on {stack.url}:\n{stack.web.output()[-4000:]}")
    if stack.web.poll() is not None:
        raise CannotStart(f"gunicorn ended:\n{stack.web.output()[-4000:]}")
