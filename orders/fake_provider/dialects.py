"""What the three dialects have in common: a request, an answer, and the ways in which an answer goes wrong."""

import time
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from orders.fake_provider.books import Books, Message


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Dropped(Exception):
    """Nothing is answered: the connection ends."""


class Dialect(Protocol):
    """One provider's language."""

    name: str

    def answer(self, request: Request) -> Response | None:
        """``None``: that is not an address of this dialect."""

    def notice(self, message: Message) -> tuple[str, dict[str, str], bytes]:
        """Address, headers and body of a message, signed for this moment."""

    def is_heard(self, status: int, body: bytes) -> bool:
        """Whether the merchant's answer means that it heard."""

    def account(self) -> dict[str, str]:
        """What a merchant is given: the settings of its gateway."""


def stumble(books: Books, dialect: str, call: str, patience: float) -> str:
    """The fault that the answer to this call should have; some happen here."""
    fault = books.fault(dialect, call)
    if fault == "timeout":
        time.sleep(patience)
        raise Dropped
    return fault


def new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
