"""What is said of a gift before anything is asked, and in the case, to the fen (behaviours 2.23)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from mall import clock
from mall.money import Money
from merchants.models import Seat
from orders.models import AfterSale
from tests.factories.catalog import sku
from tests.factories.marketing import promotion
from tests.factories.merchants import seat, shop
from tests.journeys import delivered_order, filled_cart
from tests.orders.after_sales.cases import HOUR, agreed, came_back, paid_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
DAY = timedelta(days=1)


@pytest.fixture
def client(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def wares():
    """Two pots at 60.00, and a tin worth 29.00 that is given from 100.00 on."""
    here, now = shop(shipping_fee="0.00"), clock.now()
    pot, tin = (sku(price=price, shop=here, stock=9) for price in ("60.00", "29.00"))
    days = {"starts_at": now - 9 * DAY, "ends_at": now + 9 * DAY}
    promotion("gift", shop=here, rule={"at": 10_000, "sku_id": tin.pk, "quantity": 1}, **days)
    return {pot: 2}


def arrived():
    order = delivered_order(skus=wares(), now=clock.now() - HOUR)
    bought, tin = sorted(order.lines.all(), key=lambda line: line.gift_count)
    return order, bought, tin


def ask_url(line):
    return reverse("storefront:after-sales:ask", args=[line.order.public_id, line.pk])


def said(answer) -> str:
    """The words of a page, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]*>", "", answer.content.decode())))


def page(client, *names, args=()):
    return said(client.get(reverse(":".join(names), args=args)))


def test_cart_checkout_and_order_say_what_the_gift_is_worth(client):
    shopper = filled_cart(skus=wares())
    client.force_login(shopper)

    for name in ("cart", "checkout"):
        assert "worth ¥29.00, given from ¥100.00 on" in page(client, "storefront:orders", name)
    assert "up to ¥29.00 of your refund is kept" in page(client, "storefront:orders:checkout")
    order, _bought, _tin = arrived()
    client.force_login(order.shopper)
    assert "worth ¥29.00" in page(client, "storefront:orders:detail", args=[order.public_id])


def test_what_becomes_of_the_gift_is_said_to_the_fen_before_she_asks(client):  # O7
    order, bought, _tin = arrived()
    client.force_login(order.shopper)
    shown = said(client.get(ask_url(bought)))
    posted = {"kind": "return", "reason": "changed_mind", "quantity": "1", "text": "Too big."}

    first = said(client.post(ask_url(bought), posted))
    stale = said(client.post(ask_url(bought), posted | {"gifts": "keep", "gift_shown": "9100/12000"}))

    assert "¥91.00 goes back to you" in shown  # of both
    for answer in (first, stale):
        assert "Look at what becomes of the gift" in answer
        assert "¥31.00 goes back to you" in answer  # of one
        assert "Too big." in answer
    assert not AfterSale.objects.exists()
    done = client.post(ask_url(bought), posted | {"gifts": "keep", "gift_shown": "3100/6000"})
    case = AfterSale.objects.get()
    assert done["Location"].endswith(f"{case.public_id}/")
    assert "¥29.00" in said(client.get(done["Location"]))
    agreed(case)
    assert (case.asked, case.gifts.count()) == (Money(6000), 0)


def test_where_the_shop_is_at_fault_nothing_must_be_said_of_the_gift(client):
    order, bought, _tin = arrived()
    client.force_login(order.shopper)

    client.post(ask_url(bought), {"kind": "return", "reason": "damaged", "quantity": "1", "text": "A crack."})

    assert AfterSale.objects.get().reason == "damaged"


def test_the_gift_cannot_go_back_where_nothing_does(client):
    order, bought, _tin = arrived()
    client.force_login(order.shopper)
    posted = {"kind": "refund", "reason": "changed_mind", "quantity": "1", "text": "Too big.", "gifts": "back"}

    answer = said(client.post(ask_url(bought), posted | {"gift_shown": "3100/6000"}))

    assert "cannot go back with them" in answer
    assert not AfterSale.objects.exists()


def test_the_shop_counts_the_gift_that_came_back_and_reads_what_is_kept(client):
    order, bought, tin = arrived()
    client.force_login(order.shopper)
    posted = {"kind": "return", "reason": "changed_mind", "quantity": "1", "text": "…", "gifts": "back"}
    client.post(ask_url(bought), posted | {"gift_shown": "3100/6000"})
    case = AfterSale.objects.get()
    client.force_login(seat(case.shop, role=Seat.Role.SERVICE).user)

    def url(name, *args):
        return reverse(f"backoffice:after-sales:{name}", args=[case.shop.slug, case.public_id, *args])

    assert "It comes back with the goods." in said(client.get(url("case")))
    came_back(case, now=clock.now())
    names = [f"gift_{tin.pk}_sellable", f"gift_{tin.pk}_damaged"]
    wrong = client.post(url("do", "inspect"), {"sellable": "1", "damaged": "0", names[0]: "1", names[1]: "1"})
    client.post(url("do", "inspect"), {"sellable": "1", "damaged": "0", names[0]: "0", names[1]: "0"})
    paid_back(clock.now())

    assert wrong.status_code == 200
    case.refresh_from_db()
    assert (case.status, case.refund, case.gift_charge) == ("done", Money(3100), Money(2900))
    assert "kept for gifts" in said(client.get(url("case")))


def test_who_has_paid_for_the_gift_reads_what_she_gets_back_for_it(client):
    order, bought, tin = arrived()
    client.force_login(order.shopper)
    posted = {"kind": "refund", "reason": "changed_mind", "quantity": "1", "text": "…", "gifts": "keep"}
    client.post(ask_url(bought), posted | {"gift_shown": "3100/6000"})
    agreed(AfterSale.objects.get(), now=clock.now())
    paid_back(clock.now())

    assert "¥29.00 that was kept for it goes back" in said(client.get(ask_url(tin)))
