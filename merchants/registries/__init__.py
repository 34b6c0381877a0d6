"""Public registers: the outside world that knows whether a document is true, behind one interface (M2)."""

from django.conf import settings

from merchants.registries.base import Answer, Outcome, Question, RegisterSilent, Registry
from merchants.registries.sandbox import SandboxRegistry

__all__ = ["Answer", "Outcome", "Question", "RegisterSilent", "Registry", "registry"]

_REGISTRIES: dict[str, Registry] = {one.code: one for one in (SandboxRegistry(),)}


def registry() -> Registry:
    """The register that this mall asks; which one, ``MALL_DOCUMENT_REGISTRY`` says."""
    return _REGISTRIES[settings.DOCUMENT_REGISTRY]
