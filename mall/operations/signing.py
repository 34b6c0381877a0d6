"""
Signatures of messages to programs, by the Standard Webhooks specification: an HMAC of number, moment and body under a
secret that both sides know.
"""

import base64
import hmac
import secrets
from hashlib import sha256

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers_of(*, number: str, seconds: int, body: bytes, secret: str) -> dict[str, str]:
    """The three headers by which a receiver knows the message for ours, new and whole."""
    return {
        "webhook-id": number,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{_signature(number, seconds, body, secret)}",
    }


def is_ours(*, number: str, seconds: int, body: bytes, secret: str, signature: str) -> bool:
    """Whether one of the signatures fits; receivers do the same."""
    wanted = f"v1,{_signature(number, seconds, body, secret)}"
    return any(hmac.compare_digest(wanted, one) for one in signature.split())


def _signature(number: str, seconds: int, body: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b".".join((number.encode(), str(seconds).encode(), body))
    return base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
