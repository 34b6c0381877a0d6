"""O3: whatever order messages come in, money is counted once and kept only for orders that still wait for it."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from catalog.models import Reservation
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.ids import new_id
from mall.money import Money
from orders.cancellation import cancel_order, close_unpaid_orders
from orders.gateways import UnknownChannel, channels, sandbox_bank
from orders.gateways.base import Answer, Standing
from orders.models import Order, OrderStep, Payment, PaymentNotice, Refund, SandboxNotice, SandboxRefund, SandboxTrade
from orders.payments import (
    NoticeRefused,
    NotPayable,
    WrongAmount,
    ask_about_payment,
    ask_about_payments,
    confirm_payment,
    payment_page_url,
    receive_notice,
    start_payment,
)
from orders.refunds import finish_refunds
from tests.conftest import NOON
from tests.factories.catalog import sku
from tests.journeys import in_process, paid_group, pay, placed_group

MINUTE = timedelta(minutes=1)


def started(**given):
    group = placed_group(**given)
    return start_payment(group=group, channel="sandbox", now=NOON)


def decided(outcome="success", **given):
    """A payment that ended at the bank; nobody has told the mall yet."""
    payment = started(**given)
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome=outcome, now=NOON)
    return payment


def message(payment, *, now=NOON, notice_id=None, **changed):
    """What the bank would send: headers and body, with whatever is changed before it is signed."""
    trade = SandboxTrade.objects.get(merchant_reference=payment.public_id)
    content = {
        "reference": payment.public_id,
        "trade": str(trade.token),
        "status": "paid",
        "amount": payment.amount.minor,
        "currency": payment.currency,
    }
    body = json.dumps({**content, **changed}).encode()
    return sandbox_bank.sign(notice_id or new_id("msg"), body, now), body


def hear(headers, body, now=NOON, channel="sandbox"):
    return receive_notice(channel=channel, headers=headers, body=body, now=now)


def statuses(group):
    return set(group.orders.values_list("status", flat=True))


def told(name):
    return [event.payload for event in OutboxEvent.objects.filter(name=name).order_by("pk")]


@pytest.mark.django_db
def test_a_signed_notice_pays_all_orders_of_the_group():
    payment = decided(skus={sku(price="10.00"): 1, sku(price="20.00"): 2})

    hear(*message(payment))

    payment.refresh_from_db()
    orders = list(payment.group.orders.order_by("pk"))
    assert (payment.status, payment.succeeded_at, payment.is_late) == ("succeeded", NOON, False)
    assert [(o.status, o.paid_at, o.due_at) for o in orders] == [("paid", NOON, None)] * 2
    assert list(OrderStep.objects.filter(kind="paid").values_list("order", "at", "by")) == [
        (order.pk, NOON, None) for order in orders
    ]
    assert told("OrderPaid") == [
        {
            "order_id": order.public_id,
            "group_id": payment.group.public_id,
            "payment_id": payment.public_id,
            "shop_id": order.shop.public_id,
            "shopper_id": order.shopper_id,
            "total": order.total.minor,
            "duty": 0,
            "by_cards": 0,
            "by_balance": 0,
            "deposit": 0,
            "kind": "physical",
            "deal": "",
            "currency": "CNY",
            "paid_at": NOON.isoformat(),
        }
        for order in orders
    ]
    assert set(Reservation.objects.values_list("status", flat=True)) == {"held"}


@pytest.mark.django_db
def test_the_banks_own_double_and_late_messages_change_nothing_twice():
    payment = decided()

    sandbox_bank.deliver_notices(now=NOON, post=in_process(NOON))

    assert list(SandboxNotice.objects.order_by("pk").values_list("status", "copies", "sent_at")) == [
        ("paid", 2, NOON),
        ("waiting", 1, NOON),
    ]
    assert list(PaymentNotice.objects.order_by("pk").values_list("payment", "outcome")) == [
        (payment.pk, "pending → succeeded"),
        (payment.pk, "waiting: known"),
    ]
    assert len(told("OrderPaid")) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"amount": 999}, "another amount or currency"),
        ({"currency": "USD"}, "another amount or currency"),
        ({"reference": "pay_of_nobody"}, "no such payment"),
        ({"amount": 10.0}, "not understood"),
        ({"amount": None}, "not understood"),
        ({"status": "rich"}, "not understood"),
    ],
)
def test_signed_messages_that_do_not_fit_are_refused(changed, why):
    payment = decided()

    with pytest.raises(NoticeRefused) as refused:
        hear(*message(payment, **changed))

    assert_refused(payment, refused, why)


@pytest.mark.django_db
@pytest.mark.parametrize("drift", [-timedelta(days=10), timedelta(seconds=-301), timedelta(seconds=301)])
def test_messages_outside_the_window_of_time_are_refused(drift):
    payment = decided()

    with pytest.raises(NoticeRefused) as refused:
        hear(*message(payment, now=NOON + drift))

    assert_refused(payment, refused, "outside the window of time")


@pytest.mark.django_db
@pytest.mark.parametrize("drift", [timedelta(seconds=-300), timedelta(seconds=300)])
def test_clocks_may_differ_by_five_minutes(drift):
    assert hear(*message(decided(), now=NOON + drift)).outcome == "pending → succeeded"


def spoil_body(headers, body):
    return headers, body.replace(b'"CNY"', b'"CNY" ')


def spoil_signature(headers, body):
    return {**headers, "webhook-signature": "v1a,AAAA" + headers["webhook-signature"][8:]}, body


def other_id(headers, body):
    return {**headers, "webhook-id": "msg_other"}, body


def other_time(headers, body):
    return {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, body


def nonsense_signature(headers, body):
    return {**headers, "webhook-signature": "v1a,%%% v1,abc nothing"}, body


def no_signature(headers, body):
    return {name: value for name, value in headers.items() if name != "webhook-signature"}, body


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", [spoil_body, spoil_signature, other_id, other_time, nonsense_signature, no_signature])
def test_messages_that_the_bank_did_not_sign_are_refused(spoil):
    payment = decided()

    with pytest.raises(NoticeRefused) as refused:
        hear(*spoil(*message(payment)))

    assert_refused(payment, refused, "wrong signature")


@pytest.mark.django_db
def test_a_message_without_an_id_or_of_another_channel_is_refused():
    payment = decided()
    headers, body = message(payment)

    with pytest.raises(NoticeRefused) as refused:
        hear({}, body)
    assert_refused(payment, refused, "no id, or too long")
    with pytest.raises(NoticeRefused):
        hear(headers, body, channel="goldbars")

    assert statuses(payment.group) == {"unpaid"}


def assert_refused(payment, refused, why):
    payment.refresh_from_db()
    assert (payment.status, statuses(payment.group)) == ("pending", {"unpaid"})
    assert not PaymentNotice.objects.exists() and not told("OrderPaid")
    record = AuditRecord.objects.get(action="orders.refuse_notice")
    assert (record.subject, record.after) == ("channel sandbox", {"why": why})
    assert why not in str(refused.value)


@pytest.mark.django_db
def test_a_bank_that_changes_its_key_may_send_two_signatures():
    headers, body = message(decided())
    headers["webhook-signature"] = "v1a,AAAA " + headers["webhook-signature"]

    assert hear(headers, body).outcome == "pending → succeeded"


@pytest.mark.django_db
@pytest.mark.parametrize(("outcome", "status"), [("failure", "failed"), ("cancel", "closed")])
def test_after_a_failed_attempt_the_next_may_succeed(outcome, status):
    group = placed_group()

    first, second = pay(group, outcome=outcome), pay(group)

    assert (first.status, second.status) == (status, "succeeded")
    assert statuses(group) == {"paid"}


@pytest.mark.django_db
def test_a_failure_told_after_the_success_changes_nothing():
    payment = decided()
    hear(*message(payment))

    hear(*message(payment, status="failed"))
    hear(*message(payment, status="closed"))

    payment.refresh_from_db()
    assert (payment.status, statuses(payment.group)) == ("succeeded", {"paid"})


@pytest.mark.django_db
def test_a_success_told_after_the_failure_is_real_money():
    payment = decided()
    hear(*message(payment, status="failed"))

    hear(*message(payment))

    payment.refresh_from_db()
    assert (payment.status, payment.is_late, statuses(payment.group)) == ("succeeded", False, {"paid"})


@pytest.mark.django_db
def test_starting_again_goes_on_with_the_open_attempt():
    payment = started()

    again = start_payment(group=payment.group, channel="sandbox", now=NOON)

    assert again == payment
    assert payment_page_url(payment).endswith(f"{sandbox_bank.token_of(payment.public_id)}/")
    assert SandboxTrade.objects.count() == 1


@pytest.mark.django_db
def test_an_attempt_that_ended_untold_is_learnt_of_when_paying_again():
    failed = decided("failure")
    second = start_payment(group=failed.group, channel="sandbox", now=NOON)
    failed.refresh_from_db()
    assert (failed.status, second.status) == ("failed", "pending")

    paid = decided()
    with pytest.raises(NotPayable):
        start_payment(group=paid.group, channel="sandbox", now=NOON)
    assert statuses(paid.group) == {"paid"}


@pytest.mark.django_db
def test_what_is_paid_closed_or_over_time_is_not_payable():
    paid, canceled, late = paid_group(), placed_group(), placed_group()
    cancel_order(order=canceled.orders.get(), reason="…", now=NOON)

    for group, now in [(paid, NOON), (canceled, NOON), (late, NOON + 31 * MINUTE)]:
        with pytest.raises(NotPayable):
            start_payment(group=group, channel="sandbox", now=now)
    with pytest.raises(UnknownChannel):
        start_payment(group=late, channel="goldbars", now=NOON)

    assert [channel.code for channel in channels()] == ["sandbox"]


@pytest.mark.django_db
def test_a_payment_whose_notice_got_lost_is_asked_about():
    paid, failed, open_ = decided(), decided("failure"), started()

    assert ask_about_payments(now=NOON + MINUTE) == {}
    assert ask_about_payments(now=NOON + 2 * MINUTE) == {"succeeded": 1, "failed": 1, "pending": 1}
    assert ask_about_payments(now=NOON + 3 * MINUTE) == {}

    assert [statuses(payment.group) for payment in (paid, failed, open_)] == [{"paid"}, {"unpaid"}, {"unpaid"}]
    hear(*message(paid))
    assert len(told("OrderPaid")) == 1


@pytest.mark.django_db
def test_confirming_another_amount_is_refused():
    payment = started()

    with pytest.raises(WrongAmount):
        confirm_payment(payment=payment, answer=Answer(Standing.SUCCEEDED, Money(1), "x"), now=NOON)

    assert statuses(payment.group) == {"unpaid"}


@pytest.mark.django_db
def test_money_that_comes_after_closing_goes_back_and_the_order_stays_canceled():  # O3
    late = NOON + 31 * MINUTE
    payment = decided("late")
    close_unpaid_orders(now=NOON + 30 * MINUTE)
    payment.refresh_from_db()
    assert payment.status == "pending"  # money on its way cannot be stopped

    assert sandbox_bank.settle_late_trades(now=late) == 1
    sandbox_bank.deliver_notices(now=late, post=in_process(late))
    finish_refunds(now=late)
    finish_refunds(now=late + 5 * MINUTE)
    deliver_everything()

    payment.refresh_from_db()
    refund = Refund.objects.get()
    assert (payment.status, payment.is_late, statuses(payment.group)) == ("succeeded", True, {"canceled"})
    assert (refund.payment, refund.order, refund.amount, refund.status) == (
        payment, None, payment.amount, "succeeded",
    )  # fmt: skip
    assert not told("OrderPaid")
    assert [event["amount"] for event in told("LatePaymentReceived")] == [payment.amount.minor]
    assert [(event["order_id"], event["shop_id"]) for event in told("PaymentRefunded")] == [("", "")]
    assert SandboxRefund.objects.get().amount_minor == payment.amount.minor
    assert set(Reservation.objects.values_list("status", flat=True)) == {"released"}


@pytest.mark.django_db
def test_a_second_success_for_one_group_goes_back():
    group = placed_group()
    first = start_payment(group=group, channel="sandbox", now=NOON)
    hear(*message(first, status="failed"))
    second = pay(group)

    hear(*message(first))
    finish_refunds(now=NOON)

    first.refresh_from_db()
    assert (first.status, first.is_late, second.is_late, statuses(group)) == ("succeeded", True, False, {"paid"})
    assert Refund.objects.get().payment == first


@pytest.mark.django_db
def test_closing_takes_no_more_money_at_the_bank():
    payment = started()

    close_unpaid_orders(now=NOON + 30 * MINUTE)

    payment.refresh_from_db()
    trade = SandboxTrade.objects.get()
    assert (payment.status, trade.status) == ("closed", "closed")
    sandbox_bank.decide(token=trade.token, outcome="success", now=NOON + 30 * MINUTE)
    trade.refresh_from_db()
    assert trade.status == "closed"


@pytest.mark.django_db
def test_asking_after_the_group_needs_no_money_closes_the_attempt():
    payment = started()
    cancel_order(order=payment.group.orders.get(), reason="…", now=NOON)

    asked = ask_about_payment(payment=payment, now=NOON)

    assert asked.status == "closed"


@pytest.mark.django_db
def test_the_bank_repeats_itself_until_it_is_heard():
    payment = decided("failure")
    answers = iter([500, 0, 200])
    moments = []

    for minutes in range(4):
        now = NOON + minutes * MINUTE
        sandbox_bank.deliver_notices(now=now, post=lambda *_message, now=now: moments.append(now) or next(answers))

    assert moments == [NOON, NOON + MINUTE, NOON + 2 * MINUTE]
    notice = SandboxNotice.objects.get(trade__merchant_reference=payment.public_id)
    assert (notice.attempts, notice.sent_at) == (3, NOON + 2 * MINUTE)


@pytest.mark.django_db
def test_the_bank_sends_no_more_money_back_than_came():
    payment = pay(placed_group())

    def send(reference, minor):
        return sandbox_bank.refund_trade(
            merchant_reference=payment.public_id, refund_reference=reference, amount=Money(minor), now=NOON
        )

    assert send("ref_1", 400) and send("ref_1", 400)
    with pytest.raises(ValueError):
        send("ref_2", payment.amount.minor - 399)
    assert send("ref_2", payment.amount.minor - 400)


def at_once(calls, threads):
    def run(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, calls))


def test_sixteen_copies_in_any_order_pay_once(committed_db):  # O3
    payment = decided(skus={sku(): 1, sku(): 1})
    copies = [message(payment, notice_id=f"msg_{number % 4}") for number in range(13)]
    copies += [message(payment, status=status) for status in ("waiting", "failed", "closed")]
    random.Random(7).shuffle(copies)

    at_once([lambda copy=copy: hear(*copy) for copy in copies], threads=16)

    payment.refresh_from_db()
    assert (payment.status, payment.is_late, statuses(payment.group)) == ("succeeded", False, {"paid"})
    assert len(told("OrderPaid")) == 2
    assert OrderStep.objects.filter(kind="paid").count() == 2
    assert not Refund.objects.exists()


def test_paying_and_closing_at_once_ends_in_one_of_two_ways(committed_db):
    now = NOON + 30 * MINUTE
    payments = [decided() for _number in range(30)]

    at_once(
        [
            call
            for payment in payments
            for call in (
                lambda payment=payment: hear(*message(payment, now=now), now=now),
                lambda: close_unpaid_orders(now=now),
            )
        ],
        threads=8,
    )
    close_unpaid_orders(now=now)

    held = dict(Reservation.objects.values_list("document", "status"))
    for payment in Payment.objects.select_related("group"):
        order = payment.group.orders.get()
        assert (order.status, payment.is_late, held[order.public_id], payment.refunds.count()) in {
            ("paid", False, "held", 0),
            ("canceled", True, "released", 1),
        }
        assert payment.status == "succeeded"
    assert Order.objects.count() == 30
