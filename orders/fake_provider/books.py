"""The provider's books: trades, refunds, what is to be told, and the faults that it was asked to have."""

import itertools
import random
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
FEE_BPS = 60
PAUSES = [timedelta(seconds=seconds) for seconds in (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800)]
CALLS = ("prepare", "query", "close", "refund", "refund_query", "bill", "notice")
FAULTS = {
    "timeout": "nothing is done, and nothing answered",
    "lost": "it is done, and the answer gets lost",
    "error": "a server's error, nothing is done",
    "forged": "signed with somebody else's key",
    "amount": "another amount is named",
    "payee": "another payee is named",
    "refused": "it will not be done",
    "pending": "a refund is on its way until settle_refunds",
}


class Refused(Exception):
    """The provider will not do it; ``why`` is one of its own plain words, which each dialect says in its way."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


@dataclass
class Refund:
    reference: str
    amount: int
    made_at: datetime
    state: str = "done"  # done, pending, failed
    id: str = field(default_factory=lambda: _id("re"))


@dataclass
class Trade:
    """``state``: waiting, paid, failed, closed."""

    dialect: str
    reference: str
    amount: int
    currency: str
    subject: str
    notify_url: str
    return_url: str
    opened_at: datetime
    expires_at: datetime
    state: str = "waiting"
    paid_at: datetime | None = None
    refunds: dict[str, Refund] = field(default_factory=dict)
    id: str = field(default_factory=lambda: _id("tr"))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds.values() if refund.state != "failed")


@dataclass
class Message:
    """Something to be told to the merchant until it is heard; signed anew each time it is sent."""

    trade: Trade
    state: str
    due_at: datetime
    id: str = field(default_factory=lambda: _id("evt"))
    attempts: int = 0
    heard: bool = False


@dataclass(frozen=True)
class Movement:
    """A line of a bill. ``kind``: payment or refund."""

    kind: str
    reference: str
    trade: Trade
    id: str
    amount: int
    fee: int
    currency: str
    at: datetime
    state: str = "done"


class Books:
    """
    What the provider knows. Every method may be called from any thread.

    :param clock: what time it is there
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self.clock = clock
        self.lock = threading.RLock()
        self.trades: dict[tuple[str, str], Trade] = {}
        self.by_token: dict[str, Trade] = {}
        self.messages: list[Message] = []
        self.edit_bill: Callable[[list[Movement]], list[Movement]] = lambda lines: lines
        self._faults: Counter[tuple[str, str, str]] = Counter()

    # Faults

    def fail(self, dialect: str, call: str, what: str, times: int = 1) -> None:
        """:raises ValueError: no such call, or no such fault"""
        if call not in CALLS or what not in FAULTS:
            raise ValueError(f"{call!r} cannot be {what!r}")
        with self.lock:
            self._faults[dialect, call, what] += times

    def fault(self, dialect: str, call: str) -> str:
        """The fault that this call should have, which is then one less; mostly none."""
        with self.lock:
            for key in self._faults:
                if key[:2] == (dialect, call):
                    self._faults[key] -= 1
                    if self._faults[key] <= 0:
                        del self._faults[key]
                    return key[2]
        return ""

    # Trades

    def open(self, dialect: str, reference: str, **given) -> Trade:
        """
        :raises Refused: ``paid`` or ``closed``: it ended before; ``differs``: it was opened with other words
        """
        with self.lock:
            trade = self.find(dialect, reference)
            if trade is None:
                trade = Trade(dialect, reference, opened_at=self.clock(), **given)
                self.trades[dialect, reference] = self.by_token[trade.token] = trade
                return trade
            if trade.state in {"paid", "closed"}:
                raise Refused(trade.state)
            if any(getattr(trade, name) != value for name, value in given.items()):
                raise Refused("differs")
            return trade

    def find(self, dialect: str, reference: str) -> Trade | None:
        with self.lock:
            trade = self.trades.get((dialect, reference))
            if trade and trade.state == "waiting" and trade.expires_at < self.clock():
                trade.state = "closed"
            return trade

    def pay(self, trade: Trade, *, copies: int = 1, even_closed: bool = False) -> None:
        """
        The payer pays. ``even_closed``: she was quicker than the closing, and the money is there though it was told
        otherwise. ``copies``: how many separate messages tell of it, before an old one.

        :raises Refused: ``paid`` or ``closed``
        """
        with self.lock:
            self.find(trade.dialect, trade.reference)
            if trade.state == "paid" or (trade.state == "closed" and not even_closed):
                raise Refused(trade.state)
            trade.state, trade.paid_at = "paid", self.clock()
            for _copy in range(copies):
                self.tell(trade, "paid")

    def give_up(self, trade: Trade) -> None:
        """The payer's attempt fails for good."""
        with self.lock:
            if trade.state == "waiting":
                trade.state = "failed"
                self.tell(trade, "failed")

    def close(self, trade: Trade) -> None:
        """:raises Refused: ``paid``"""
        with self.lock:
            if trade.state == "paid":
                raise Refused("paid")
            if trade.state == "waiting":
                trade.state = "closed"

    def refund(self, trade: Trade, reference: str, amount: int, state: str = "done") -> tuple[Refund, bool]:
        """
        Send money back, and whether that is news: the same number is one refund.

        :raises Refused: ``unpaid``, ``too much`` or ``differs``
        """
        with self.lock:
            if known := trade.refunds.get(reference):
                if known.amount != amount:
                    raise Refused("differs")
                return known, False
            if trade.state != "paid":
                raise Refused("unpaid")
            if amount <= 0 or trade.refunded + amount > trade.amount:
                raise Refused("too much")
            trade.refunds[reference] = refund = Refund(reference, amount, self.clock(), state)
            return refund, True

    def settle_refunds(self) -> None:
        """What was on its way has arrived."""
        with self.lock:
            for trade in self.trades.values():
                for refund in trade.refunds.values():
                    if refund.state == "pending":
                        refund.state = "done"

    # What is told

    def tell(self, trade: Trade, state: str) -> None:
        with self.lock:
            self.messages.append(Message(trade, state, self.clock()))

    def due(self, shuffle: random.Random | None = None) -> list[Message]:
        now = self.clock()
        with self.lock:
            due = [message for message in self.messages if not message.heard and message.due_at <= now]
        if shuffle:
            shuffle.shuffle(due)
        return due

    def note_sent(self, message: Message, heard: bool) -> None:
        with self.lock:
            message.heard = heard
            message.due_at = self.clock() + PAUSES[min(message.attempts, len(PAUSES) - 1)]
            message.attempts += 1
            if heard or message.attempts > len(PAUSES):
                self.messages.remove(message)

    # Bills

    def bill(self, dialect: str, day: date) -> list[Movement]:
        start = datetime.combine(day, time(), CHINA)
        with self.lock:
            return self.edit_bill(list(self._movements(dialect, start, start + timedelta(days=1))))

    def _movements(self, dialect: str, start: datetime, end: datetime) -> Iterator[Movement]:
        for trade in self.trades.values():
            if trade.dialect != dialect or trade.paid_at is None:
                continue
            if start <= trade.paid_at < end:
                yield Movement(
                    "payment", trade.reference, trade, trade.id, trade.amount, fee_of(trade.amount), trade.currency,
                    trade.paid_at,
                )  # fmt: skip
            for refund in trade.refunds.values():
                if start <= refund.made_at < end:
                    yield Movement(
                        "refund", refund.reference, trade, refund.id, refund.amount, 0, trade.currency, refund.made_at,
                        refund.state,
                    )  # fmt: skip


def fee_of(amount: int) -> int:
    return (amount * FEE_BPS * 2 + 10_000) // 20_000


_numbers = itertools.count(1)


def _id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(8)}{next(_numbers)}"
