"""
Where a payer pays, kept for a while after the channel has said it; and what is scanned rather than opened.

Nothing here is needed: a channel says it again when it is asked again.
"""

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from orders.gateways.base import Payable

KEPT_SECONDS = 3600
SALT = "orders.scan"


def keep(payment: Payable, url: str) -> str:
    cache.set(_key(payment), url, KEPT_SECONDS)
    return url


def kept(payment: Payable) -> str:
    return cache.get(_key(payment)) or ""


def _key(payment: Payable) -> str:
    return f"payment-page:{payment.public_id}"


def scan_url(payment: Payable, code: str) -> str:
    """Our own page with a code for the payer's telephone; all that it shows is in its address, signed."""
    shown = {
        "code": code,
        "channel": payment.channel,
        "amount": payment.amount.minor,
        "currency": payment.amount.currency,
        "subject": subject_of(payment),
        "back": payment.return_path(),
    }
    return f"{reverse('storefront:orders:scan')}?payment={signing.dumps(shown, salt=SALT, compress=True)}"


def scanned(token: str) -> dict:
    """:raises signing.BadSignature: not ours, or too old"""
    return signing.loads(token, salt=SALT, max_age=KEPT_SECONDS * 2)


def subject_of(payment: Payable) -> str:
    """In the mall's own language: who asks twice must say the same, whoever's page asks."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(payment.subject)
