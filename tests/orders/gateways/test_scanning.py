"""O3: WeChat Pay's code on our own page, signed, with a way on for who has paid."""

import pytest
from django.urls import reverse

from orders.payments import payment_page_url
from tests.orders.gateways.paying import started

pytestmark = pytest.mark.django_db


def test_the_code_is_shown_to_scan(provider, client):
    payment = started("wechat")
    client.force_login(payment.group.shopper)

    page = client.get(payment_page_url(payment))

    text = page.content.decode()
    assert page.status_code == 200
    assert "<svg" in text and "style=" not in text
    assert reverse("storefront:orders:payment-return", args=[payment.public_id]) in text


def test_a_code_that_we_did_not_sign_is_not_shown(client, provider):
    payment = started("wechat")
    client.force_login(payment.group.shopper)

    for token in ("", "nonsense", "a:b:c"):
        assert client.get(reverse("storefront:orders:scan"), {"payment": token}).status_code == 404
