"""C2, S1: duty is owed to customs from the payment on, goes back with the goods, and is never the shop's: each fen."""

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils import translation

from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from orders.after_sales.answering import agree
from orders.after_sales.asking import ask
from orders.cancellation import cancel_order
from orders.models import Refund
from orders.refunds import finish_refunds
from settlement.duty import NothingOwed, RemittanceWaits, discard_duty, draw_up_duty, pay_duty
from settlement.ledger import trial_balance
from settlement.models import DutyRemittance, Entry, Posting, Share
from settlement.verification import verify_ledger
from settlement.withdrawals import AnotherPersonDecides
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category
from tests.factories.kinds import abroad_sku, importer
from tests.journeys import completed_order, paid_order

pytestmark = pytest.mark.django_db


def buyer():
    me = shopper()
    importer(me)
    return me


def balances() -> dict[str, int]:
    rows = Posting.objects.values("account__kind").annotate(sum=Sum("amount")).order_by()
    return {row["account__kind"]: int(row["sum"]) for row in rows if row["sum"]}


def refund_of(order, quantity, amount=None):
    case = ask(
        line=order.lines.get(), kind="refund", reason="damaged", quantity=quantity, text="…", amount=amount,
        by=order.shopper, now=NOON,
    )  # fmt: skip
    agree(case=case, by=shopper(), now=NOON)
    deliver_everything()
    finish_refunds(now=NOON)
    deliver_everything()
    case.refresh_from_db()
    return case


def cream(price="100.00"):
    return abroad_sku(price=price, category=category(commission_bps=500))


def test_duty_is_told_apart_when_paid_and_no_part_of_commission_or_share():
    order = completed_order(shopper=buyer(), skus={cream(): 3})

    assert balances() == {"custodian": 32_730, "customs": -2_730, "shop_pending": -28_500, "commission": -1_500}
    share = Share.objects.get()
    assert (share.gross, share.commission, share.net) == (Money(30_000), Money(1_500), Money(28_500))
    assert (order.total, verify_ledger().faults) == (Money(32_730), [])


def test_a_canceled_order_gives_all_of_it_back():
    order = paid_order(shopper=buyer(), skus={cream(): 3})
    assert balances() == {"custodian": 32_730, "customs": -2_730, "escrow": -30_000}

    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    deliver_everything()
    finish_refunds(now=NOON)
    deliver_everything()

    assert balances() == {}
    assert (Refund.objects.get().duty, verify_ledger().faults) == (Money(2_730), [])


def test_parts_that_go_back_before_completion_take_their_duty_along_to_the_fen():
    order = paid_order(shopper=buyer(), skus={cream("33.33"): 3})  # 99.99 and a duty of 9.10
    first = refund_of(order, 1)
    assert (first.refund_goods, first.refund_duty, first.refund) == (Money(3_333), Money(303), Money(3_636))
    assert balances() == {"custodian": 7_273, "customs": -607, "escrow": -6_666}
    assert verify_ledger().faults == []

    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    deliver_everything()
    finish_refunds(now=NOON)
    deliver_everything()
    assert balances() == {} and verify_ledger().faults == []


def test_after_completion_refunds_in_parts_leave_nothing_behind():
    order = completed_order(shopper=buyer(), skus={cream("33.33"): 3})
    seen = [refund_of(order, 1, Money(1_000)).refund_duty]
    assert balances() == {
        "custodian": 10_909 - 1_091, "customs": -819, "shop_pending": -(9_999 - 1_000) + 450, "commission": -450,
    }  # fmt: skip
    seen += [refund_of(order, 1).refund_duty, refund_of(order, 1).refund_duty]

    order.refresh_from_db()
    assert seen == [Money(91), Money(303), Money(303)]
    # 23.33 of the goods were kept, with their part of the duty: 2.13.
    assert (balances()["customs"], order.lines.get().refunded_duty) == (-213, Money(697))
    assert verify_ledger().faults == []


def test_duty_is_drawn_up_by_one_person_and_paid_over_by_another():
    completed_order(shopper=buyer(), skus={cream(): 3})
    paid_order(shopper=buyer(), skus={cream(): 1})  # not completed: waits
    before = sum(row.balance.minor for row in trial_balance())
    clerk, boss = staff(), staff()

    remittance = draw_up_duty(by=clerk, now=NOON)
    assert (remittance.amount, remittance.count) == (Money(2_730), 1)
    with pytest.raises(RemittanceWaits):
        draw_up_duty(by=boss, now=NOON)
    with pytest.raises(AnotherPersonDecides):
        pay_duty(remittance=remittance, reference="R1", by=clerk, now=NOON)
    assert balances()["customs"] == -(2_730 + 910)

    pay_duty(remittance=remittance, reference="R1", by=boss, now=NOON)
    with pytest.raises(WrongStatus):
        pay_duty(remittance=remittance, reference="R1", by=boss, now=NOON)
    assert (balances()["customs"], Entry.objects.filter(kind="duty_paid").count()) == (-910, 1)
    assert (before, sum(row.balance.minor for row in trial_balance()), verify_ledger().faults) == (0, 0, [])
    with pytest.raises(NothingOwed):
        draw_up_duty(by=clerk, now=NOON)


def test_what_goes_back_after_it_was_paid_over_lowers_the_next_remittance():
    order = completed_order(shopper=buyer(), skus={cream(): 3})
    remittance = draw_up_duty(by=staff(), now=NOON)
    pay_duty(remittance=remittance, reference="R1", by=staff(), now=NOON)
    refund_of(order, 1)
    assert (balances()["customs"], verify_ledger().faults) == (910, [])  # the State's debt to the mall
    with pytest.raises(NothingOwed):
        draw_up_duty(by=staff(), now=NOON)

    other = completed_order(shopper=buyer(), skus={cream(): 2})
    second = draw_up_duty(by=staff(), now=NOON)
    assert {line.order_public_id: line.amount for line in second.lines.all()} == {
        order.public_id: Money(-910), other.public_id: Money(1_820),
    }  # fmt: skip
    assert second.amount == Money(910)
    discard_duty(remittance=second, by=staff(), now=NOON)
    third = draw_up_duty(by=staff(), now=NOON)
    refund_of(other, 1)
    with pytest.raises(NothingOwed, match="Discard"), translation.override("en"):
        pay_duty(remittance=third, reference="R2", by=staff(), now=NOON)
    assert DutyRemittance.objects.get(pk=third.pk).status == "drawn"
    assert verify_ledger().faults == []


def test_the_check_finds_a_remittance_whose_lines_say_otherwise():
    completed_order(shopper=buyer(), skus={cream(): 1})
    remittance = draw_up_duty(by=staff(), now=NOON)
    pay_duty(remittance=remittance, reference="R1", by=staff(), now=NOON)
    remittance.lines.update(amount=Money(900))

    said = f"duty {remittance.public_id} is booked as 910, says 910, and its lines 900"
    assert verify_ledger().faults == [said]


def test_staff_draw_up_in_the_admin_and_somebody_else_confirms(client):
    completed_order(shopper=buyer(), skus={cream(): 1})
    url = reverse("admin:settlement_dutyremittance_changelist")
    client.force_login(clerk := staff())
    client.post(reverse("admin:settlement_dutyremittance_draw_up"))
    remittance = DutyRemittance.objects.get()
    form = {"action": "pay", "_selected_action": [remittance.pk], "confirmed": "yes", "reference": "海关 2026-17"}

    client.post(url, form)
    remittance.refresh_from_db()
    assert (remittance.status, remittance.drawn_by) == ("drawn", clerk)
    client.force_login(boss := staff())
    client.post(url, form)
    remittance.refresh_from_db()
    assert (remittance.status, remittance.ended_by, remittance.reference) == ("paid", boss, "海关 2026-17")


def test_the_check_finds_duty_that_went_astray():
    order = paid_order(shopper=buyer(), skus={cream(): 1})
    type(order).objects.filter(pk=order.pk).update(duty=Money(900), shipping_fee=Money(10))

    faults = verify_ledger().faults
    assert any("owed to customs is 910, it should be 900" in fault for fault in faults)
    assert any("says a duty of 900, its lines of 910" in fault for fault in faults)
