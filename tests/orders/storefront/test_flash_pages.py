"""Buying in a flash sale by its pages: the button, the queue, too late, by way of the cart; all without scripts."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mall import clock
from marketing.flash import gate
from marketing.models import FlashUnits
from marketing.promotions import stop_promotion
from orders.models import Cart, Order
from orders.storefront import passing
from tests.clients import Client
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import flash_sale

HOUR = timedelta(hours=1)


@pytest.fixture
def sale(committed_db):
    passing.units_of.cache_clear()
    tea, now = sku(price="50.00", stock=9), clock.now()
    made = flash_sale({tea: ("20.00", 1)}, starts_at=now - HOUR, ends_at=now + HOUR)
    made.tea, made.key = tea, FlashUnits.objects.get().pk
    return made


def url(sale, what):
    return reverse(f"storefront:orders:flash-{what}", args=[sale.public_id, sale.tea.public_id])


def buyer():
    client, person = Client(), shopper()
    address(person)
    client.force_login(person)
    client.person = person
    return client


def order(client):
    """She orders what the checkout shows."""
    form = client.get(reverse("storefront:orders:checkout")).context
    values = {
        "checkout_key": form["checkout_key"],
        "fingerprint": form["fingerprint"],
        "address": client.person.addresses.get().public_id,
        "flash": form["flash"],
    }
    return client.post(reverse("storefront:orders:checkout"), values)


def test_the_first_is_led_to_the_checkout_and_orders_the_second_waits_and_is_then_told_that_all_is_sold(sale):
    first, second = buyer(), buyer()

    assert first.post(url(sale, "buy")).url == reverse("storefront:orders:checkout")
    assert first.post(url(sale, "buy")).url == reverse("storefront:orders:checkout")  # a double click
    assert list(Cart.objects.values_list("lines__quantity", flat=True)) == [1]
    assert second.post(url(sale, "buy")).url == url(sale, "line")
    waiting = second.get(url(sale, "line"), headers={"accept-language": "en"})
    assert "You are number 1." in waiting.content.decode()
    assert 'http-equiv="refresh" content="4"' in waiting.content.decode()

    assert "/pay/" in order(first).url
    sold_out = second.get(url(sale, "line"), headers={"accept-language": "en"}).content.decode()
    assert "All units are taken" in sold_out and 'content="20"' in sold_out
    assert first.post(url(sale, "buy")).status_code == 200  # she is too late now, as everybody is
    assert Order.objects.get().total.minor == 2000


def test_who_comes_too_late_is_told_so_without_being_asked_who_she_is(sale):
    order(_let_in(sale, buyer()))
    stranger = Client()

    late = stranger.post(url(sale, "buy"), headers={"accept-language": "en"})

    assert late.status_code == 200
    assert "The flash sale is sold out" in late.content.decode()
    assert "mall" not in stranger.cookies
    waiting = buyer().post(url(sale, "buy"), {"wait": "1"})
    assert waiting.url == url(sale, "line")


def _let_in(sale, client):
    client.post(url(sale, "buy"))
    return client


def test_who_has_not_signed_in_does_that_first(sale):
    assert Client().post(url(sale, "buy")).url.startswith(reverse("account_login"))


def test_who_comes_by_way_of_the_cart_passes_the_gate_too(sale):
    first, second = _let_in(sale, buyer()), buyer()
    second.post(reverse("storefront:orders:cart-add"), {"sku": sale.tea.public_id, "quantity": "1", "next": "checkout"})

    kept_out = second.get(reverse("storefront:orders:checkout"))

    assert kept_out.url == url(sale, "line")
    name = f"{sale.public_id}.{sale.tea.public_id}"
    assert second.post(reverse("storefront:orders:checkout"), {"flash": name}).url == url(sale, "line")
    assert second.post(url(sale, "leave")).status_code == 302
    assert "/pay/" in order(first).url
    assert second.get(reverse("storefront:orders:checkout")).status_code == 200  # at the usual price


def test_who_was_let_in_for_nothing_sees_what_it_costs_now(sale, monkeypatch):
    first, second = _let_in(sale, buyer()), buyer()
    monkeypatch.setattr(gate, "ask", lambda *_args, **_more: gate.Answer(gate.IN))  # a gate that knows nothing
    _let_in(sale, second)
    shown = second.get(reverse("storefront:orders:checkout")).context
    assert "/pay/" in order(first).url

    refused = second.post(
        reverse("storefront:orders:checkout"),
        {
            "checkout_key": shown["checkout_key"],
            "fingerprint": shown["fingerprint"],
            "flash": shown["flash"],
            "address": second.person.addresses.get().public_id,
        },
        headers={"accept-language": "en"},
    )

    assert refused.status_code == 200
    text = refused.content.decode()
    assert "The flash sale is sold out. This is the usual price." in text
    assert Order.objects.count() == 1


def test_while_the_gate_is_away_button_and_queue_say_when_to_come_again(sale, monkeypatch):  # E3
    monkeypatch.setattr(gate, "ask", lambda *_args, **_more: gate.Answer(gate.AWAY))
    me = buyer()

    pressed = me.post(url(sale, "buy"), headers={"accept-language": "en"})
    waited = me.get(url(sale, "line"), headers={"accept-language": "en"})

    assert [(answer.status_code, answer["Retry-After"]) for answer in (pressed, waited)] == [(503, "5")] * 2
    assert (waited["Refresh"], "Refresh" in pressed) == ("5", False)
    assert "The flash sale pauses for a moment" in pressed.content.decode()
    assert not Order.objects.exists()


def test_a_sale_that_has_stopped_sells_nothing_and_one_that_is_not_there_is_not_found(sale):
    stop_promotion(promotion=sale, by=staff(), now=clock.now())

    assert buyer().post(url(sale, "buy")).status_code == 200  # sold out
    nowhere = reverse("storefront:orders:flash-buy", args=["prm_nothing", sale.tea.public_id])
    assert buyer().post(nowhere).status_code == 404


def test_pages_show_what_runs_what_comes_and_how_much_is_gone(sale, in_english):
    looker = Client()
    product = reverse("storefront:catalog:product", args=[sale.tea.product.public_id])

    def seen(address):
        return looker.get(address, headers={"accept-language": "en"}).content.decode()

    assert "0 of 1 gone" in seen(product)
    assert "0 of 1 gone" in seen(reverse("storefront:catalog:home"))
    assert "0 of 1 gone" in seen(reverse("storefront:marketing:flash"))
    soon = flash_sale(
        {sku(price="9.00"): ("5.00", 3)}, starts_at=clock.now() + 2 * HOUR, ends_at=clock.now() + 3 * HOUR
    )
    today = seen(reverse("storefront:marketing:flash"))
    assert "On now" in today and "3 units" in today
    assert "Flash sale soon" in seen(
        reverse("storefront:catalog:product", args=[soon.units.get().sku.product.public_id])
    )  # fmt: skip
    assert "cart" not in looker.cookies
