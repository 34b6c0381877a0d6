"""
One process that has the whole mall as its children: starts it in order, keeps it running, stops it in order.

It works in a single thread, because Linux ends a child with the *thread* that started it.
"""

import hashlib
import http.client
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mall.embedded import services
from mall.embedded.postgres import EmbeddedPostgres, home_outside
from mall.embedded.processes import LOOPBACK, CannotStart, last_lines, port_is_free, wait_until
from mall.embedded.state import ROOT, State, var_directory
from mall.embedded.valkey import EmbeddedValkey

DEFAULT_PORT = 8000
DATABASE = "mall"
SPACE_NEEDED_MB = 500
OPEN_SECONDS = 120
SHORT_LIFE_SECONDS = 10
SHORT_LIVES_ALLOWED = 5
LONGEST_PAUSE_SECONDS = 15
UNFINISHED_DEMONSTRATION = "demo.unfinished"  # written and removed by the demo command
KEPT_BY_RESET = {"proof.json", "lock"}


class StopRequested(Exception):
    """Ctrl-C, or a polite signal from elsewhere."""


@dataclass
class Watched:
    """A child that is started again when it ends, with longer and longer pauses while it lives only briefly."""

    child: object
    started_at: float = field(default_factory=time.monotonic)
    short_lives: int = 0
    start_again_at: float | None = None

    def note_end(self) -> None:
        now = time.monotonic()
        self.short_lives = self.short_lives + 1 if now - self.started_at < SHORT_LIFE_SECONDS else 1
        self.start_again_at = now + min(0.25 * 2 ** (self.short_lives - 1), LONGEST_PAUSE_SECONDS)

    def start(self, check: Callable[[], None]) -> None:
        self.started_at, self.start_again_at = time.monotonic(), None
        self.child.start(check)


class Supervisor:
    """``up()`` is its life: from the first check to the last child's end."""

    def __init__(self, environ: Mapping[str, str] = os.environ):
        self.environ = environ
        self.var = var_directory(environ)
        self.log = self.var / "log"
        self.state = State(self.var)
        self.port = DEFAULT_PORT
        self.environment: dict[str, str] = {}
        self.postgres: EmbeddedPostgres | None = None
        self.valkey: EmbeddedValkey | None = None
        self.watched: list[Watched] = []
        self.step: object | None = None
        self.is_open = False
        self.stopping = False

    def up(self) -> int:
        """
        Open the mall and keep it open until somebody asks to stop; the exit code.

        :raises CannotStart: with nothing left running
        """
        for polite in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(polite, self._ask_to_stop)
        self._make_var()
        with self.state.alone():
            try:
                self._check_port()
                self._check_space()
                self.state.load()
                owner_url = self._start_servers()
                self._prepare(owner_url)
                self._start_services()
                self._watch_until(self._answers, OPEN_SECONDS)
                self._announce()
                self._watch_until(lambda: False, float("inf"))
            except StopRequested:
                print("\nStopping …")
                return 0
            finally:
                self._stop_all()
        return 0

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _check_stop(self) -> None:
        if self.stopping:
            raise StopRequested

    # Before anything runs

    def _make_var(self) -> None:
        try:
            self.log.mkdir(parents=True, exist_ok=True)
            (self.var / "lock").touch()
        except OSError as error:
            raise CannotStart(f"The mall cannot keep its data in {self.var}: {error.strerror}.") from error

    def _check_port(self) -> None:
        chosen = self.environ.get("MALL_PORT") or str(DEFAULT_PORT)
        if not chosen.isdigit() or not 0 < int(chosen) < 65536:
            raise CannotStart(f"MALL_PORT is {chosen!r}; it must be a number from 1 to 65535.")
        self.port = int(chosen)
        # What a killed predecessor left behind needs a moment to end.
        if not wait_until(lambda: port_is_free(self.port), 2.0, check=self._check_stop, pause=0.1):
            raise CannotStart(
                f"Port {self.port} is busy: another program uses it. Stop that one, or choose: make run MALL_PORT=8001"
            )

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.var).free // 1_000_000
        if free < SPACE_NEEDED_MB:
            raise CannotStart(f"The disk that holds {self.var} is full: {free} MB free, {SPACE_NEEDED_MB} MB needed.")
        probe = self.var / "probe"
        try:
            probe.write_bytes(b"0" * 1_000_000)
            probe.unlink()
        except OSError as error:
            raise CannotStart(f"The mall cannot write in {self.var}: {error.strerror}.") from error

    # Servers

    def _start_servers(self) -> str:
        """Start what the environment does not name; the URL under which tables are changed."""
        database_url, redis_url = self.environ.get("DATABASE_URL"), self.environ.get("REDIS_URL")
        owner_url = self.environ.get("DATABASE_OWNER_URL") or database_url
        if not database_url:
            self.postgres = EmbeddedPostgres(
                self.var / "postgres",
                port=self.state.port("postgres"),
                password=self.state["owner_password"],
                log=self.log / "postgres.log",
                environ=self.environ,
            )
            self._start(self.postgres)
            if (unfinished := self.var / UNFINISHED_DEMONSTRATION).exists():
                print("The demonstration was not loaded to its end; beginning it anew.")
                self.postgres.drop_database(DATABASE)
                unfinished.unlink()
            self.postgres.ensure_database(DATABASE)
            database_url = self.postgres.url(DATABASE, "mall_app", self.state["app_password"])
            owner_url = self.postgres.url(DATABASE)
        if not redis_url:
            self.valkey = EmbeddedValkey(
                self.var / "valkey",
                port=self.state.port("valkey"),
                password=self.state["valkey_password"],
                log=self.log / "valkey.log",
            )
            self._start(self.valkey)
            redis_url = self.valkey.url
        self.environment = services.mall_environment(
            self.state, database_url=database_url, redis_url=redis_url, port=self.port, environ=self.environ
        )
        return owner_url

    def _start(self, child) -> None:
        watched = Watched(child)
        self.watched.append(watched)
        watched.start(self._check_stop)

    # The mall on top of them

    def _prepare(self, owner_url: str) -> None:
        as_owner = services.owner_environment(self.environment, owner_url)
        self._manage("prepare_database", environment=as_owner, doing="Preparing the database")
        self._manage("migrate", "--verbosity=1", environment=as_owner, doing="Migrating the database")
        self._collect_static_files()
        if self.environment.get("MALL_DEMO") != "0":
            self._manage("demo", "--if-empty", environment=self.environment, doing="Loading the demonstration")

    def _collect_static_files(self) -> None:
        """Only when a file has changed since the last time: it takes longer than all other steps of a second start."""
        stamp, now = self.var / "static.stamp", _static_fingerprint()
        if stamp.exists() and stamp.read_text() == now:
            return
        self._manage("collectstatic", "--noinput", "--verbosity=0", environment=self.environment, doing="Static files")
        stamp.write_text(now)

    def _manage(self, *arguments: str, environment: Mapping[str, str], doing: str) -> None:
        print(f"{doing} …")
        command = services.manage(*arguments, environment=environment, log=self.log / "setup.log")
        self.step = command
        command.start()
        self._watch_until(lambda: command.poll() is not None, float("inf"))
        self.step = None
        if code := command.poll():
            why = "the disk is full" if "No space left" in command.output() else f"exit code {code}"
            raise CannotStart(f"{doing} failed ({why}); the last lines of {command.log}:\n{last_lines(command.log)}")

    def _start_services(self) -> None:
        print("Opening the mall …")
        environment, log = self.environment, self.log
        self._start(services.web(environment, port=self.port, log=log / "web.log"))
        self._start(services.worker(environment, log=log / "worker.log"))
        self._start(services.beat(environment, log=log / "beat.log", schedule=self.var / "beat-schedule"))
        self._tell()

    def _tell(self) -> None:
        self.state.tell(
            supervisor=os.getpid(),
            address=self._address(),
            environment={key: self.environment[key] for key in self._settings_told()},
            children={watched.child.name: watched.child.pid for watched in self.watched},
        )

    def _settings_told(self) -> list[str]:
        """What a command beside us needs; not all of what happens to stand in our environment."""
        return [key for key in self.environment if key.startswith("MALL_") or key in {"DATABASE_URL", "REDIS_URL"}]

    def _address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def _answers(self) -> bool:
        return answers_healthily(self.port)

    def _announce(self) -> None:
        self.is_open = True
        print(f"\nThe mall is open: {self.environment['MALL_BASE_URL']}/")
        if self.environment.get("MALL_DEMO") != "0":
            try:
                print(services.run_manage("demo", "--logins", environment=self.environment).rstrip())
            except CannotStart as problem:
                print(problem, file=sys.stderr)
        print(f"Logs are in {self.log}. Ctrl-C stops everything and keeps the data.\n")

    # Keeping it running

    def _watch_until(self, condition: Callable[[], bool], seconds: float) -> None:
        """
        Start again what ends, until the condition holds.

        :raises CannotStart: too many short lives before the mall was open, or it did not open in time
        :raises StopRequested: somebody asked
        """
        deadline = time.monotonic() + seconds
        while not condition():
            self._check_stop()
            if [watched for watched in self.watched if self._look_after(watched)]:
                self._tell()
            if time.monotonic() > deadline:
                log = self.log / "web.log"
                raise CannotStart(
                    f"The mall did not answer within {seconds:.0f} seconds; the last lines of {log}:\n{last_lines(log)}"
                )
            time.sleep(0.1)

    def _look_after(self, watched: Watched) -> bool:
        """Whether it was started again just now."""
        child = watched.child
        if watched.start_again_at is None:
            if (code := child.poll()) is not None:
                watched.note_end()
                print(f"{child.name} ended ({_how(code)}); starting it again.", file=sys.stderr)
                self._give_up_on(watched)
            return False
        if time.monotonic() < watched.start_again_at:
            return False
        try:
            watched.start(self._check_stop)
        except CannotStart as problem:
            print(problem, file=sys.stderr)
            watched.note_end()
            self._give_up_on(watched)
            return False
        return True

    def _give_up_on(self, watched: Watched) -> None:
        if not self.is_open and watched.short_lives >= SHORT_LIVES_ALLOWED:
            child = watched.child
            raise CannotStart(
                f"{child.name} ended {watched.short_lives} times; the last lines of {child.log}:\n"
                f"{last_lines(child.log)}"
            )

    # The end

    def _stop_all(self) -> None:
        """Doors first, servers last. The last word to the worker and to beat is said at the same time."""
        if self.step:
            self.step.kill()
        children = [watched.child for watched in self.watched]
        for child in children:
            if child.name in {"worker", "beat"}:
                child.send(signal.SIGTERM)
        order = ["web", "beat", "worker", "valkey", "postgres"]
        for child in sorted(children, key=lambda child: order.index(child.name)):
            child.stop()


def answers_healthily(port: int) -> bool:
    """Whether the mall on this port is up and reaches its servers."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/healthz/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def report_status() -> int:
    """Print what runs; 0 when the mall is running, 3 when it is not."""
    var = var_directory()
    told = State(var).told()
    if told is None:
        print(f"The mall is not running on {var}.")
        return 3
    print(f"The mall runs at {told['address']} (supervisor {told['supervisor']}).")
    for name, pid in told["children"].items():
        print(f"  {name:<10} {pid}")
    return 0


def reset() -> int:
    """
    Delete all data, so that the next start begins anew.

    :raises CannotStart: the mall is running on it, or the directory was not made by us
    """
    var = var_directory()
    if not var.exists():
        print(f"There is nothing in {var}.")
        return 0
    if any(var.iterdir()) and not (var / "lock").exists():
        raise CannotStart(f"{var} does not look like the mall's data; nothing was deleted.")
    (var / "lock").touch()
    with State(var).alone():
        outside = home_outside(var / "postgres")
        if outside.exists():
            shutil.rmtree(outside)
        for entry in var.iterdir():
            if entry.name in KEPT_BY_RESET:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    print(f"{var} is empty; `make run` begins anew.")
    return 0


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _static_fingerprint() -> str:
    """Changes with every file that is collected: ours by size and time, the packages' by the lock file."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes() + (ROOT / "mall/static_files.py").read_bytes())
    for path in sorted(ROOT.glob("*/static/**/*")) + sorted(ROOT.glob("static/**/*")):
        told = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {told.st_size} {told.st_mtime_ns}\n".encode())
    return digest.hexdigest()
