"""What settlement hears is booked once, in whatever order and however often it is told."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from mall.events import deliver, deliver_everything
from mall.events.models import OutboxEvent, Receipt
from orders.cancellation import cancel_order
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.gateways import sandbox_bank
from orders.payments import start_payment
from orders.refunds import finish_refunds
from settlement.ledger import trial_balance
from settlement.models import Entry, Share
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories import number
from tests.journeys import in_process, paid_order, pay, placed_group

pytestmark = pytest.mark.django_db


def balances() -> dict[str, int]:
    return {row.kind: row.balance.minor for row in trial_balance() if row.balance}


def booked() -> list[tuple[str, str]]:
    return sorted(Entry.objects.values_list("kind", "ref"))


def completed_in_silence():
    """An order that was paid, shipped, received and completed while nobody delivered any event."""
    group = placed_group()
    pay(group)
    order = group.orders.get()
    ship_order(order=order, carrier="sf", tracking_number=f"SF{number():013d}", by=order.shopper, now=NOON)
    mark_delivered(order=order, by=order.shopper, now=NOON)
    return complete_order(order=order, now=NOON)


@pytest.mark.parametrize("names", list(permutations(["OrderPaid", "OrderCompleted"])), ids=" then ".join)
def test_paid_and_completed_may_come_in_any_order_and_twice(names):
    order = completed_in_silence()

    for name in (*names, *names):
        event = OutboxEvent.objects.get(name=name)
        deliver(event.pk)
        OutboxEvent.objects.filter(pk=event.pk).update(delivered_at=None)
        Receipt.objects.filter(event=event).delete()  # the key alone keeps it from being booked twice

    assert booked() == [("completed", order.public_id), ("paid", order.public_id)]
    assert Share.objects.count() == 1
    assert balances().get("escrow", 0) == 0
    deliver_everything()
    assert verify_ledger().ok


def test_the_money_of_a_canceled_order_leaves_escrow_when_it_has_gone_back():
    order = paid_order()
    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    deliver_everything()
    before = balances()

    finish_refunds(now=NOON)
    deliver_everything()

    total = order.total.minor
    assert (before, balances()) == ({"custodian": total, "escrow": -total}, {})
    assert booked() == [("paid", order.public_id), ("refunded", order.refunds.get().public_id)]
    assert verify_ledger().ok


def test_a_late_payment_is_nobodys_order_and_goes_back():
    group = placed_group()
    payment = start_payment(group=group, channel="sandbox", now=NOON)
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="late", now=NOON)
    cancel_order(order=group.orders.get(), reason="…", by=group.shopper, now=NOON)
    deliver_everything()
    later = NOON + timedelta(hours=2)
    sandbox_bank.settle_late_trades(now=later)
    sandbox_bank.deliver_notices(now=later, post=in_process(later))
    deliver_everything()
    before = balances()

    finish_refunds(now=later)
    deliver_everything()

    total = group.total.minor
    assert (before, balances()) == ({"custodian": total, "unclaimed": -total}, {})
    assert booked() == [("late", payment.public_id), ("late_returned", payment.refunds.get().public_id)]
    assert verify_ledger().ok


def test_a_listener_that_fails_books_nothing_and_is_told_again():
    order = completed_in_silence()
    event = OutboxEvent.objects.get(name="OrderCompleted")
    payload = event.payload
    OutboxEvent.objects.filter(pk=event.pk).update(payload={**payload, "order_id": "ord_nowhere"})

    with transaction.atomic():
        failed = deliver(event.pk)
    left = (failed, booked(), Share.objects.count())
    OutboxEvent.objects.filter(pk=event.pk).update(payload=payload)
    deliver_everything()

    assert left == (False, [], 0)
    assert booked() == [("completed", order.public_id), ("paid", order.public_id)]
