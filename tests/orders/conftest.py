"""A fake provider for a whole module, and a mall that has accounts with it."""

import pytest

from tests.conftest import NOON

CHANNELS = ("alipay", "wechat", "stripe")


@pytest.fixture(scope="session")
def a_provider():
    from orders.fake_provider.server import FakeProvider

    with FakeProvider(clock=lambda: NOON, patience=0.6) as provider:
        yield provider


@pytest.fixture
def provider(a_provider, settings):
    """At noon, without faults, with nothing to tell; its accounts are the mall's."""
    from orders import gateways

    a_provider.books.clock = lambda: NOON
    a_provider.books._faults.clear()
    a_provider.books.messages.clear()
    a_provider.books.edit_bill = lambda lines: lines
    settings.PAYMENT_CHANNELS = ["sandbox", *CHANNELS]
    accounts = a_provider.accounts()
    settings.ALIPAY, settings.WECHAT_PAY, settings.STRIPE = (accounts[name] for name in CHANNELS)
    settings.PAYMENT_TIMEOUTS = (1, 0.3)
    for name in CHANNELS:
        gateways.gateway(name).wire.breaker.reset()
    return a_provider


@pytest.fixture(params=CHANNELS)
def channel(request):
    return request.param
