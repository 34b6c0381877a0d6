"""
Robots that buy in a flash sale over HTTP, as shoppers do: the button, the queue, the checkout, the order.

Each keeps to what the pages say: it waits while it is told to, gives up when all is sold, and does not order at the
usual price. What each met is told, with how long the answers took.
"""

import heapq
import http.client
import re
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

from mall.embedded.processes import LOOPBACK

TOKEN = "b" * 32  # a CSRF token that the client made up, as a browser may keep one
LOOK_AGAIN = 1.0  # seconds; people's pages look every four
MOST_SECONDS = 240.0

BOUGHT, SOLD_OUT, HAD, USUAL_PRICE, REFUSED, LOST, GAVE_UP = (
    "bought", "sold_out", "had", "usual_price", "refused", "lost", "gave_up",
)  # fmt: skip


@dataclass
class Told:
    """What came of a rush: how each click ended, how often which status was answered, milliseconds by kind."""

    ends: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, other: "Told") -> None:
        self.ends += other.ends
        self.statuses += other.statuses
        self.problems += other.problems
        for kind, pieces in other.milliseconds.items():
            self.milliseconds.setdefault(kind, []).extend(pieces)

    @property
    def errors(self) -> int:
        """Answers that were the server's own fault."""
        return sum(number for status, number in self.statuses.items() if status >= 500)


class _Connection:
    """A kept connection; who loses it connects again."""

    def __init__(self, port: int, told: Told):
        self.port, self.told, self.connection = port, told, None

    def ask(self, method: str, path: str, session: str, fields: dict | None, kind: str) -> tuple[int, str, str]:
        body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN}) if fields is not None else None
        headers = {
            "Cookie": f"mall={session}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept-Language": "en",
        }
        started = time.perf_counter()
        for attempt in range(2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=60)
            try:
                self.connection.request(method, path, body=body, headers=headers)
                answer = self.connection.getresponse()
                page = answer.read().decode()
                break
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if attempt:
                    raise
        if answer.getheader("Connection", "").lower() == "close":
            self.connection.close()
            self.connection = None
        self.told.statuses[answer.status] += 1
        self.told.milliseconds.setdefault(kind, []).append(1000 * (time.perf_counter() - started))
        return answer.status, answer.getheader("Location", ""), page


def rush(port: int, *, sale: str, sku: str, sessions: Sequence[str], workers: int) -> Told:
    """Everybody (a session each; one named twice clicks twice) presses the button of a SKU in a sale (public ids)."""
    with ThreadPoolExecutor(workers) as pool:
        parts = pool.map(lambda number: _work(port, sale, sku, sessions[number::workers]), range(workers))
        whole = Told()
        for part in parts:
            whole.add(part)
    return whole


def _work(port: int, sale: str, sku: str, sessions: Sequence[str]) -> Told:
    told, turns = Told(), count()
    connection = _Connection(port, told)
    base, started = f"/flash/{sale}/{sku}/", time.monotonic()
    waiting = [(0.0, next(turns), session, "POST", f"{base}buy/") for session in sessions]
    heapq.heapify(waiting)
    while waiting:
        due, _turn, session, method, path = heapq.heappop(waiting)
        time.sleep(max(0.0, due - time.monotonic()))
        if time.monotonic() - started > MOST_SECONDS:
            told.ends[GAVE_UP] += 1
            continue
        try:
            end = _step(connection, session, method, path, told)
        except (http.client.HTTPException, OSError) as problem:
            told.problems.append(repr(problem))
            end = LOST
        if end == "again":
            heapq.heappush(waiting, (time.monotonic() + LOOK_AGAIN, next(turns), session, method, path))
        elif end == "wait":
            heapq.heappush(waiting, (time.monotonic() + LOOK_AGAIN, next(turns), session, "GET", f"{base}line/"))
        else:
            told.ends[end] += 1
    return told


def _step(connection: _Connection, session: str, method: str, path: str, told: Told) -> str:
    fields = {} if method == "POST" else None
    status, where, page = connection.ask(method, path, session, fields, "button" if fields is not None else "queue")
    if status == 200:
        if fields is not None:
            told.milliseconds.setdefault("sold_out", []).append(told.milliseconds["button"][-1])
        return SOLD_OUT if "data-reload" not in page or "come back" in page else "wait"
    if status == 503:  # the gate does not answer
        return "again"
    if status != 302:
        told.problems.append(f"{method} {path}: {status}")
        return REFUSED
    if where.endswith("/line/"):
        return "wait"
    return _order(connection, session, told) if where.startswith("/checkout/") else HAD


def _order(connection: _Connection, session: str, told: Told) -> str:
    status, where, page = connection.ask("GET", "/checkout/", session, None, "checkout")
    if status == 302:
        return "wait" if where.endswith("/line/") else HAD
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    address = re.search(r'name="address"[^>]*value="(adr_\w+)"', page)
    if status != 200 or "checkout_key" not in found or address is None:
        told.problems.append(f"checkout: {status}")
        return REFUSED
    if "flash" not in found:
        return USUAL_PRICE
    names = ("checkout_key", "fingerprint", "flash")
    fields = {"address": address.group(1)} | {name: found[name] for name in names}
    status, where, _page = connection.ask("POST", "/checkout/", session, fields, "order")
    if status == 302 and "/pay/" in where:
        return BOUGHT
    if status == 302:
        return "wait" if where.endswith("/line/") else HAD
    return REFUSED
