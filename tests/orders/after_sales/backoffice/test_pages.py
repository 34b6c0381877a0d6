"""A shop's pages of after-sales: its queue with clocks, a case with what may be done, within its own scope."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mall import clock
from mall.backoffice.todo import SOON, URGENT
from merchants.models import Seat
from orders.after_sales.backoffice.todo import waiting
from orders.models import AfterSale, Parcel, Refund
from tests.conftest import NOON
from tests.factories.merchants import seat
from tests.journeys import delivered_order
from tests.orders.after_sales.cases import HOUR, agreed, case_of, paid_back, sent_back, three_cups

pytestmark = pytest.mark.django_db


def url(name, case, *args):
    return reverse(f"backoffice:after-sales:{name}", args=[case.shop.slug, case.public_id, *args])


def service_of(case, client):
    client.force_login(seat(case.shop, role=Seat.Role.SERVICE).user)
    return client


def test_a_return_goes_through_the_back_office(client):  # O7
    case = case_of(delivered_order(skus=three_cups(), now=clock.now() - HOUR), now=clock.now())
    service_of(case, client)

    assert client.get(url("case", case)).status_code == 200
    client.post(url("do", case, "agree"), {"text": "Street 1"})
    sent_back(case, now=clock.now())
    client.post(url("do", case, "note_arrival"))
    wrong = client.post(url("do", case, "inspect"), {"sellable": "1", "damaged": "1"})
    client.post(url("do", case, "inspect"), {"sellable": "1", "damaged": "0"})
    paid_back(clock.now())

    case.refresh_from_db()
    assert wrong.status_code == 200
    assert (case.status, case.sellable_count, Refund.objects.count()) == ("done", 1, 1)
    assert client.get(url("case", case)).status_code == 200


def test_an_exchange_and_a_complaint_are_answered_there(client):
    case = case_of(delivered_order(skus=three_cups(), now=clock.now() - HOUR), "exchange", now=clock.now())
    service_of(case, client)
    client.post(url("do", case, "agree"))
    sent_back(case, now=clock.now())
    for action, given in [
        ("note_arrival", {}),
        ("inspect", {"sellable": "1", "damaged": "0"}),
        ("resend", {"carrier": "sf", "tracking_number": "SF1234567890123"}),
    ]:
        assert client.post(url("do", case, action), given).status_code == 302

    case.refresh_from_db()
    assert (case.status, Parcel.objects.get(after_sale=case).tracking_number) == ("resent", "SF1234567890123")


def test_a_refusal_wants_words(client):
    case = case_of(delivered_order(skus=three_cups(), now=clock.now() - HOUR), now=clock.now())
    service_of(case, client)

    empty = client.post(url("do", case, "refuse"), {"text": " "})
    client.post(url("do", case, "refuse"), {"text": "No crack."})

    case.refresh_from_db()
    assert (empty.status_code, case.status) == (200, "refused")


def test_the_queue_is_narrowed_and_read_at_the_same_number_of_queries(client):
    order = delivered_order(skus=three_cups(), now=clock.now() - HOUR)
    case = case_of(order, now=clock.now())
    service_of(case, client)
    way = reverse("backoffice:after-sales:list", args=[case.shop.slug])
    client.get(way)
    with CaptureQueriesContext(connection) as one:
        client.get(way)
    case_of(order, now=clock.now())
    case_of(order, now=clock.now())
    with CaptureQueriesContext(connection) as three:
        page = client.get(way)

    assert len(one) == len(three)
    assert page.status_code == 200
    for narrowed in (f"?q={case.public_id}", "?turn=mine&sort=due", "?kind=return&reason=damaged", "?status=asked"):
        assert case.public_id in client.get(way + narrowed).content.decode()
    assert case.public_id not in client.get(way + "?status=closed").content.decode()


def test_what_waits_is_to_do_and_presses_near_its_clock():
    case = case_of(delivered_order(skus=three_cups()))
    person = seat(case.shop, role=Seat.Role.SERVICE)

    (calm,) = waiting(case.shop, person, NOON)
    (pressing,) = waiting(case.shop, person, NOON + timedelta(hours=40))
    agreed(case)

    assert (calm.tone, pressing.tone) == (SOON, URGENT)
    assert waiting(case.shop, person, NOON) == []
    assert AfterSale.objects.get().status == "awaiting_return"


def test_a_compensation_is_paid_from_the_order_and_what_is_too_much_is_said_at_its_field(client):  # O7
    order = delivered_order(skus=three_cups(), now=clock.now() - HOUR)
    client.force_login(seat(order.shop, role=Seat.Role.SERVICE).user)
    page = reverse("backoffice:after-sales:compensate", args=[order.shop.slug, order.public_id])
    detail = client.get(reverse("backoffice:orders:detail", args=[order.shop.slug, order.public_id]))
    typed = {"line": order.lines.get().pk, "reason": "late", "text": "对不起，发晚了。"}

    wrong = client.post(page, {**typed, "amount": "84.01"})
    paid = client.post(page, {**typed, "amount": "10"}, follow=True)

    case = AfterSale.objects.get()
    assert page in detail.content.decode()
    assert list(wrong.context["form"].errors) == ["amount"] and "对不起，发晚了。" in wrong.content.decode()
    assert (case.kind, case.asked.minor, case.status) == ("compensate", 1000, "refunding")
    assert "¥10.00" in re.sub("<[^>]*>", "", paid.content.decode())
