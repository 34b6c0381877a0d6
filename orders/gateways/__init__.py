"""Payment channels: the outside world behind one interface (O3)."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from mall.refusals import Refusal
from orders.gateways.alipay import AlipayGateway
from orders.gateways.base import Gateway
from orders.gateways.sandbox import SandboxGateway
from orders.gateways.stripe import StripeGateway
from orders.gateways.wechat import WechatGateway

_GATEWAYS: dict[str, Gateway] = {
    gateway.code: gateway for gateway in (SandboxGateway(), AlipayGateway(), WechatGateway(), StripeGateway())
}


class UnknownChannel(Refusal):
    """The mall does not take payments through this channel."""

    code = "unknown-channel"
    status = 404


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to pay, as the page offers it."""

    code: str
    label: str


def channels() -> list[Channel]:
    """The ways to pay that this mall offers and has an account for, in their order."""
    return [Channel(code, str(_GATEWAYS[code].label)) for code in settings.PAYMENT_CHANNELS if _is_offered(code)]


def gateway(channel: str) -> Gateway:
    """:raises UnknownChannel: no such channel, or not offered here"""
    if not _is_offered(channel):
        raise UnknownChannel(_("There is no such way to pay."))
    return _GATEWAYS[channel]


def _is_offered(code: str) -> bool:
    return code in settings.PAYMENT_CHANNELS and code in _GATEWAYS and _GATEWAYS[code].is_configured()
