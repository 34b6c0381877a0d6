"""S1, S2, K1: the money of orders with a deposit, booked twice on its way in and once wherever it goes."""

import pytest
from django.db import connection
from django.db.models import Sum

from mall.clock import business_date
from mall.events import deliver_everything
from mall.money import Money
from orders.after_sales.answering import agree
from orders.after_sales.asking import ask
from orders.after_sales.returning import inspect, note_arrival, send_back
from orders.balances import follow_balances
from orders.cancellation import cancel_order, cancel_paid_order
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.models import Order, Payment, Refund
from orders.refunds import finish_refunds
from settlement import kept_deposits
from settlement.models import Entry, Posting, Share, StatementLine
from settlement.queries import awaiting_completion, explain, upcoming_releases
from settlement.release import release_due_shares
from settlement.statements import freeze_statements
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import staff
from tests.orders.presales import DAY, ENDS, MINUTE, OPENS, deposit_paid, paid_whole

pytestmark = pytest.mark.django_db


def balances() -> dict[str, int]:
    rows = Posting.objects.values("account__kind").annotate(sum=Sum("amount")).order_by()
    return {row["account__kind"]: int(row["sum"]) for row in rows if row["sum"]}


def sound():
    deliver_everything()
    found = verify_ledger()
    assert (found.faults, found.waiting) == ([], 0)


def missed() -> Order:
    order = deposit_paid()
    follow_balances(now=ENDS + MINUTE)
    deliver_everything()
    order.refresh_from_db()
    return order


def completed(now=OPENS) -> Order:
    order = paid_whole()
    ship_order(order=order, carrier="sf", tracking_number=f"SF{number():013d}", by=staff(), now=now)
    mark_delivered(order=order, by=order.shopper, now=now + DAY)
    order = complete_order(order=order, now=now + 8 * DAY)
    deliver_everything()
    return order


def test_deposit_and_rest_are_booked_by_themselves_and_split_together():
    order = deposit_paid()
    assert balances() == {"custodian": 5000, "escrow": -5000}
    assert awaiting_completion(order.shop).amount == Money(5000)

    order = completed()  # another one
    entries = Entry.objects.filter(ref=order.public_id).order_by("pk").values_list("kind", flat=True)
    assert list(entries) == ["order_deposit", "paid", "completed"]
    # 5 % of 450.00 is 22.50; the delivery is free of commission; the other order's deposit waits
    assert balances() == {"custodian": 50800, "escrow": -5000, "shop_pending": -43550, "commission": -2250}
    share = Share.objects.get()
    assert (share.gross, share.commission, share.net) == (Money(45800), Money(2250), Money(43550))
    assert not share.is_kept_deposit
    sound()


def test_a_deposit_that_is_kept_becomes_the_shops_whole_after_its_days():  # S3
    order = missed()

    assert balances() == {"custodian": 5000, "shop_pending": -5000}
    share = Share.objects.get()
    assert (share.gross, share.commission, share.net, share.is_kept_deposit) == (
        Money(5000), Money(0), Money(5000), True,
    )  # fmt: skip
    assert share.due_on == business_date(ENDS) + 7 * DAY
    assert [row.amount for row in upcoming_releases(order.shop)] == [Money(5000)]
    explain([share], shop=order.shop, now=ENDS + DAY)
    assert share.why
    sound()

    assert release_due_shares(now=ENDS + 6 * DAY) == 0
    assert release_due_shares(now=ENDS + 8 * DAY) == 1
    assert balances() == {"custodian": 5000, "shop_available": -5000}
    sound()


def test_hearing_of_a_kept_deposit_twice_books_it_once():
    order = missed()

    again = kept_deposits.share_kept_deposit(order=order)

    assert again == Share.objects.get()
    assert Entry.objects.filter(kind="deposit_kept").count() == 1


def test_a_kept_deposit_stands_on_the_statement_under_its_own_name():  # S5
    order = missed()
    freeze_statements(now=ENDS + 2 * DAY)

    lines = StatementLine.objects.filter(posting__shop=order.shop, statement__kind="daily")
    assert [line.posting.entry.get_kind_display() for line in lines] == [Entry.Kind.DEPOSIT_KEPT.label]
    sound()


def test_a_deposit_that_comes_back_leaves_nothing():
    order = deposit_paid()
    cancel_paid_order(order=order, reason="…", by=staff(), now=NOON)
    deliver_everything()
    assert verify_ledger().faults == []  # also while the money is on its way
    finish_refunds(now=NOON)
    sound()
    assert balances() == {}


def test_a_paid_presale_that_is_canceled_leaves_nothing():
    order = paid_whole()
    cancel_order(order=order, reason="…", by=order.shopper, now=OPENS)
    deliver_everything()
    finish_refunds(now=OPENS)
    sound()
    assert balances() == {}


def test_what_is_returned_after_completion_takes_back_share_and_commission_and_the_deposit_too():  # O7, O8
    order = completed()
    now = OPENS + 9 * DAY
    case = ask(
        line=order.lines.get(), kind="return", reason="changed_mind", quantity=1, text="…", by=order.shopper, now=now
    )
    agree(case=case, by=staff(), now=now)
    send_back(case=case, carrier="sf", tracking_number=f"SF{number():013d}", by=order.shopper, now=now)
    note_arrival(case=case, by=staff(), now=now)
    inspect(case=case, sellable=1, by=staff(), now=now)
    deliver_everything()
    finish_refunds(now=now)
    sound()

    refund = Refund.objects.get()
    assert (refund.amount, refund.from_deposit) == (Money(45000), Money(4200))  # 408.00 of the rest, 42.00 of it
    assert balances() == {"custodian": 800, "shop_pending": -800}  # the delivery stays


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("UPDATE orders_payment SET amount = amount - 1 WHERE part = 'deposit'", "tender_faults"),
        ("UPDATE orders_payment SET part = 'whole' WHERE part = 'balance'", "tender_faults"),
        ("UPDATE orders_order SET deposit = deposit + 1", "receipt_faults"),
    ],
)
def test_what_contradicts_the_two_payments_is_found(spoil, fault):
    paid_whole()
    sound()

    with connection.cursor() as cursor:
        cursor.execute(spoil)

    assert getattr(verify_ledger(), fault) >= 1


def test_a_kept_deposit_without_its_share_and_a_share_without_its_deposit_are_found():
    order = missed()
    sound()
    assert Payment.objects.count() == 1

    Order.objects.filter(pk=order.pk).update(deposit_kept_at=None)
    found = verify_ledger()

    assert (found.tender_faults, found.escrow_faults) == (1, 1)
