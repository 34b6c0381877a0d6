"""Payment channels: the outside world behind one interface (O3)."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from mall.refusals import Refusal
from orders.gateways.alipay import AlipayGateway
from orders.gateways.balance import BalanceGateway
from orders.gateways.base import Gateway
from orders.gateways.sandbox import SandboxGateway
from orders.gateways.stripe import StripeGateway
from orders.gateways.transfer import TransferGateway
from orders.gateways.wechat import WechatGateway

_GATEWAYS: dict[str, Gateway] = {
    gateway.code: gateway
    for gateway in (
        SandboxGateway(),
        AlipayGateway(),
        WechatGateway(),
        StripeGateway(),
        BalanceGateway(),
        TransferGateway(),
    )
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


def channels(*, for_orders: bool = False) -> list[Channel]:
    """
    The ways to pay that this mall offers and has an account for, in their order.

    :param for_orders: also those that pay orders and nothing else
    """
    offered = [code for code in settings.PAYMENT_CHANNELS if _is_offered(code)]
    return [
        Channel(code, str(_GATEWAYS[code].label))
        for code in offered
        if for_orders or not _GATEWAYS[code].pays_orders_only
    ]


def channels_with_bills() -> list[str]:
    """Whose bills are held against our books."""
    return [code for code in settings.PAYMENT_CHANNELS if _is_offered(code) and _GATEWAYS[code].has_bill]


def gateway_for(channel: str, *, for_orders: bool) -> Gateway:
    """As :func:`gateway`, of those that are offered for this. :raises UnknownChannel: not among them"""
    if channel not in {one.code for one in channels(for_orders=for_orders)}:
        raise UnknownChannel(_("There is no such way to pay."))
    return _GATEWAYS[channel]


def gateway(channel: str) -> Gateway:
    """:raises UnknownChannel: no such channel, or not offered here"""
    if not _is_offered(channel):
        raise UnknownChannel(_("There is no such way to pay."))
    return _GATEWAYS[channel]


def _is_offered(code: str) -> bool:
    return code in settings.PAYMENT_CHANNELS and code in _GATEWAYS and _GATEWAYS[code].is_configured()
