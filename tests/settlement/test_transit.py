"""S1: accounts that money only passes through, and the alarm when it lies there too long."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from mall import clock
from mall.events import deliver_everything
from mall.money import Money
from orders.cancellation import cancel_order
from orders.gateways import sandbox_bank
from orders.payments import start_payment
from orders.refunds import finish_refunds
from settlement.release import release_due_shares
from settlement.staff_queues import waiting
from settlement.tasks import watch_transit
from settlement.transit import in_transit, too_long
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.kinds import abroad_sku, importer
from tests.factories.merchants import shop
from tests.factories.settlement import asked, with_money
from tests.journeys import completed_order, in_process, paid_order, placed_group

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def lying() -> dict[str, tuple]:
    return {row.kind: (row.amount, row.since) for row in in_transit() if row.amount or row.since}


def test_an_order_lies_in_escrow_until_it_completes_and_its_share_until_it_is_released():
    paid = paid_order(now=NOON)
    done = completed_order(now=NOON + DAY)

    first = lying()
    release_due_shares(now=NOON + 30 * DAY)

    assert first["escrow"] == (paid.total, paid.paid_at)
    assert first["shop_pending"][1] == done.completed_at
    assert set(lying()) == {"escrow"}


def test_a_withdrawal_lies_there_until_the_bank_has_answered():
    place = shop()
    with_money(place, 100_000)
    withdrawal = asked(place, 20_000)

    assert lying()["shop_withdrawing"] == (Money(20_000), withdrawal.asked_at)


def test_duty_lies_there_until_it_is_paid_over():
    importer(buyer := shopper())
    order = completed_order(shopper=buyer, skus={abroad_sku(): 1})

    assert lying()["customs"] == (order.duty, order.completed_at)


def test_a_late_payment_lies_there_until_it_has_gone_back():
    group = placed_group(now=NOON)
    payment = start_payment(group=group, channel="sandbox", now=NOON)
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="late", now=NOON)
    cancel_order(order=group.orders.get(), reason="…", by=group.shopper, now=NOON)
    deliver_everything()
    later = NOON + timedelta(hours=2)
    sandbox_bank.settle_late_trades(now=later)
    sandbox_bank.deliver_notices(now=later, post=in_process(later))
    deliver_everything()

    before = lying()
    finish_refunds(now=later)
    deliver_everything()

    assert before["unclaimed"][0] == group.total
    assert "unclaimed" not in lying()


def test_the_alarm_rings_after_the_days_of_the_account_and_stands_in_the_queue(client):
    order = paid_order(now=clock.now() - 61 * DAY)
    order.refresh_from_db()
    clerk = staff()

    def queue() -> list[tuple]:
        with translation.override("en"):
            rows = waiting(clerk)
        return [(row.count, row.is_trouble) for row in rows if row.label == "Money on its way for too long"]

    on_time = too_long(now=order.paid_at + 60 * DAY)
    watch_transit()
    client.force_login(clerk)
    page = client.get(reverse("admin:settlement_transit"), headers={"accept-language": "en"})

    assert on_time == []
    assert queue() == [(1, True)]
    assert [row.kind for row, is_late in page.context_data["rows"] if is_late] == ["escrow"]
    assert page.content.decode().count("Too long") == 1
