"""C2: codes are handed out with the payment, once, and only their shopper sees them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from catalog.codes import add_codes, codes_for
from catalog.models import GoodsCode, Reservation
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.flow import WrongStatus
from orders.after_sales.asking import NotOffered, ask, kinds_for
from orders.cancellation import cancel_order
from orders.fulfillment import complete_delivered_orders, mark_delivered, ship_order
from orders.handing_over import hand_out_codes, show_codes
from orders.models import AfterSale, Order
from orders.payments import ask_about_payment
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.kinds import code_sku
from tests.journeys import paid_group, paid_order, pay, placed_group

pytestmark = pytest.mark.django_db


def test_paid_codes_are_handed_out_at_once_and_complete_by_the_usual_clock():
    key = code_sku(codes=3)

    order = paid_order(skus={key: 2})

    assert (order.status, order.shipped_at, order.delivered_at) == ("delivered", None, NOON)
    assert len(codes_for(order.public_id)) == 2
    assert list(order.steps.order_by("pk").values_list("kind", flat=True)) == ["placed", "paid", "delivered"]
    assert Reservation.objects.get(document=order.public_id).status == "consumed"
    assert complete_delivered_orders(now=NOON + timedelta(days=7)) == 1


def test_of_a_mixed_payment_the_codes_are_there_and_the_parcel_waits():
    group = paid_group(skus={sku(): 1, code_sku(): 1})

    assert set(group.orders.values_list("kind", "status")) == {("physical", "paid"), ("virtual", "delivered")}


def test_a_repeated_payment_hands_out_nothing_more():
    group = placed_group(skus={code_sku(codes=3): 1})
    pay(group)
    ask_about_payment(payment=group.payments.get(), now=NOON)

    assert GoodsCode.objects.filter(status="given").count() == 1


def test_an_unpaid_order_gives_its_codes_back():
    key = code_sku(codes=1)
    order = placed_group(skus={key: 1}).orders.get()

    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)

    assert paid_order(skus={key: 1}).status == "delivered"


def test_missing_codes_keep_the_payment_and_come_when_the_shop_brings_some():
    key = code_sku(codes=1)
    group = placed_group(skus={key: 1})
    GoodsCode.objects.all().delete()  # which nothing in the house does

    pay(group)

    order = group.orders.get()
    assert (order.status, group.payments.get().status) == ("booked", "succeeded")
    assert hand_out_codes(now=NOON) == 0
    add_codes(sku=key, codes=["LATE"], by=shopper(), now=NOON)
    assert hand_out_codes(now=NOON) == 1
    order.refresh_from_db()
    assert order.status == "delivered"


def test_an_order_of_codes_is_neither_shipped_nor_received_nor_canceled_once_they_are_out():
    order = paid_order(skus={code_sku(): 1})

    for call in (
        lambda: ship_order(order=order, carrier="sf", tracking_number="SF0000000000001", by=shopper(), now=NOON),
        lambda: mark_delivered(order=order, by=order.shopper, now=NOON),
        lambda: cancel_order(order=order, reason="…", by=order.shopper, now=NOON),
    ):
        with pytest.raises(WrongStatus):
            call()
    assert Order.objects.get(pk=order.pk).status == "delivered"


def test_its_shopper_sees_the_codes_each_look_is_on_the_record_and_no_mail_has_them(client):
    order = paid_order(skus={code_sku(): 1})
    deliver_everything()
    (code,) = codes_for(order.public_id)
    client.force_login(order.shopper)
    page = client.get(reverse("storefront:orders:detail", args=[order.public_id])).content.decode()
    shown = client.post(reverse("storefront:orders:codes", args=[order.public_id]))

    assert code.code.reveal() not in page
    assert code.code.reveal() in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    looks = AuditRecord.objects.filter(action="orders.show_codes", subject=order.public_id)
    assert [look.actor_id for look in looks] == [order.shopper.pk]
    assert not any(code.code.reveal() in letter.body for letter in mail.outbox)
    client.force_login(shopper())
    assert client.post(reverse("storefront:orders:codes", args=[order.public_id])).status_code == 404


def test_before_it_is_paid_there_is_nothing_to_see():
    order = placed_group(skus={code_sku(): 1}).orders.get()

    with pytest.raises(WrongStatus):
        show_codes(order=order, by=order.shopper, now=NOON)


def test_what_came_in_no_parcel_can_be_paid_back_but_neither_returned_nor_exchanged():  # O7
    order = paid_order(skus={code_sku(codes=2): 2})
    [line] = order.lines.all()

    assert kinds_for(order, NOON) == [AfterSale.Kind.REFUND]
    with pytest.raises(NotOffered):
        ask(line=line, kind="return", reason="other", quantity=1, text="…", by=order.shopper, now=NOON)
    case = ask(line=line, kind="refund", reason="other", quantity=1, text="…", by=order.shopper, now=NOON)
    assert case.asked == line.unit_price
