"""A shopper's pages of after-sales, without scripts: asking, the case with its next step, her evidence."""

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from catalog.models import Sku
from mall import clock
from mall.money import Money
from orders.after_sales import answering
from orders.models import AfterSale
from tests.factories.accounts import shopper as a_person
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.factories.papers import picture as scan
from tests.journeys import delivered_order, paid_order, placed_order
from tests.orders.after_sales.cases import (
    HOUR,
    agreed,
    before_the_mall,
    came_back,
    case_of,
    sent_back,
    three_cups,
    with_evidence,
)

pytestmark = pytest.mark.django_db


def arrived():
    """An order that has arrived just now."""
    return delivered_order(skus=three_cups(), now=clock.now() - HOUR)


def url(name, *args):
    return reverse(f"storefront:after-sales:{name}", args=args)


def test_asking_opens_a_case_and_leads_to_it(client):  # O7
    order = arrived()
    line = order.lines.get()
    client.force_login(order.shopper)
    page = url("ask", order.public_id, line.pk)

    order_page = client.get(reverse("storefront:orders:detail", args=[order.public_id]))
    shown = client.get(page)
    posted = {
        "kind": "return",
        "reason": "damaged",
        "quantity": "2",
        "amount": "50.00",
        "text": "有裂纹",
        "files": scan(),
    }
    answer = client.post(page, posted)

    case = AfterSale.objects.get()
    assert page in order_page.content.decode()
    assert shown.status_code == 200
    assert answer["Location"] == url("case", case.public_id)
    assert (case.kind, case.quantity, case.worth, case.asked) == ("return", 2, Money(5600), Money(5000))
    read = client.get(answer["Location"]).content.decode()
    assert "有裂纹" in read
    assert url("file", case.public_id, case.notes.get().pk, 1) in read


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "x"}, {"quantity": "4"}, {"quantity": "0"}, {"amount": "84.01"}, {"amount": "much"}, {"text": " "}],
)
def test_what_cannot_be_asked_is_said_and_nothing_typed_is_lost(client, wrong):
    order = arrived()
    client.force_login(order.shopper)
    posted = {"kind": "return", "reason": "damaged", "quantity": "3", "text": "裂纹"} | wrong

    answer = client.post(url("ask", order.public_id, order.lines.get().pk), posted)

    assert answer.status_code == 200
    assert "damaged" in answer.content.decode()
    assert not AfterSale.objects.exists()


def test_one_asks_for_another_kind_at_the_same_price(client):  # O7
    order = arrived()
    line = order.lines.get()
    goods = line.sku.product
    goods.options = [{"id": "o1", "name": {"en": "Size"}, "values": [{"id": "v1", "name": {"en": "Large"}}]}]
    goods.save()
    same = sku(product=goods, choice=["v1"], price=str(line.unit_price.decimal))
    dearer = sku(product=goods, choice=["v2"], price=str((line.unit_price * 2).decimal))
    client.force_login(order.shopper)
    page = url("ask", order.public_id, line.pk)

    shown = client.get(page)
    posted = {"kind": "exchange", "reason": "wrong_goods", "quantity": "1", "text": "要大的"}
    answer = client.post(page, posted | {"replacement": same.public_id})
    refused = client.post(page, posted | {"replacement": dearer.public_id})

    offered = dict(shown.context["form"].fields["replacement"].choices)
    assert list(offered) == ["", line.sku.public_id, same.public_id]
    assert offered[same.public_id] == "Large"
    assert answer.status_code == 302
    assert AfterSale.objects.get().replacement == same
    assert refused.status_code == 200


def test_nothing_is_asked_about_what_is_not_paid(client):
    order = placed_order(skus=three_cups())
    client.force_login(order.shopper)

    answer = client.get(url("ask", order.public_id, order.lines.get().pk))

    assert answer["Location"] == reverse("storefront:orders:detail", args=[order.public_id])


def test_the_pages_of_a_case_open_in_every_standing(client):
    order = arrived()
    client.force_login(order.shopper)
    now = clock.now()
    refused = case_of(order, now=now)
    answering.refuse(case=refused, text="…", by=a_person(), now=now)
    ways = [
        refused,
        came_back(case_of(order, now=now), now=now),
        with_evidence(before_the_mall(case_of(order, now=now), now=now), now=now),
    ]

    for case in ways:
        assert client.get(url("case", case.public_id)).status_code == 200
    assert client.get(url("list")).status_code == client.get(url("list") + "?which=open").status_code == 200


def test_sending_back_with_a_wrong_number_is_said_beside_the_field(client):
    case = agreed(case_of(arrived(), now=clock.now()), now=clock.now())
    client.force_login(case.shopper)
    way = url("do", case.public_id, "send_back")

    wrong = client.post(way, {"carrier": "sf", "tracking_number": "1"})
    right = client.post(way, {"carrier": "sf", "tracking_number": "SF1234567890123"})

    case.refresh_from_db()
    assert wrong.status_code == 200 and "SF1234567890123" in wrong.content.decode()
    assert right.status_code == 302
    assert case.status == "returning"


def test_what_is_too_late_is_said(client):
    case = sent_back(agreed(case_of(arrived(), now=clock.now()), now=clock.now()), now=clock.now())
    client.force_login(case.shopper)

    answer = client.post(url("do", case.public_id, "withdraw"))

    assert answer["Location"] == url("case", case.public_id)
    assert len(list(get_messages(answer.wsgi_request))) == 1
    assert client.post(url("do", case.public_id, "agree")).status_code == 404
    assert client.post(url("do", case.public_id, "fly")).status_code == 404


def test_a_complaint_is_asked_for_from_the_order(client):
    order = paid_order(skus=three_cups())
    client.force_login(order.shopper)
    page = url("complain", order.public_id)

    assert client.get(page).status_code == 200
    answer = client.post(page, {"reason": "service", "text": "No answer for days."})

    case = AfterSale.objects.get()
    assert answer["Location"] == url("case", case.public_id)
    assert (case.kind, case.status, case.line) == ("complaint", "asked", None)


def test_a_file_is_read_by_who_may_see_it(client):
    order = arrived()
    case = case_of(order, files=[scan()], now=clock.now())
    way = url("file", case.public_id, case.notes.get().pk, 1)

    client.force_login(order.shopper)
    assert client.get(way).headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.get(url("file", case.public_id, case.notes.get().pk, 2)).status_code == 404
    client.force_login(a_person())
    assert client.get(way).status_code == 404


def test_who_bears_fee_and_way_back_is_said_to_the_fen_before_she_asks(client):  # O7
    place = shop(shipping_fee="8.00")
    whole, some = arrived(), delivered_order(skus=three_cups(shop=place) | {sku(shop=place): 1}, now=clock.now())
    unsent = paid_order(skus=three_cups(), now=clock.now())

    def said(order) -> str:
        client.force_login(order.shopper)
        page = client.get(
            url("ask", order.public_id, order.lines.order_by("pk").first().pk), headers={"accept-language": "en"}
        )
        return " ".join(re.sub("<[^>]*>", "", page.content.decode()).split())

    assert "Of the shipping fee ¥8.00 belongs to these pieces: if the shop is at fault it goes back" in said(whole)
    assert "send them freight collect" in said(whole)
    assert "Of the shipping fee ¥7.15 belongs to these pieces" in said(some)
    assert "With this nothing of the order is left: the shipping fee of ¥8.00" in said(unsent)
    assert "freight collect" not in said(unsent)


@pytest.mark.parametrize(("reason", "payer"), [("damaged", "freight collect"), ("changed_mind", "the shopper")])
def test_the_case_says_who_pays_the_way_back(client, reason, payer):  # O7
    order = arrived()
    client.force_login(order.shopper)
    case = case_of(order, reason=reason, now=clock.now())

    page = client.get(url("case", case.public_id), headers={"accept-language": "en"}).content.decode()

    told = page.partition("the way back is paid by</dt><dd>")[2].partition("</dd>")[0]
    assert payer in told


def test_the_difference_to_a_fallen_price_stands_before_her_and_comes_at_a_press(client):  # O7
    order = arrived()
    line = order.lines.get()
    page, press = (url(name, order.public_id, line.pk) for name in ("ask", "protect"))
    client.force_login(order.shopper)
    assert client.get(page).context["protection"].difference == Money(0)
    Sku.objects.filter(pk=line.sku_id).update(price=2550)

    shown = client.get(page, headers={"accept-language": "en"}).content.decode()
    shown = " ".join(re.sub("<[^>]*>", "", shown).split())
    moved = client.post(press, {"difference": "1"}, follow=True)
    answer = client.post(press, {"difference": "750"}, follow=True)

    case = AfterSale.objects.get()
    assert "The difference of ¥7.50 goes back to you at once" in shown
    assert [str(said).count("¥7.50") for said in moved.context["messages"]] == [1]
    assert (case.kind, case.refund) == ("protect", Money(750))
    assert answer.redirect_chain[0][0] == url("case", case.public_id)
    assert "¥76.50" in re.sub("<[^>]*>", "", answer.content.decode())
