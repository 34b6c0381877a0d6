"""A small HTTP client that asks as fast as a server answers: kept connections, threads, no library in between."""

import gc
import http.client
import json
import os
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from mall.embedded.processes import LOOPBACK, Process, wait_until
from mall.embedded.state import ROOT

CONNECTIONS = 6
REFERENCE_BARE_VIEW = 819  # requests/s that the bare view gave on the machine where other malls were measured


@dataclass(frozen=True)
class Load:
    """What came of a load: answers, seconds, and the milliseconds that each took, in order of size."""

    count: int
    seconds: float
    milliseconds: list[float]

    @classmethod
    def of(cls, pieces: list[float], seconds: float) -> "Load":
        """From the seconds that each piece took, and the seconds of the whole."""
        return cls(len(pieces), seconds, sorted(1000 * piece for piece in pieces))

    @property
    def per_second(self) -> float:
        return round(self.count / self.seconds, 1)

    def percentile(self, share: float) -> float:
        return round(self.milliseconds[min(int(len(self.milliseconds) * share), len(self.milliseconds) - 1)], 1)

    def as_json(self) -> dict:
        return {"per_s": self.per_second, "p50_ms": self.percentile(0.5), "p95_ms": self.percentile(0.95)}


def pace(bare: Load) -> float:
    """
    How fast this machine is now beside the one where other malls were measured, by the bare view on both; at most 1.

    Rates of other malls are held against ours at this pace, see
    ``docs/decisions/14-other-malls-are-measured-at-this-machines-pace.md``.
    """
    return round(min(bare.per_second / REFERENCE_BARE_VIEW, 1), 2)


def serve(process: Process, port: int, *, path: str) -> None:
    """Start a web server and wait until it answers the path."""
    process.start()
    wait_until(lambda: _answers(port, path), timeout=30)


def bare_web(env: Mapping[str, str], *, port: int, log: Path) -> Process:
    """The floor of every page (``benchmarks.bare``), served as the mall is."""
    argv = [sys.executable, "-m", "gunicorn", "-c", "python:mall.embedded.gunicorn_conf", "-b", f"{LOOPBACK}:{port}"]
    return Process("bare", [*argv, "benchmarks.bare:application"], log=log, env=env, cwd=ROOT)


def _answers(port: int, path: str) -> bool:
    try:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False


def get_repeatedly(port: int, paths: list[str], *, seconds: float, headers: dict[str, str] | None = None) -> Load:
    """
    Ask for the paths in turn over several kept connections for so many seconds.

    :raises RuntimeError: an answer was not 200
    """
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    requests = [f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\n{lines}\r\n".encode() for path in paths]
    return together(lambda number, until: _ask(port, requests[number % len(requests) :] + requests, until), seconds)


def get_now_and_then(port: int, paths: list[str], *, until: Event, pause: float = 0.05) -> Load:
    """
    Ask for the paths in turn, as one who reads does, until told; what others do to the answers' time is looked at.

    :raises RuntimeError: an answer was not 200
    """
    pieces, started, turn = [], time.perf_counter(), 0
    while not until.wait(pause):
        request = f"GET {paths[turn % len(paths)]} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n"
        turn += 1
        asked = time.perf_counter()
        with socket.create_connection((LOOPBACK, port), timeout=30) as connection:
            connection.sendall(request.encode())
            head, _closed = _read_answer(connection)
        if not head.startswith(b"HTTP/1.1 200") and not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{paths[(turn - 1) % len(paths)]}: {head[:40].decode()}")
        pieces.append(time.perf_counter() - asked)
    return Load.of(pieces, time.perf_counter() - started)


def together(work: Callable[[int, float], Iterator[float]], seconds: float, workers: int = CONNECTIONS) -> Load:
    """Run ``work(number, until)`` in threads; it yields the seconds that each piece took."""
    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(lambda number: list(work(number, started + seconds)), range(workers)))
    return Load.of([piece for part in parts for piece in part], time.perf_counter() - started)


def side_by_side(work: Callable[[int, float], Iterator[float]], seconds: float, workers: int) -> Load:
    """The same in processes, so that no interpreter lock is measured; ``work`` opens its own connections."""
    gc.collect()
    gc.freeze()  # what was prepared is not looked through, nor copied, in the children
    children, started = [], time.perf_counter()
    for number in range(workers):
        here, there = os.pipe()
        if (child := os.fork()) == 0:
            try:
                taken = list(work(number, started + seconds))
                with os.fdopen(there, "w") as pipe:
                    json.dump(taken, pipe)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        os.close(there)
        children.append((child, here))
    pieces = []
    for child, here in children:
        with os.fdopen(here) as pipe:
            told = pipe.read()
        _pid, status = os.waitpid(child, 0)
        if status:
            raise RuntimeError("a worker of the load failed; its words stand above")
        pieces.extend(json.loads(told))
    return Load.of(pieces, time.perf_counter() - started)


def _ask(port: int, requests: list[bytes], until: float) -> Iterator[float]:
    turn = 0
    while time.perf_counter() < until:
        with socket.create_connection((LOOPBACK, port), timeout=30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            closed = False
            while not closed and (started := time.perf_counter()) < until:
                request = requests[turn % len(requests)]
                try:
                    connection.sendall(request)
                    head, closed = _read_answer(connection)
                except ConnectionError:  # gunicorn changes its workers now and then; a browser would ask again, too
                    break
                if not head.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(f"{request.split()[1].decode()}: {head[:40].decode()}")
                yield time.perf_counter() - started
                turn += 1


def _read_answer(connection: socket.socket) -> tuple[bytes, bool]:
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _some(connection)
    head = data[:end].lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    missing = length - (len(data) - end - 4)
    while missing > 0:
        missing -= len(_some(connection))
    return data[:end], b"connection: close" in head


def _some(connection: socket.socket) -> bytes:
    if not (data := connection.recv(262_144)):
        raise ConnectionResetError("the server hung up")
    return data
