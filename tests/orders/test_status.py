"""
F6: every status of orders, payments, refunds and parcels against every verb and whoever takes it. Each either moves the
row, or is refused and nothing happens; and the database lets a status follow another only where the map does.

What the table of after-sales says is walked by ``after_sales/test_table.py``.
"""

from collections.abc import Callable
from copy import copy
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from catalog.models import GoodsCode
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.ids import new_id
from mall.money import Money
from orders import cancellation, fulfillment, payments, refunds
from orders.after_sales.cases import AfterSaleOpen
from orders.carriers import Scan
from orders.cart import add_to_cart
from orders.checkout import place_order
from orders.gateways.base import Answer, Standing
from orders.handing_over import hand_out_codes
from orders.models import Order, Parcel, Payment, Refund, Voucher
from orders.payments import NotPayable, WrongAmount
from orders.tracking import note_scans, send_again
from orders.vouchers import VoucherInvalid, VoucherUsed, use_voucher
from tests import journeys
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import address, staff
from tests.factories.accounts import shopper as a_shopper
from tests.factories.kinds import code_sku, service_sku, slot_of
from tests.orders import presales

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + 90 * DAY  # whatever the clock waits for is over
REFUSALS = (WrongStatus, NotPayable, AfterSaleOpen, VoucherInvalid, VoucherUsed, WrongAmount)


class _TakenBack(Exception):
    pass


def came_of(act: Callable[[], object], read: Callable[[], object]):
    """What the row reads after somebody acted; ``None`` when that was refused or changed nothing. It is taken back."""
    before = read()
    try:
        with transaction.atomic():
            act()
            after = read()
            raise _TakenBack
    except _TakenBack:
        return None if after == before else after
    except REFUSALS:
        assert read() == before
        return None


# Orders


def booked_codes():
    """Paid, and not handed over: the codes are gone, as they never are."""
    group = journeys.placed_group(skus={code_sku(): 1})
    GoodsCode.objects.all().delete()
    journeys.pay(group)
    return group.orders.get()


def booked_service():
    """An appointment that nobody has kept yet."""
    one, me = service_sku(), a_shopper()
    address(me)
    add_to_cart(shopper=me, sku=one.public_id, quantity=1, slot=slot_of(one).public_id, now=NOON)
    group = place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.get(), now=NOON)
    journeys.pay(group)
    return group.orders.get()


def order_with_a_deposit():
    """Its deposit is paid, and the rest can be."""
    order = presales.deposit_paid()
    Order.objects.update(balance_from=NOON)
    return order


ORDERS = {
    "unpaid": journeys.placed_order,
    "deposit_paid": order_with_a_deposit,
    "paid": journeys.paid_order,
    "booked": booked_codes,
    "booked service": booked_service,
    "shipped": journeys.shipped_order,
    "delivered": journeys.delivered_order,
    "completed": journeys.completed_order,
    "canceled": journeys.canceled_order,
}


def use_code(order):
    voucher = Voucher.objects.filter(line__order=order).select_related("line__slot").first()
    if voucher is None:
        raise WrongStatus("has none")
    use_voucher(shop=order.shop, code=voucher.shown, by=staff(), now=voucher.line.slot.starts_at)


def cancel(order, by, **given):
    cancellation.cancel_order(order=order, reason="…", by=by, now=NOON, **given)


ORDER_VERBS = {
    ("shopper", "pays"): lambda order: journeys.pay(order.group),
    ("shopper", "cancels"): lambda order: cancel(order, order.shopper),
    ("shopper", "cancels and leaves the deposit"): lambda order: cancel(order, order.shopper, leaves_deposit=True),
    ("shopper", "confirms receipt"): lambda order: fulfillment.mark_delivered(order=order, by=order.shopper, now=NOON),
    ("shopper", "puts its completion off"): lambda order: fulfillment.extend_completion(
        order=order, by=order.shopper, now=NOON
    ),
    ("shop", "ships"): lambda order: fulfillment.ship_order(
        order=order, carrier="sf", tracking_number="SF9999999999999", by=staff(), now=NOON
    ),
    ("shop", "cancels"): lambda order: cancellation.cancel_paid_order(order=order, reason="…", by=staff(), now=NOON),
    ("shop", "uses the code"): use_code,
    ("staff", "cancels"): lambda order: cancel(order, staff()),
    ("carrier", "delivers"): lambda order: [
        note_scans(parcel=one, scans=[Scan(key="s", kind="signed", place="杭州", at=NOON)], now=NOON)
        for one in order.parcels.all()
    ],
    ("clock", "closes what is unpaid"): lambda order: cancellation.close_unpaid_orders(now=LATER),
    ("clock", "keeps the deposit"): lambda order: cancellation.keep_deposit_of_missed_order(
        order_id=order.pk, now=LATER
    ),
    ("clock", "hands out codes"): lambda order: hand_out_codes(now=LATER),
    ("clock", "cancels missed appointments"): lambda order: cancellation.cancel_missed_appointments(now=LATER),
    ("clock", "delivers"): lambda order: fulfillment.deliver_shipped_orders(now=LATER),
    ("clock", "completes"): lambda order: fulfillment.complete_delivered_orders(now=LATER),
    ("clock", "completes one"): lambda order: fulfillment.complete_order(order=order, now=LATER),
}
ORDER_MOVES = {
    "unpaid": {
        ("shopper", "pays"): "paid",
        ("shopper", "cancels"): "canceled",
        ("shopper", "cancels and leaves the deposit"): "canceled",
        ("staff", "cancels"): "canceled",
        ("clock", "closes what is unpaid"): "canceled",
    },
    "deposit_paid": {
        ("shopper", "pays"): "paid",
        ("shopper", "cancels and leaves the deposit"): "canceled",
        ("shop", "cancels"): "canceled",
        ("staff", "cancels"): "canceled",
        ("clock", "keeps the deposit"): "canceled",
    },
    "paid": {
        ("shop", "ships"): "shipped",
        ("shopper", "cancels"): "canceled",
        ("shopper", "cancels and leaves the deposit"): "canceled",
        ("shop", "cancels"): "canceled",
        ("staff", "cancels"): "canceled",
    },
    "booked": {
        ("shopper", "cancels"): "canceled",
        ("shopper", "cancels and leaves the deposit"): "canceled",
        ("shop", "cancels"): "canceled",
        ("staff", "cancels"): "canceled",
    },
    "booked service": {
        ("shopper", "cancels"): "canceled",
        ("shopper", "cancels and leaves the deposit"): "canceled",
        ("shop", "cancels"): "canceled",
        ("shop", "uses the code"): "delivered",
        ("staff", "cancels"): "canceled",
        ("clock", "cancels missed appointments"): "canceled",
    },
    "shipped": {
        ("shopper", "confirms receipt"): "delivered",
        ("carrier", "delivers"): "delivered",
        ("clock", "delivers"): "delivered",
    },
    "delivered": {
        ("shopper", "puts its completion off"): "delivered",
        ("clock", "completes"): "completed",
        ("clock", "completes one"): "completed",
    },
    "completed": {},
    "canceled": {},
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ORDERS)
def test_every_verb_of_everybody_moves_the_order_or_is_refused(name):  # F6, O5
    order = ORDERS[name]()

    def read():
        row = Order.objects.get(pk=order.pk)
        return row.status, row.steps.count(), OutboxEvent.objects.filter(name__startswith="Order").count()

    assert read()[0] == name.partition(" ")[0]
    for (who, verb), act in ORDER_VERBS.items():
        fresh = Order.objects.select_related("group", "shop", "shopper").get(pk=order.pk)
        came = came_of(lambda act=act, fresh=fresh: act(fresh), read)
        assert (came and came[0]) == ORDER_MOVES[name].get((who, verb)), (name, who, verb)


def test_every_status_of_an_order_is_in_the_table():
    assert {name.partition(" ")[0] for name in ORDERS} == set(Order.Status.values)
    assert {key for moves in ORDER_MOVES.values() for key in moves} <= set(ORDER_VERBS)
    for name, moves in ORDER_MOVES.items():
        status = name.partition(" ")[0]
        assert set(moves.values()) <= {status, *Order.FLOW.steps[status]}


# Payments and refunds

PAYMENTS = {
    "pending": lambda: payments.start_payment(group=journeys.placed_group(), channel="sandbox", now=NOON),
    "succeeded": lambda: journeys.pay(journeys.placed_group()),
    "failed": lambda: journeys.pay(journeys.placed_group(), outcome="failure"),
    "closed": lambda: journeys.pay(journeys.placed_group(), outcome="cancel"),
}


def comes(payment, amount=None):
    answer = Answer(Standing.SUCCEEDED, amount or payment.amount, "trade")
    return payments.confirm_payment(payment=payment, answer=answer, now=NOON)


PAYMENT_VERBS = {
    ("channel", "the money came"): comes,
    ("channel", "other money came"): lambda payment: comes(payment, payment.amount + Money(1)),
    ("channel", "it failed"): lambda payment: payments.end_payment(payment=payment, standing=Standing.FAILED),
    ("channel", "it was closed"): lambda payment: payments.end_payment(payment=payment, standing=Standing.CLOSED),
    ("shopper", "pays again"): lambda payment: payments.start_payment(group=payment.group, channel="sandbox", now=NOON),
    ("shopper", "cancels"): lambda payment: cancel(payment.group.orders.get(), payment.group.shopper),
    ("staff", "ask the channel"): lambda payment: payments.ask_channel(payment=payment, by=staff(), now=NOON + HOUR),
    ("clock", "asks the channel"): lambda payment: payments.ask_about_payments(now=NOON + timedelta(minutes=5)),
    ("clock", "closes what is unpaid"): lambda payment: cancellation.close_unpaid_orders(now=LATER),
}
PAYMENT_MOVES = {
    "pending": {
        ("channel", "the money came"): "succeeded",
        ("channel", "it failed"): "failed",
        ("channel", "it was closed"): "closed",
        ("staff", "ask the channel"): "closed",  # an hour later its time is over
        ("clock", "closes what is unpaid"): "closed",
    },
    "failed": {("channel", "the money came"): "succeeded"},
    "closed": {("channel", "the money came"): "succeeded"},
    "succeeded": {},
}
REFUND_VERBS = {
    ("clock", "sends it"): lambda refund: refunds.finish_refunds(now=LATER),
    ("clock", "sends this one"): lambda refund: refunds.finish_refund(refund=refund, now=LATER),
    ("staff", "send it again"): lambda refund: refunds.retry_refund(refund=refund, by=staff(), now=LATER),
    ("channel", "tells of the payment again"): lambda refund: comes(refund.payment),
}
REFUND_MOVES = {
    "asked": {
        ("clock", "sends it"): "succeeded",
        ("clock", "sends this one"): "succeeded",
        ("staff", "send it again"): "succeeded",
    },
    "succeeded": {},
}


@pytest.mark.django_db
@pytest.mark.parametrize("status", PAYMENTS)
def test_every_verb_of_everybody_moves_the_payment_or_is_refused(status):  # F6, O3
    payment = PAYMENTS[status]()
    for (who, verb), act in PAYMENT_VERBS.items():
        fresh = Payment.objects.select_related("group__shopper").get(pk=payment.pk)
        came = came_of(
            lambda act=act, fresh=fresh: act(fresh), lambda: Payment.objects.values_list("status").get(pk=payment.pk)
        )
        assert (came and came[0]) == PAYMENT_MOVES[status].get((who, verb)), (status, who, verb)


def a_refund() -> Refund:
    order = journeys.paid_order()
    cancel(order, order.shopper)
    deliver_everything()
    return Refund.objects.get()


@pytest.mark.django_db
def test_every_verb_of_everybody_moves_the_refund_or_is_refused():  # F6, O3
    refund = a_refund()
    for status in ("asked", "succeeded"):
        for (who, verb), act in REFUND_VERBS.items():
            fresh = Refund.objects.select_related("payment").get(pk=refund.pk)
            came = came_of(
                lambda act=act, fresh=fresh: act(fresh), lambda: Refund.objects.values_list("status").get(pk=refund.pk)
            )
            assert (came and came[0]) == REFUND_MOVES[status].get((who, verb)), (status, who, verb)
        refunds.finish_refunds(now=LATER)


def test_every_status_of_payments_and_refunds_is_in_the_table():
    assert set(PAYMENTS) == set(PAYMENT_MOVES) == set(Payment.Status.values)
    assert set(REFUND_MOVES) == set(Refund.Status.values)


# Parcels: no status, two moments and what was sent again


def standing(parcel) -> str:
    parcel = Parcel.objects.get(pk=parcel.pk)
    if parcel.delivered_at:
        return "delivered"
    if parcel.returned_at:
        return "sent again" if Parcel.objects.filter(replaces=parcel).exists() else "came back"
    return "moving"


def scan(parcel, kind):
    key = f"{kind} {number()}"
    note_scans(parcel=parcel, scans=[Scan(key=key, kind=kind, place="杭州", at=NOON)], now=NOON)


PARCEL_VERBS = {
    ("carrier", "has it signed for"): lambda parcel: scan(parcel, "signed"),
    ("carrier", "brings it back"): lambda parcel: scan(parcel, "back"),
    ("carrier", "drives on"): lambda parcel: scan(parcel, "on_the_way"),
    ("shop", "sends it again"): lambda parcel: send_again(parcel=parcel, carrier="sandbox", by=staff(), now=NOON),
    ("shopper", "confirms receipt"): lambda parcel: fulfillment.mark_delivered(
        order=parcel.order, by=parcel.order.shopper, now=NOON
    ),
    ("clock", "delivers"): lambda parcel: fulfillment.deliver_shipped_orders(now=LATER),
}
PARCEL_MOVES = {
    "moving": {
        ("carrier", "has it signed for"): "delivered",
        ("carrier", "brings it back"): "came back",
        ("shopper", "confirms receipt"): "delivered",
        ("clock", "delivers"): "delivered",
    },
    "delivered": {},
    "came back": {("shop", "sends it again"): "sent again"},
    "sent again": {},
}


@pytest.mark.django_db
@pytest.mark.parametrize("start", PARCEL_MOVES)
def test_every_verb_of_everybody_moves_the_parcel_or_is_refused(start):  # F6, O6
    parcel = journeys.shipped_order().parcels.get()
    if start == "delivered":
        scan(parcel, "signed")
    elif start != "moving":
        scan(parcel, "back")
    if start == "sent again":
        send_again(parcel=parcel, carrier="sandbox", by=staff(), now=NOON)
    assert standing(parcel) == start
    for (who, verb), act in PARCEL_VERBS.items():
        fresh = Parcel.objects.select_related("order__shopper").get(pk=parcel.pk)
        came = came_of(lambda act=act, fresh=fresh: act(fresh), lambda: standing(parcel))
        assert came == PARCEL_MOVES[start].get((who, verb)), (start, who, verb)


# The database


def clone(row, status, **facts):
    """Another row like this one that stands in this status: written, not moved."""
    prefix = row.public_id.partition("_")[0]
    row.pk, row.public_id, row._state.adding = None, new_id(prefix), True
    for name, value in {"status": status, **facts}.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def lets(row, **facts) -> bool:
    try:
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**facts)
            raise _TakenBack
    except _TakenBack:
        return True
    except IntegrityError:
        return False


ORDER_MOMENTS = {
    f"{name}_at": NOON for name in ("deposit_paid", "paid", "shipped", "delivered", "completed", "canceled")
}


@pytest.mark.django_db
def test_the_database_lets_no_status_follow_another_but_by_the_map():  # F6
    order = order_with_a_deposit()
    payment = Payment.objects.get()
    refund = a_refund()
    Refund.objects.filter(pk=refund.pk).delete()  # one for each order: it would stand in the way of another
    for row, facts in (
        (order, ORDER_MOMENTS),
        (payment, {"succeeded_at": NOON, "is_late": True}),
        (refund, {"refunded_at": NOON}),
    ):
        kind = type(row)
        for start, end in product(kind.Status, kind.Status):
            with transaction.atomic():
                one = clone(copy(row), start, **facts)
                assert lets(one, status=end) is (start == end or end in kind.FLOW.steps[start]), (kind, start, end)
                transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_database_lets_no_parcel_end_twice():  # F6
    parcel = journeys.shipped_order().parcels.get()
    assert lets(parcel, delivered_at=NOON) and lets(parcel, returned_at=NOON)
    assert not lets(parcel, delivered_at=NOON, returned_at=NOON)
    for ended in ("delivered_at", "returned_at"):
        with transaction.atomic():
            Parcel.objects.filter(pk=parcel.pk).update(**{ended: NOON})
            for change in ({ended: None}, {ended: LATER}, {"delivered_at": NOON, "returned_at": NOON}):
                assert not lets(parcel, **change), (ended, change)
            assert not lets(parcel, **{ended: None, ({"delivered_at", "returned_at"} - {ended}).pop(): NOON})
            assert lets(parcel, look_at=NOON)
            transaction.set_rollback(True)
