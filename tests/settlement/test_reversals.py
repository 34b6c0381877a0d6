"""O8, D6: a refund takes back what the order's completion has booked, pro rata and at the frozen rate."""

import pytest

from catalog.models import Category
from mall.events import deliver_everything
from mall.money import Money
from orders.fulfillment import complete_order
from settlement.ledger import balances, trial_balance
from settlement.models import Entry, Share
from settlement.release import release_due_shares
from settlement.reversals import reverse
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.marketing import promotion
from tests.journeys import completed_order, delivered_order
from tests.orders.after_sales.cases import DAY, accepted, case_of, paid_back, three_cups


def sums() -> dict[str, int]:
    return {row.kind: row.balance.minor for row in trial_balance() if row.balance}


@pytest.mark.django_db
def test_what_went_back_before_completion_is_not_split():  # O8
    order = delivered_order(skus=three_cups())
    accepted(case_of(order, quantity=1))
    paid_back()

    complete_order(order=order, now=NOON + 8 * DAY)
    deliver_everything()

    line, share = order.lines.get(), Share.objects.get()
    left = line.total - Money(2800)
    assert share.gross == order.total - Money(2800 + 266)  # with the piece's part of the shipping fee
    assert share.commission == left.share(line.commission_bps)
    assert sums() == {
        "custodian": share.gross.minor, "shop_pending": -share.net.minor, "commission": -share.commission.minor
    }  # fmt: skip
    assert verify_ledger().ok


@pytest.mark.django_db
def test_after_completion_the_shop_gives_back_from_what_is_pending():  # O8
    order = completed_order(skus=three_cups())
    Category.objects.update(commission_bps=4900)  # today's rate is nobody's concern
    share = Share.objects.get()

    for _piece in range(3):
        accepted(case_of(order, reason="damaged"))
        paid_back()
        assert verify_ledger().ok

    order.refresh_from_db()
    share.refresh_from_db()
    assert order.refunded == order.total
    assert share.reversed == share.net
    assert sums() == {}


@pytest.mark.django_db
def test_what_is_left_of_a_pending_share_is_released():
    order = completed_order(skus=three_cups())
    accepted(case_of(order))
    share = Share.objects.get()

    assert release_due_shares(now=NOON + 9 * DAY) == 0  # the case is open still
    paid_back()
    assert release_due_shares(now=NOON + 9 * DAY) == 1

    share.refresh_from_db()
    assert share.reversed
    assert balances(order.shop) == {"pending": Money(0), "available": share.net - share.reversed}
    assert verify_ledger().ok


@pytest.mark.django_db
def test_a_refund_after_the_shop_was_paid_leaves_it_in_debt_that_its_next_share_pays():  # D6
    first = completed_order(skus=three_cups())
    release_due_shares(now=NOON + 9 * DAY)
    available = balances(first.shop)["available"]
    cup = first.lines.get().sku

    from settlement import ledger
    from settlement.models import Account

    withdrawn = ledger.post(  # as a withdrawal does
        kind=Entry.Kind.PAID,
        ref="wdr_test",
        at=NOON,
        legs=[
            ledger.Leg(ledger.account(Account.Kind.SHOP_AVAILABLE, shop=first.shop), available),
            ledger.Leg(ledger.account(Account.Kind.CUSTODIAN), -available),
        ],
    )
    assert withdrawn
    accepted(case_of(first, quantity=3, reason="damaged", now=NOON + 2 * DAY))
    paid_back()
    debt = balances(first.shop)["available"]

    completed_order(skus={cup: 3})
    release_due_shares(now=NOON + 9 * DAY)

    assert debt == -available
    assert balances(first.shop)["available"] == Money(0)


@pytest.mark.django_db
def test_a_refund_is_taken_back_once_however_often_it_is_heard():
    order = completed_order(skus=three_cups())
    accepted(case_of(order))
    paid_back()
    entries = Entry.objects.count()
    (case,) = order.after_sales.all()

    again = reverse(refund_id=case.refunds.get().public_id, refunded_at=NOON)

    assert again is None
    assert Entry.objects.count() == entries


@pytest.mark.django_db
def test_the_worked_example_of_one_in_three():  # the commission of 5 % on 85.00
    order = completed_order(skus=three_cups(price="28.00"))
    line = order.lines.get()
    share = Share.objects.get()
    back = []
    for _piece in range(3):
        case = accepted(case_of(order, reason="changed_mind"))
        paid_back()
        entry = Entry.objects.get(kind="reversed", ref=case.refunds.get().public_id)
        back.append(
            {posting.account.kind: posting.amount.minor for posting in entry.postings.select_related("account")}
        )

    assert sum(legs["commission"] for legs in back) == share.commission.minor
    assert sum(-legs["custodian"] for legs in back) == line.total.minor
    assert balances(order.shop)["pending"] == order.shipping_fee


def test_verify_ledger_finds_a_forged_reversal(committed_db, owner_connection):
    order = completed_order(skus=three_cups())
    accepted(case_of(order))
    paid_back()
    assert verify_ledger().ok

    with owner_connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE settlement_posting p SET amount = p.amount + CASE a.kind WHEN 'commission' THEN 5 ELSE -5 END"
            " FROM settlement_entry e, settlement_account a WHERE e.id = p.entry_id AND e.kind = 'reversed'"
            " AND a.id = p.account_id AND a.kind IN ('commission', 'shop_pending')"
        )
        cursor.execute("DELETE FROM mall_seal")

    assert verify_ledger().reversal_faults == 2  # its commission, and what the share says was taken back


def test_verify_ledger_finds_a_refund_that_nobody_took_back(committed_db, owner_connection):
    order = completed_order(skus=three_cups())
    accepted(case_of(order))
    paid_back()

    with owner_connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "DELETE FROM settlement_posting USING settlement_entry e WHERE e.id = entry_id AND kind = 'reversed'"
        )
        cursor.execute("DELETE FROM settlement_entry WHERE kind = 'reversed'")
        cursor.execute("DELETE FROM mall_seal")

    found = verify_ledger()
    assert (found.reversal_faults, found.receipt_faults) == (2, 1)


@pytest.mark.django_db
def test_what_the_mall_has_added_goes_back_with_the_goods():  # K1, O8
    promotion("full_reduction", shop=None, rule={"tiers": [{"at": 5000, "off": 1000}]}, starts_at=NOON - 30 * DAY)
    order = completed_order(skus=three_cups())
    added = Share.objects.get().subsidy

    for _piece in range(3):
        accepted(case_of(order, reason="damaged"))
        paid_back()
        assert verify_ledger().ok

    assert added == Money(1000)
    assert sums() == {}
