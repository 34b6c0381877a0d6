"""Who verifies bank accounts: the outside world behind one interface (S4)."""

from django.conf import settings

from settlement.verifiers.base import Outcome, Question, Verifier, VerifierSilent
from settlement.verifiers.sandbox import SandboxVerifier

__all__ = ["Outcome", "Question", "Verifier", "VerifierSilent", "verifier"]

_VERIFIERS: dict[str, Verifier] = {one.code: one for one in (SandboxVerifier(),)}


def verifier() -> Verifier:
    """Who this mall asks; ``MALL_BANK_VERIFIER`` says."""
    return _VERIFIERS[settings.BANK_VERIFIER]
