"""What every way of paying out can do, in the mall's words (S4)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mall.money import Money


class Standing(StrEnum):
    """How a payout stands with who pays it."""

    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    NEVER_HEARD = "never_heard"


@dataclass(frozen=True, slots=True)
class Payout:
    """What is to be paid, to whom. The reference is the withdrawal's: the same one is the same payout for ever."""

    reference: str
    amount: Money
    holder: str
    number: str
    bank: str
    branch: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How a payout stands; the bank's own reference, and why it failed."""

    standing: Standing
    reference: str = ""
    detail: str = ""


class PayoutSilent(Exception):
    """No answer: whether it was heard is unknown, so it is asked about later and never sent under another name."""


class PayoutGateway(Protocol):
    """
    One way to pay out. No method is called while a row is locked; each may be called again with the same payout and
    then answers for what was done the first time.

    ``by_hand`` says that nobody answers by itself: people carry a file to the bank and tell the mall what came of it.
    """

    code: str
    by_hand: bool

    def pay(self, *, payout: Payout, now: datetime) -> Answer:
        """Tell the bank to pay. :raises PayoutSilent: no answer, it may have been heard"""

    def query(self, *, reference: str, now: datetime) -> Answer:
        """How the payout stands. :raises PayoutSilent: no answer"""
