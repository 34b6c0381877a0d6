"""What whoever verifies bank accounts can answer, in the mall's words (S4)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What came of it: the account takes money for this holder, there is none, or it is somebody else's."""

    YES = "yes"
    NO_ACCOUNT = "no_account"
    OTHER_HOLDER = "other_holder"


@dataclass(frozen=True, slots=True)
class Question:
    """Does this account exist, and is it held by this name? The reference is the same whenever it is asked again."""

    reference: str
    number: str
    holder: str
    bank: str


class VerifierSilent(Exception):
    """No answer in time; it is asked again later."""


class Verifier(Protocol):
    """
    One way to verify an account: a small transfer and its receipt, or a bank's own service. It is never asked while a
    row is locked, and may be asked again.
    """

    code: str

    def verify(self, *, question: Question, now: datetime) -> Outcome:
        """:raises VerifierSilent: no answer in time"""
