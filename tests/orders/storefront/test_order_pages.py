"""The shopper's orders and payments: her own, nobody else's."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from catalog.models import Product
from mall import clock
from mall.audit.models import AuditRecord
from orders.gateways import sandbox_bank
from orders.models import CartLine, Order, Payment, SandboxTrade
from orders.payments import start_payment
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.journeys import (
    canceled_order,
    completed_order,
    delivered_order,
    paid_order,
    pay,
    placed_group,
    placed_order,
    shipped_order,
)
from tests.orders.test_payments import message

pytestmark = pytest.mark.django_db


def signed_in(client, user):
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"storefront:orders:{name}", args=args)


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


ROWS = {
    "detail": lambda order: order.public_id,
    "cancel": lambda order: order.public_id,
    "receive": lambda order: order.public_id,
    "buy-again": lambda order: order.public_id,
    "pay": lambda order: order.group.public_id,
    "pay-start": lambda order: order.group.public_id,
    "payment-return": lambda order: order.group.payments.get().public_id,
}
POSTS = {"cancel", "receive", "buy-again", "pay-start"}


@pytest.mark.parametrize("name", ROWS)
def test_another_shoppers_rows_are_not_found_and_guests_are_sent_to_sign_in(client, name):
    order = paid_order()
    address = url(name, ROWS[name](order))
    ask = client.post if name in POSTS else client.get

    assert ask(address)["Location"].startswith(reverse("account_login"))
    signed_in(client, shopper())
    assert ask(address).status_code == 404
    assert ask(url(name, "nothing")).status_code == 404

    order.refresh_from_db()
    assert order.status == "paid"


@pytest.mark.parametrize("name", sorted(POSTS))
def test_what_changes_something_is_posted(client, name):
    order = paid_order()

    assert signed_in(client, order.shopper).get(url(name, ROWS[name](order))).status_code == 405


@pytest.mark.parametrize(
    ("make", "can"),
    [
        (placed_order, {"can_cancel", "can_pay"}),
        (paid_order, {"can_cancel"}),
        (shipped_order, {"can_receive"}),
        (delivered_order, {"reviewable"}),
        (completed_order, {"reviewable"}),
        (canceled_order, set()),
    ],
)
def test_an_order_page_offers_what_can_be_done(client, make, can):
    order = make(now=clock.now())

    page = signed_in(client, order.shopper).get(url("detail", order.public_id))

    asked = ["can_cancel", "can_pay", "can_receive", "reviewable", "cancels_group"]
    assert page.status_code == 200
    assert {name for name in asked if page.context[name]} == can
    assert [step.kind for step in page.context["steps"]][-1] == "placed"  # the latest stands first


def test_an_unpaid_checkout_of_two_shops_says_that_it_is_canceled_whole(client):
    order = placed_order(skus={sku(): 1, sku(): 1}, now=clock.now())

    page = signed_in(client, order.shopper).get(url("detail", order.public_id))
    assert page.context["cancels_group"]
    client.post(url("cancel", order.public_id), {"reason": ""})

    assert set(order.group.orders.values_list("status", flat=True)) == {"canceled"}


def test_canceling_needs_a_reason_of_reasonable_length(client):
    order = placed_order()

    answer = signed_in(client, order.shopper).post(url("cancel", order.public_id), {"reason": "x" * 201})

    order.refresh_from_db()
    assert (order.status, len(said(answer))) == ("unpaid", 1)


def test_a_shipped_order_is_received_not_canceled(client):
    order = shipped_order()
    signed_in(client, order.shopper)

    refused = client.post(url("cancel", order.public_id))
    received = client.post(url("receive", order.public_id))
    again = client.post(url("receive", order.public_id))

    order.refresh_from_db()
    assert order.status == "delivered"
    assert [answer["Location"] for answer in (refused, received, again)] == [url("detail", order.public_id)] * 3
    assert len(said(refused)) == 1


def test_buying_again_fills_the_cart_with_what_is_still_sold(client):
    teapot, cup = sku(), sku()
    order = placed_order(skus={teapot: 2, cup: 1})
    group = order.group
    Product.objects.filter(pk=cup.product_id).update(status=Product.Status.OFF_SALE)
    signed_in(client, group.shopper)

    for part in group.orders.all():
        answer = client.post(url("buy-again", part.public_id))

    assert answer["Location"] == url("cart")
    assert dict(CartLine.objects.values_list("sku", "quantity")) == {teapot.pk: 2}


@pytest.mark.parametrize("many", [1, 3])
def test_lists_and_pages_ask_the_same_for_one_row_and_three(client, many, django_assert_num_queries):
    me = shopper()
    for _order in range(many):
        order = placed_order(shopper=me, skus={sku(shop=(first := sku()).shop): 1, first: 1})
    signed_in(client, me).get(url("list"))

    with django_assert_num_queries(5):  # shopper, counts, number of rows, orders with shop and group, lines
        page = client.get(url("list"))
    with django_assert_num_queries(9):  # shopper, order, lines, steps, parcels, addresses, refunds, promises, cases
        client.get(url("detail", order.public_id))
    assert len(page.context["page"].object_list) == many


def test_the_list_is_narrowed_by_status(client):
    me = shopper()
    paid, unpaid = paid_order(shopper=me), placed_order(shopper=me)
    signed_in(client, me)

    def listed(status):
        return [order.pk for order in client.get(url("list"), {"status": status}).context["page"]]

    assert listed("") == listed("nonsense") == [unpaid.pk, paid.pk]
    assert listed("paid") == [paid.pk]
    assert client.get(url("list"), {"page": "9999"}).status_code == 200
    tabs = client.get(url("list"), {"status": "paid"}).context["tabs"]
    assert [(tab.value, tab.count) for tab in tabs if tab.selected] == [("paid", 1)]


def started(client, group):
    """She presses "Pay now"; the cashier's address."""
    answer = signed_in(client, group.shopper).post(url("pay-start", group.public_id), {"channel": "sandbox"})
    return answer["Location"]


@pytest.mark.parametrize(
    ("outcome", "state", "status"),
    [("success", "succeeded", "paid"), ("failure", "failed", "unpaid"), ("cancel", "failed", "unpaid"),
     ("late", "waiting", "unpaid")],
)  # fmt: skip
def test_the_return_page_knows_the_outcome_even_when_the_notice_is_lost(client, outcome, state, status):
    group = placed_group(now=clock.now())
    cashier = started(client, group)
    assert client.get(cashier).context["is_open"]

    back = client.post(cashier, {"outcome": outcome})
    page = client.get(back["Location"])

    assert (page.context["state"], group.orders.get().status) == (state, status)
    assert not client.get(cashier).context["is_open"]


def test_money_that_came_too_late_is_shown_as_such(client):
    now = clock.now()
    group = placed_group(now=now - timedelta(minutes=29))
    payment = start_payment(group=group, channel="sandbox", now=now - timedelta(minutes=29))
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", now=now)
    Order.objects.update(status="canceled", canceled_at=now)

    page = signed_in(client, group.shopper).get(url("payment-return", payment.public_id))

    assert (page.context["state"], page.context["payment"].is_late) == ("failed", True)


def test_the_cashier_takes_only_what_its_buttons_say(client):
    cashier = started(client, placed_group(now=clock.now()))

    assert client.post(cashier, {"outcome": "jackpot"}).status_code == 400
    assert client.get(url("cashier", "00000000-0000-4000-8000-000000000000")).status_code == 404
    assert SandboxTrade.objects.get().status == "waiting"


def test_paying_twice_or_by_an_unknown_channel_is_refused_in_words(client):
    order = paid_order()
    group = order.group
    signed_in(client, group.shopper)

    again = client.post(url("pay-start", group.public_id))
    unknown = client.post(url("pay-start", group.public_id), {"channel": "goldbars"})

    assert again["Location"] == unknown["Location"] == url("pay", group.public_id)
    assert len(said(again)) == 1
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(("make", "state"), [(placed_order, "open"), (paid_order, "paid"), (canceled_order, "closed")])
def test_the_payment_page_knows_whether_it_is_still_time(client, make, state):
    order = make(now=clock.now())

    assert signed_in(client, order.shopper).get(url("pay", order.group.public_id)).context["state"] == state


def test_the_payment_page_of_yesterday_is_closed(client):
    order = placed_order()

    assert signed_in(client, order.shopper).get(url("pay", order.group.public_id)).context["state"] == "closed"


def notify(client, headers, body, channel="sandbox"):
    return client.post(url("payment-notify", channel), body, content_type="application/json", headers=headers)


def test_a_signed_notice_is_heard_over_http_and_nothing_else(client):
    now = clock.now()
    group = placed_group(now=now)
    payment = start_payment(group=group, channel="sandbox", now=now)
    headers, body = message(payment, now=now)
    headers.pop("content-type")

    wrong = [notify(client, headers, body + b" "), notify(client, {}, b""), notify(client, headers, body, "goldbars")]
    assert {(answer.status_code, answer.content) for answer in wrong} == {(400, b"")}
    assert AuditRecord.objects.filter(action="orders.refuse_notice").count() == 3
    assert group.orders.get().status == "unpaid"

    right = [notify(client, headers, body), notify(client, headers, body)]
    assert {answer.status_code for answer in right} == {200}
    assert group.orders.get().status == "paid"
    assert client.get(url("payment-notify", "sandbox")).status_code == 405


def test_a_second_payment_is_not_started_at_the_cashier_of_a_paid_group(client):
    group = placed_group(now=clock.now())
    cashier = started(client, group)
    pay(group, now=clock.now())

    assert not client.get(cashier).context["is_open"]
    assert urlsplit(client.post(cashier, {"outcome": "cancel"})["Location"]).path.startswith("/pay/return/")
    assert group.orders.get().status == "paid"
