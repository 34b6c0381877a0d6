"""Child processes that never outlive us, and the few questions one asks about processes and ports."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOG_IS_LARGE = 10_000_000

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class CannotStart(Exception):
    """Something that the mall needs is missing; the text is one sentence for the person at the terminal."""


def die_with_parent(death_signal: int, parent: int | None = None) -> None:
    """
    Ask the kernel to send us this signal when our parent ends, however it ends. Elsewhere than on Linux: nothing.

    The parent is named when it may already be gone at this moment.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), death_signal)


class Process:
    """
    One child with a log of its own.

    It leads its own process group, so that Ctrl-C reaches only us and we end the rest in order. ``stop_plan`` says how
    it is asked to end: pairs of a signal and the seconds it is given; after the last one its whole group is killed.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: str = "",
        death_signal: int = signal.SIGKILL,
        stop_plan: Sequence[tuple[int, float]] = ((signal.SIGTERM, 3.0),),
        **popen_options,
    ):
        self.name = name
        self.argv = [str(part) for part in argv]
        self.log = log
        self.env = env
        self.cwd = cwd
        self.stdin = stdin
        self.death_signal = death_signal
        self.stop_plan = stop_plan
        self.popen_options = popen_options
        self.popen: subprocess.Popen | None = None
        self._log_began_at = 0

    @property
    def pid(self) -> int | None:
        return self.popen.pid if self.popen else None

    def start(self, check: Callable[[], None] | None = None) -> None:
        """
        Start it; whether it then gets on well is for the caller to ask.

        :raises CannotStart: the program is not there or may not be run
        """
        us = os.getpid()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_IS_LARGE:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self._log_began_at = log.tell()
            try:
                self.popen = subprocess.Popen(
                    self.argv,
                    stdin=subprocess.PIPE if self.stdin else subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=self.env,
                    cwd=self.cwd,
                    start_new_session=True,
                    preexec_fn=lambda: die_with_parent(self.death_signal, us),
                    **self.popen_options,
                )
            except OSError as error:
                raise CannotStart(f"{self.name} could not be started: {error}.") from error
        if self.stdin:
            with suppress(BrokenPipeError):  # it has ended already, which its exit code tells
                self.popen.stdin.write(self.stdin.encode())
                self.popen.stdin.close()

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.popen.poll() if self.popen else -1

    def wait(self, timeout: float) -> bool:
        try:
            self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def send(self, which: int) -> None:
        if self.poll() is None:
            self.popen.send_signal(which)

    def stop(self) -> None:
        """Ask it to end, then insist; nothing of its group is left."""
        if self.popen is None:
            return
        for which, patience in self.stop_plan:
            self.send(which)
            if self.wait(patience):
                break
        self.kill()

    def kill(self) -> None:
        """End it and its whole group at once."""
        if self.popen is None:
            return
        with suppress(ProcessLookupError, PermissionError):  # all gone
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def output(self) -> str:
        """What it has written to its log since it was started last."""
        with self.log.open("rb") as log:
            log.seek(self._log_began_at)
            return log.read(200_000).decode(errors="replace")


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, indented, for the terminal."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8_000))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return "\n".join("    " + line for line in lines[-count:])


def wait_until(
    condition: Callable[[], object],
    timeout: float,
    *,
    check: Callable[[], None] | None = None,
    pause: float = 0.02,
) -> bool:
    """Whether the condition came true in time. ``check`` is called between looks and may raise to give up."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        if check:
            check()
        time.sleep(pause)
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def command_line(pid: int) -> str:
    """The command line of a process, empty when it is gone (a zombie is gone)."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    told = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return told.stdout.strip()
