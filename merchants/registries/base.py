"""What every register can answer, in the mall's words."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What a register says of a document."""

    YES = "yes"
    NO = "no"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True)
class Question:
    """What the mall wants to know: is there such a document, and does it say this?"""

    register: str  # which of the public registers, see Requirement.Registry
    kind: str
    number: str
    holder: str
    issuer: str
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the register said, and in which words."""

    outcome: Outcome
    detail: str = ""


class RegisterSilent(Exception):
    """The register did not answer in time; it is asked again later."""


class Registry(Protocol):
    """
    One way to the public registers. It is never asked while a row is locked, and may be asked again.
    """

    code: str

    def verify(self, *, question: Question, now: datetime) -> Answer:
        """:raises RegisterSilent: no answer in time"""
