"""Ways of paying out: the outside world behind one interface (S4)."""

from django.conf import settings

from settlement.gateways.bank_file import BankFileGateway
from settlement.gateways.base import Answer, Payout, PayoutGateway, PayoutSilent, Standing
from settlement.gateways.sandbox import SandboxGateway

__all__ = ["Answer", "Payout", "PayoutGateway", "PayoutSilent", "Standing", "channel", "gateway"]

_GATEWAYS: dict[str, PayoutGateway] = {one.code: one for one in (SandboxGateway(), BankFileGateway())}


def channel() -> str:
    """The way that this mall pays out now; ``MALL_PAYOUT_CHANNEL`` says."""
    return settings.PAYOUT_CHANNEL


def gateway(code: str) -> PayoutGateway:
    """The way that a withdrawal went, which may be another than today's."""
    return _GATEWAYS[code]
