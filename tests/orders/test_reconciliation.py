"""O3, C6: a channel's bill of a day held against our books; each difference by its kind, and none invented."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from mall.flow import WrongStatus
from mall.money import Money
from orders.differences import (
    AnotherPersonConfirms,
    NotByHand,
    confirm_difference,
    note_difference,
    reopen_difference,
    resolve_difference,
    take_difference,
)
from orders.gateways.base import ChannelUnavailable
from orders.models import Bill, BilledMovement, Difference, Payment
from orders.reconciliation import compare_bill, fetch_bill, reconcile_bills
from orders.refunds import finish_refund
from orders.staff_queues import waiting
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.journeys import pay, placed_group
from tests.orders.gateways.paying import decide, started, tell, trade_of
from tests.orders.gateways.test_channels import canceled, paid

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOON.astimezone(ZoneInfo("Asia/Shanghai")).date()
TOMORROW = NOON + DAY


@pytest.fixture(autouse=True)
def _a_day_of_its_own(provider):
    provider.books.trades.clear()
    provider.dialects["stripe"]._first_answers.clear()


def bill_of(channel, day=TODAY):
    return Bill.objects.get_or_create(channel=channel, day=day)[0]


def compared(provider, channel, day=TODAY, now=TOMORROW):
    provider.books.clock = lambda: now
    return compare_bill(bill=bill_of(channel, day), now=now)


def found(**which):
    return set(Difference.objects.filter(**which).values_list("kind", "reference"))


def changed(provider, change):
    """The bill with what ``change`` makes of its lines; each line has an index."""
    provider.books.edit_bill = change


def test_a_bill_that_agrees_has_no_differences(provider, channel):
    first, _second = paid(provider, channel), paid(provider, channel)
    finish_refund(refund=canceled(first), now=NOON)

    bill = compared(provider, channel)

    assert (bill.status, bill.lines, bill.differing) == ("compared", 3, 0)
    assert not Difference.objects.exists()
    assert BilledMovement.objects.count() == 3


def test_the_sandboxs_bill_is_compared_as_well(provider):
    pay(placed_group())
    bill = compared(provider, "sandbox")
    assert (bill.lines, bill.differing) == (1, 0)


def test_each_kind_of_difference_is_told_apart(provider):  # C6
    same, amount, extra, twice, fee, currency, missing = (paid(provider, "wechat") for _ in range(7))
    unnoticed = decide(started("wechat"))
    provider.books.fail("wechat", "query", "error", times=1)  # so that it does not come right by itself

    def change(lines):
        for line in lines:
            if line.reference == missing.public_id:
                continue
            if line.reference == amount.public_id:
                line = replace(line, amount=line.amount + 1)
            if line.reference == extra.public_id:
                yield replace(line, reference="pay_of_nobody")
            if line.reference == fee.public_id:
                line = replace(line, fee=line.fee + 2)
            if line.reference == currency.public_id:
                line = replace(line, currency="USD")
            yield line
            if line.reference == twice.public_id:
                yield line

    changed(provider, lambda lines: list(change(lines)))
    bill = compared(provider, "wechat")

    assert found() == {
        ("amount", amount.public_id),
        ("missing_here", "pay_of_nobody"),
        ("duplicate", twice.public_id),
        ("fee", fee.public_id),
        ("currency", currency.public_id),
        ("missing_there", missing.public_id),
        ("status", unnoticed.public_id),
    }
    assert (bill.lines, bill.differing) == (9, 7)
    told = Difference.objects.get(kind="amount")
    assert (told.amount_here, told.there) == (amount.amount, amount.amount + Money(1))
    assert same.public_id not in {reference for _kind, reference in found()}


def test_money_of_another_day_is_late_and_settles_that_it_was_missed(provider, channel):
    on_time, late = paid(provider, channel), paid(provider, channel)
    changed(provider, lambda lines: [line for line in lines if line.reference == on_time.public_id])
    compared(provider, channel)
    assert found() == {("missing_there", late.public_id)}

    trade = trade_of(provider, late)
    changed(
        provider,
        lambda lines: [line for line in provider_lines(provider, channel) if line.reference == late.public_id],
    )
    bill = compared(provider, channel, TODAY + DAY, NOON + 2 * DAY)

    assert (bill.lines, bill.differing, trade.state) == (1, 1, "paid")
    assert set(Difference.objects.values_list("kind", "status", "resolution")) == {
        ("missing_there", "resolved", "by_itself"),
        ("late", "open", ""),
    }


def provider_lines(provider, channel):
    start = NOON - DAY
    return list(provider.books._movements(channel, start, NOON + 5 * DAY))


def test_the_same_line_on_a_second_days_bill_is_a_duplicate(provider, channel):
    payment = paid(provider, channel)
    compared(provider, channel)
    changed(provider, lambda lines: provider_lines(provider, channel))

    compared(provider, channel, TODAY + DAY, NOON + 2 * DAY)

    assert found() == {("duplicate", payment.public_id)}


def test_money_that_only_the_bill_knows_of_is_asked_about_and_comes_right(provider, channel):  # C3
    payment = decide(started(channel))
    Payment.objects.filter(pk=payment.pk).update(status="failed")  # what somebody had told us

    bill = compared(provider, channel)

    payment.refresh_from_db()
    assert (payment.status, bill.differing) == ("succeeded", 1)
    assert list(Difference.objects.values_list("kind", "status", "resolution")) == [("status", "resolved", "by_itself")]
    assert set(payment.group.orders.values_list("status", flat=True)) == {"paid"}


def test_comparing_again_changes_nothing(provider, channel):
    paid(provider, channel)
    changed(provider, lambda lines: [replace(line, amount=line.amount + 1) for line in lines])
    compared(provider, channel)

    compared(provider, channel)

    assert (Difference.objects.count(), BilledMovement.objects.count()) == (1, 1)


def test_the_nightly_task_catches_up_after_an_outage(provider):
    provider.books.fail("wechat", "bill", "error", times=1)
    paid(provider, "wechat")
    paid(provider, "alipay")
    now = NOON + 3 * DAY
    provider.books.clock = lambda: now

    first = reconcile_bills(now=now)
    again = reconcile_bills(now=now)

    # two channels and three days each: the last ones are empty
    assert (first, again) == ({"compared": 5, "waiting": 1}, {"compared": 1})
    assert not Difference.objects.exists()
    assert set(Bill.objects.values_list("status", flat=True)) == {"compared"}
    assert reconcile_bills(now=now) == {}


def test_before_ten_the_bill_of_yesterday_is_not_asked_for(provider):
    paid(provider, "alipay")
    early = NOON + DAY - timedelta(hours=3)
    provider.books.clock = lambda: early

    assert reconcile_bills(now=early) == {}
    assert not Bill.objects.exists()


def test_a_missing_bill_of_a_day_with_movements_waits_and_says_why(provider, in_english):
    payment = paid(provider, "alipay")
    changed(provider, lambda lines: [])

    with pytest.raises(ChannelUnavailable):
        compared(provider, "alipay")

    bill = Bill.objects.get()
    assert (bill.status, bill.trouble) == ("waiting", "The channel has no bill of this day.")
    changed(provider, lambda lines: lines)
    assert fetch_bill(bill=bill, by=staff(), now=TOMORROW).lines == 1
    with pytest.raises(WrongStatus):
        fetch_bill(bill=bill, by=staff(), now=TOMORROW)
    assert payment.status == "succeeded"


def difference(kind="amount"):
    return Difference.objects.create(
        bill=bill_of("sandbox"), kind=kind, movement="payment", reference="pay_x", amount_here=100, found_at=NOON
    )


def test_where_money_differs_two_people_resolve_it():
    one, first, second = difference(), staff(), staff()

    take_difference(difference=one, by=first, now=NOON)
    note_difference(difference=one, text="The bank says …", by=first, now=NOON)
    resolve_difference(difference=one, resolution="corrected_there", reason="paid back", by=first, now=NOON)
    with pytest.raises(AnotherPersonConfirms):
        confirm_difference(difference=one, by=first, now=NOON)
    done = confirm_difference(difference=one, by=second, now=NOON)

    assert (done.status, done.proposed_by, done.resolved_by, done.assigned_to) == ("resolved", first, second, first)
    assert [note.text for note in done.notes.all()] == ["The bank says …"]
    for verb in (take_difference, confirm_difference):
        with pytest.raises(WrongStatus):
            verb(difference=one, by=second, now=NOON)
    with pytest.raises(WrongStatus):
        resolve_difference(difference=one, resolution="explained", reason="x", by=first, now=NOON)


def test_a_late_line_or_a_fee_is_resolved_by_one():
    assert resolve_difference(
        difference=difference("fee"), resolution="explained", reason="new contract", by=staff(), now=NOON
    ).status == "resolved"  # fmt: skip
    with pytest.raises(NotByHand):
        resolve_difference(difference=difference("late"), resolution="by_itself", reason="x", by=staff(), now=NOON)


def test_who_does_not_agree_opens_it_again():
    one, first = difference(), staff()
    resolve_difference(difference=one, resolution="written_off", reason="small", by=first, now=NOON)

    again = reopen_difference(difference=one, reason="ask the bank first", by=staff(), now=NOON)

    assert (again.status, again.resolution, again.proposed_by) == ("open", "", None)
    assert [note.text for note in again.notes.all()] == ["ask the bank first"]


def test_the_database_keeps_it_as_well():
    one, person = difference(), staff()
    for facts in (
        {"status": "resolved"},
        {"status": "resolved", "resolution": "explained", "resolved_at": NOON, "reason": "x", "resolved_by": person},
        {
            "status": "resolved", "resolution": "explained", "resolved_at": NOON, "reason": "x",
            "resolved_by": person, "proposed_by": person,
        },
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Difference.objects.filter(pk=one.pk).update(**facts)


def test_differences_and_bills_that_do_not_come_wait_for_staff(client, in_english):
    difference()
    boss = staff()
    Bill.objects.create(channel="sandbox", day=NOON.date() - 30 * DAY)
    queues = {queue.label: queue.count for queue in waiting(boss)}
    assert (queues["Differences to channels' bills"], queues["Bills that do not come"]) == (1, 2)

    client.force_login(boss)
    page = client.get(reverse("admin:orders_difference_changelist"))
    assert page.status_code == 200
    assert shopper()


def test_a_deposits_payment_is_known_to_the_comparison(provider, client):
    from settlement.deposits import BOOKS
    from settlement.models import DepositPayment

    assert DepositPayment._meta.db_table in BOOKS
    tell(provider, "alipay")
    compared(provider, "sandbox")
    assert not Difference.objects.exists()
