"""C2, S1: duty is owed to customs from the payment on, goes back with the goods, and is never the shop's: each fen."""

import pytest
from django.db.models import Sum

from mall.events import deliver_everything
from mall.money import Money
from orders.after_sales.answering import agree
from orders.after_sales.asking import ask
from orders.cancellation import cancel_order
from orders.models import Refund
from orders.refunds import finish_refunds
from settlement.models import Posting, Share
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper
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


def test_the_check_finds_duty_that_went_astray():
    order = paid_order(shopper=buyer(), skus={cream(): 1})
    type(order).objects.filter(pk=order.pk).update(duty=Money(900), shipping_fee=Money(10))

    faults = verify_ledger().faults
    assert any("owed to customs is 910, it should be 900" in fault for fault in faults)
    assert any("says a duty of 900, its lines of 910" in fault for fault in faults)
