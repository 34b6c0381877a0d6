"""A payer's way through a channel of the fake provider, with real HTTP and real signatures."""

from urllib.parse import parse_qs, urlsplit

import requests

from orders.gateways import pages
from orders.payments import NoticeRefused, payment_page_url, receive_notice, start_payment
from tests.conftest import NOON
from tests.journeys import placed_group


def started(channel, *, now=NOON, group=None, **given):
    return start_payment(group=group or placed_group(now=now, **given), channel=channel, now=now)


def cashier_of(payment):
    """The provider's page for it, as the payer's browser comes there."""
    url = payment_page_url(payment)
    if payment.channel == "wechat":
        return pages.scanned(parse_qs(urlsplit(url).query)["payment"][0])["code"]
    if payment.channel == "alipay":
        return requests.get(url, allow_redirects=False, timeout=5).headers["location"]
    return url


def decide(payment, outcome="pay"):
    """The payer presses a button there."""
    answer = requests.post(cashier_of(payment), data={"outcome": outcome}, allow_redirects=False, timeout=5)
    assert answer.status_code in {200, 303}, answer.text
    return payment


def trade_of(provider, payment):
    return provider.books.find(payment.channel, payment.public_id)


def hearing(channel, now=NOON):
    """The provider's way to the mall without the mall's own server in between."""

    def post(url, headers, body):
        try:
            receive_notice(channel=channel, headers=headers, body=body, now=now)
        except NoticeRefused as refused:
            return refused.status, b""
        return 200, b"success"

    return post


def tell(provider, channel, now=NOON, **how):
    return provider.deliver(post=hearing(channel, now), **how)
