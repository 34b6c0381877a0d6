"""The shopper's machine door: her own orders, and canceling once however often it is sent."""

import pytest
from django.urls import reverse

from mall.idempotency import IdempotentCall
from orders.models import OrderStep
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.journeys import paid_order, placed_order, shipped_order

pytestmark = pytest.mark.django_db

ORDERS = reverse("api:orders")


def cancel(client, order, body=None, key="key-1"):
    return client.post(
        reverse("api:order-cancel", args=[order.public_id]),
        {} if body is None else body,
        content_type="application/json",
        headers={"idempotency-key": key} if key is not None else {},
    )


def test_guests_see_nothing(client):
    order = placed_order()

    for answer in (client.get(ORDERS), client.get(reverse("api:order", args=[order.public_id])), cancel(client, order)):
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"


def test_her_own_orders_and_nobody_elses(client):
    mine, other = paid_order(), paid_order()
    client.force_login(mine.shopper)

    listed = client.get(ORDERS).json()
    row = client.get(reverse("api:order", args=[mine.public_id])).json()

    assert [order["public_id"] for order in listed["results"]] == [mine.public_id]
    line = mine.lines.get()
    assert {name: row[name] for name in ("public_id", "group", "shop", "status", "total", "currency")} == {
        "public_id": mine.public_id,
        "group": mine.group.public_id,
        "shop": mine.shop.slug,
        "status": "paid",
        "total": mine.total.minor,
        "currency": "CNY",
    }
    assert row["lines"][0]["unit_price"] == line.unit_price.minor
    assert [step["kind"] for step in row["steps"]] == ["placed", "paid"]
    assert "consignee" not in row
    assert client.get(reverse("api:order", args=[other.public_id])).status_code == 404
    assert cancel(client, other).status_code == 404


def test_the_list_is_narrowed_and_bad_questions_are_answered(client):
    me = shopper()
    paid = paid_order(shopper=me)
    placed_order(shopper=me)
    client.force_login(me)

    assert [row["public_id"] for row in client.get(ORDERS, {"status": "paid"}).json()["results"]] == [paid.public_id]
    for wrong, status in [({"status": "rich"}, 400), ({"page": "0"}, 404), ({"page": "x"}, 404)]:
        assert client.get(ORDERS, wrong).status_code == status


def test_canceling_twice_with_one_key_is_one_cancellation(client):
    order = placed_order()
    client.force_login(order.shopper)

    first, second = cancel(client, order, {"reason": "Too dear"}), cancel(client, order, {"reason": "Too dear"})

    order.refresh_from_db()
    assert first.json() == second.json() == {"public_id": order.public_id, "status": "canceled"}
    assert (order.status, order.cancel_reason) == ("canceled", "Too dear")
    assert OrderStep.objects.filter(kind="canceled").count() == IdempotentCall.objects.count() == 1


def test_the_key_of_another_request_is_refused(client):
    first, second = placed_order(), placed_order()
    second.shopper, second.group.shopper = first.shopper, first.shopper
    second.save(), second.group.save()
    client.force_login(first.shopper)
    cancel(client, first)

    answer = cancel(client, second)

    second.refresh_from_db()
    assert (answer.status_code, answer.json()["title"]) == (422, "idempotency-key-reused")
    assert second.status == "unpaid"


@pytest.mark.parametrize("key", [None, "", "x" * 256])
def test_a_key_is_asked_for(client, key):
    order = placed_order()
    client.force_login(order.shopper)

    answer = cancel(client, order, key=key)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])


@pytest.mark.parametrize("body", [{"reason": "x" * 201}, {"reason": ["a"]}, {"reason": None}, [1], "{"])
def test_bad_bodies_are_refused(client, body):
    order = placed_order()
    client.force_login(order.shopper)

    answer = cancel(client, order, body)

    order.refresh_from_db()
    assert (answer.status_code, order.status) == (400, "unpaid")


def test_what_cannot_be_canceled_is_a_conflict_and_may_be_asked_again(client):
    order = shipped_order()
    client.force_login(order.shopper)

    answer = cancel(client, order)

    assert (answer.status_code, answer.json()["title"]) == (409, "wrong-status")
    assert not IdempotentCall.objects.exists()


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_same_for_one_row_and_three(client, many, django_assert_num_queries):
    me = shopper()
    for _order in range(many):
        placed_order(shopper=me, skus={sku(): 1})
    client.force_login(me)
    client.get(ORDERS)

    with django_assert_num_queries(4):  # shopper, number of rows, orders with group and shop, lines
        client.get(ORDERS)
