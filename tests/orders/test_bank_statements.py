"""O3: what came by bank transfer is counted once, pays what it quotes, and is worked off by two people where not."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Reservation
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from orders.bank_statements import (
    AnotherPersonAgrees,
    UnreadableStatement,
    WrongDecision,
    agree_on_line,
    disagree_on_line,
    fetch_statement,
    note_sent_back,
    propose_match,
    propose_return,
    read_statement,
    send_back_lines,
)
from orders.cancellation import cancel_order, close_unpaid_orders
from orders.gateways import transfer_bank
from orders.gateways.transfer import is_reference, new_reference
from orders.models import BankLine, BankStatement, Bill, Difference, Refund, SandboxTransfer, SentBack
from orders.payments import start_payment
from orders.purses import balance_of, choose_refunds
from orders.reconciliation import reconcile_bills
from orders.refunds import finish_refunds
from orders.transfers import NoTransfer
from settlement.models import Entry
from settlement.transit import in_transit
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import flash_sale
from tests.journeys import pay, placed_group
from tests.orders.presales import placed, sale_of, teapot
from tests.orders.test_purses import balances

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEAD = "交易时间,交易流水号,收入金额,对方户名,对方账号,附言"


@pytest.fixture(autouse=True)
def by_file(settings):
    """Statements are uploaded by hand, and nobody but people can tell the bank."""
    settings.TRANSFER_BANK = "file"
    settings.TRANSFER_ACCOUNT = {"holder": "某托管", "bank_name": "某银行", "number": "6222"}


def waiting(price="100.00", who=None, **given):
    """An order whose shopper has been told where to transfer to."""
    group = placed_group(shopper=who or shopper(), skus={sku(price=price): 1}, **given)
    payment = start_payment(group=group, channel="transfer", now=NOON)
    group.refresh_from_db()
    return group, payment


def line(remark, amount="100.00", name="", at="2026-03-07 09:30:00"):
    return f"{at},{name or f'FT{number():08d}'},{amount},某某有限公司,6217000000000001,{remark}"


def statement(*lines, head=HEAD, encoding="utf-8"):
    return "\r\n".join([head, *lines]).encode(encoding)


def read(*lines, now=NOON + HOUR, **given):
    found = read_statement(content=statement(*lines, **given), name="march.csv", by=staff(), now=now)
    deliver_everything()
    return found


def sound():
    deliver_everything()
    found = verify_ledger()
    assert (found.faults, found.waiting, found.ok) == ([], 0, True)


def two_people(line, propose, **said):
    propose(line=line, reason="…", by=staff(), now=NOON + HOUR, **said)
    agree_on_line(line=line, by=staff(), now=NOON + HOUR)
    line.refresh_from_db()
    deliver_everything()
    return line


def test_an_order_that_is_paid_by_transfer_waits_longer_and_its_goods_stay_kept():
    group, payment = waiting()

    assert group.pay_by == NOON + 3 * DAY == group.orders.get().due_at
    assert set(Reservation.objects.values_list("expires_at", flat=True)) == {NOON + 3 * DAY}
    assert close_unpaid_orders(now=NOON + 2 * DAY) == 0
    again = start_payment(group=group, channel="transfer", now=NOON + DAY)
    group.refresh_from_db()
    assert (again.pk, group.pay_by) == (payment.pk, NOON + 3 * DAY)

    close_unpaid_orders(now=NOON + 4 * DAY)
    payment.refresh_from_db()
    assert (payment.status, Reservation.objects.filter(status="held").count()) == ("closed", 0)


def test_neither_deals_nor_flash_sales_nor_small_sums_nor_too_many_at_once_are_paid_so():
    me, item = shopper(), teapot()
    for group in (
        placed(item, sale_of(item), who=me).group,
        placed_group(skus={sku(price="99.99"): 1}),
    ):
        with pytest.raises(NoTransfer):
            start_payment(group=group, channel="transfer", now=NOON)
    for _order in range(3):
        waiting(who=me)
    with pytest.raises(NoTransfer):
        waiting(who=me)


def test_units_of_a_flash_sale_do_not_wait_for_a_transfer():
    cup = sku(price="300.00", stock=10)
    flash_sale({cup: ("200.00", 5)})
    group = placed_group(skus={cup: 1})
    assert group.orders.get().lines.get().discount
    with pytest.raises(NoTransfer):
        start_payment(group=group, channel="transfer", now=NOON)


def test_the_exact_amount_under_its_reference_pays_the_order():
    group, payment = waiting()

    found = read(line(f"货款 {payment.transfer.reference}"))

    payment.refresh_from_db()
    assert (found.lines_count, found.fresh_count, found.paid_count) == (1, 1, 1)
    assert (group.orders.get().status, payment.status, payment.is_late) == ("paid", "succeeded", False)
    assert payment.payer_mark  # whose money it was, blind
    assert balances() == {"custodian": 10_000, "escrow": -10_000}
    sound()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("quoted", ["{}", "ref:{} thanks", "lower {}", "spaced {}"])
def test_a_reference_is_found_however_it_is_typed(quoted, encoding):
    _group, payment = waiting()
    reference = payment.transfer.reference
    if "lower" in quoted:
        reference = reference.lower()
    if "spaced" in quoted:
        reference = f"{reference[:4]} {reference[4:8]}-{reference[8:]}"

    assert read(line(quoted.format(reference)), encoding=encoding).paid_count == 1


def test_a_reference_with_a_digit_mistyped_or_two_exchanged_is_nobodys():
    reference = new_reference()
    digits = reference[1:]
    wrong = {f"T{digits[:at]}{digit}{digits[at + 1 :]}" for at in range(11) for digit in "0123456789"} - {reference}
    swapped = {f"T{digits[:at]}{digits[at + 1]}{digits[at]}{digits[at + 2 :]}" for at in range(10)} - {reference}

    assert is_reference(reference)
    assert not any(is_reference(one) for one in wrong | swapped)


def test_each_line_counts_once_whatever_statements_tell_of_it():
    _group, payment = waiting()
    row = line(payment.transfer.reference, name="FT1")
    first = read(row)

    assert read(row).pk == first.pk  # the same file
    again = read(row, line("rent", "3.00"))
    assert (again.fresh_count, again.paid_count, BankLine.objects.count()) == (1, 0, 2)
    with pytest.raises(UnreadableStatement):  # the bank's number says another amount now
        read(line(payment.transfer.reference, "99.00", name="FT1"))
    sound()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"a,b,c\r\n1,2,3",
        statement("nonsense,FT1,5.00,a,b,c"),
        statement("2026-13-40,FT1,5.00,a,b,c"),
        statement("2026-03-07,FT1,5.0.0,a,b,c"),
        statement("2026-03-07,,5.00,a,b,c"),
        statement("2026-03-07,FT1,5.00,a,b,c", "2026-03-07,FT1,6.00,a,b,c"),
        statement("2026-03-07,FT1,5.00,USD,x", head="date,transaction id,credit,currency,remark"),
    ],
)
def test_a_file_with_a_wrong_line_counts_nothing(content):
    _group, payment = waiting()
    good = line(payment.transfer.reference)
    with pytest.raises(UnreadableStatement):
        read_statement(content=content, name="x.csv", by=staff(), now=NOON)
    if b"FT1" in content:
        with pytest.raises(UnreadableStatement):
            read_statement(content=content + f"\r\n{good}".encode(), name="x.csv", by=staff(), now=NOON)
    assert (BankLine.objects.count(), BankStatement.objects.count()) == (0, 0)


def test_what_leaves_the_account_is_no_payment():
    assert read(line("fee", "-5.00"), line("x", "")).lines_count == 0


def test_too_little_waits_for_the_rest_under_the_same_reference_and_together_they_pay():  # top up
    group, payment = waiting()
    read(line(payment.transfer.reference, "60.00"))
    sound()
    assert (BankLine.objects.get().why, group.orders.get().status) == ("under", "unpaid")
    assert balances() == {"custodian": 6_000, "unclaimed": -6_000}

    read(line(payment.transfer.reference, "40.00"))

    assert group.orders.get().status == "paid"
    assert [(one.used, one.status) for one in BankLine.objects.order_by("pk")] == [
        (Money(6_000), "done"), (Money(4_000), "done"),
    ]  # fmt: skip
    assert balances() == {"custodian": 10_000, "escrow": -10_000}
    sound()


def test_too_much_pays_by_two_people_and_what_is_left_goes_back():
    group, payment = waiting()
    read(line(payment.transfer.reference, "120.00"))
    row = BankLine.objects.get()
    first = staff()
    propose_match(line=row, reference="", reason="typing error", by=first, now=NOON + HOUR)
    with pytest.raises(AnotherPersonAgrees):
        agree_on_line(line=row, by=first, now=NOON + HOUR)
    assert group.orders.get().status == "unpaid"

    agree_on_line(line=row, by=staff(), now=NOON + HOUR)
    sound()

    assert group.orders.get().status == "paid"
    sent = SentBack.objects.get()
    assert (sent.reference, sent.amount, sent.sent_at) == (row.public_id, Money(2_000), None)
    assert balances() == {"custodian": 12_000, "escrow": -10_000, "unclaimed": -2_000}
    assert next(way for way in in_transit() if way.kind == "unclaimed").since == NOON + HOUR

    note_sent_back(sent=sent, bank_reference="OUT1", by=staff(), now=NOON + DAY)
    sound()
    assert balances() == {"custodian": 10_000, "escrow": -10_000}
    with pytest.raises(WrongStatus):
        note_sent_back(sent=sent, bank_reference="OUT2", by=staff(), now=NOON + DAY)


def test_what_quotes_nothing_is_matched_by_hand():
    group, payment = waiting()
    read(line("for the teapots"))
    row = BankLine.objects.get()
    assert (row.why, row.payment) == ("unknown", None)
    with pytest.raises(WrongDecision):
        propose_match(line=row, reference="T00000000000", reason="…", by=staff(), now=NOON)

    two_people(row, propose_match, reference=payment.transfer.reference)

    assert group.orders.get().status == "paid"
    assert Entry.objects.filter(kind__startswith="transfer").count() == 2
    sound()


def test_what_is_too_little_is_not_matched_by_hand():
    _group, payment = waiting()
    read(line("x", "99.99"))
    with pytest.raises(WrongDecision, match=r"0\.01"):
        propose_match(
            line=BankLine.objects.get(), reference=payment.transfer.reference, reason="…", by=staff(), now=NOON
        )


def test_what_comes_after_the_order_has_closed_goes_back_by_two_people():
    group, payment = waiting()
    close_unpaid_orders(now=NOON + 4 * DAY)
    read(line(payment.transfer.reference), now=NOON + 5 * DAY)
    row = BankLine.objects.get()
    assert (row.why, group.orders.get().status) == ("late", "canceled")
    with pytest.raises(WrongDecision):
        propose_match(line=row, reference="", reason="…", by=staff(), now=NOON + 5 * DAY)

    two_people(row, propose_return)
    sound()
    note_sent_back(sent=SentBack.objects.get(), bank_reference="OUT1", by=staff(), now=NOON + 6 * DAY)
    sound()

    assert balances() == {}


def test_what_was_paid_otherwise_meanwhile_is_late():
    group, payment = waiting()
    pay(group)
    read(line(payment.transfer.reference))
    assert BankLine.objects.get().why == "late"
    sound()


def test_a_proposal_that_nobody_agrees_with_is_open_again():
    _group, _payment = waiting()
    read(line("x"))
    row = BankLine.objects.get()
    propose_return(line=row, reason="…", by=staff(), now=NOON)
    disagree_on_line(line=row, by=staff(), now=NOON)

    row.refresh_from_db()
    assert (row.status, row.decision, row.proposed_by) == ("open", "", None)
    with pytest.raises(WrongStatus):
        agree_on_line(line=row, by=staff(), now=NOON)


def test_what_was_agreed_finds_the_payment_made_meanwhile_and_moves_nothing():
    group, payment = waiting()
    read(line("x"))
    row = BankLine.objects.get()
    propose_match(line=row, reference=payment.transfer.reference, reason="…", by=staff(), now=NOON)
    pay(group)

    with pytest.raises(WrongDecision):
        agree_on_line(line=row, by=staff(), now=NOON)

    row.refresh_from_db()
    assert (row.status, row.used) == ("proposed", Money(0))
    sound()


def test_the_database_wants_two_people():
    waiting()
    read(line("x"))
    by = staff()
    with pytest.raises(IntegrityError, match="bank_line_decided_by_two"), transaction.atomic():
        BankLine.objects.update(
            status="done", decision="return", back=10_000, done_at=NOON, proposed_by=by, decided_by=by, reason="…"
        )


def test_a_refund_goes_back_by_transfer_when_a_person_has_told_the_bank():  # O8
    group, payment = waiting()
    read(line(payment.transfer.reference))
    cancel_order(order=group.orders.get(), reason="…", by=group.shopper, now=NOON + HOUR)
    deliver_everything()
    assert finish_refunds(now=NOON + 2 * HOUR) == {"finished": 0, "waiting": 1}
    sent = SentBack.objects.get()
    assert (sent.reference, sent.amount) == (Refund.objects.get().public_id, Money(10_000))
    sound()

    note_sent_back(sent=sent, bank_reference="OUT1", by=staff(), now=NOON + 3 * HOUR)
    finish_refunds(now=NOON + 4 * HOUR)
    sound()

    assert (Refund.objects.get().status, SentBack.objects.count(), balances()) == ("succeeded", 1, {})


def test_who_wishes_so_has_the_refund_of_a_transfer_on_her_balance():
    group, payment = waiting()
    read(line(payment.transfer.reference))
    choose_refunds(shopper=group.shopper, to_balance=True, now=NOON)
    cancel_order(order=group.orders.get(), reason="…", by=group.shopper, now=NOON + HOUR)
    sound()
    assert (balance_of(group.shopper), SentBack.objects.count()) == (Money(10_000), 0)


def test_the_daily_bill_is_what_statements_told_and_finds_a_payment_that_no_line_paid():  # C6
    group, payment = waiting()
    read(line(payment.transfer.reference, "30.00"), now=NOON)
    read(line(payment.transfer.reference, "70.00"))
    cancel_order(order=group.orders.get(), reason="…", by=group.shopper, now=NOON + HOUR)
    deliver_everything()
    finish_refunds(now=NOON + HOUR)
    note_sent_back(sent=SentBack.objects.get(), bank_reference="OUT1", by=staff(), now=NOON + HOUR)
    finish_refunds(now=NOON + 2 * HOUR)
    sound()
    other, forged = waiting()
    del other
    type(forged).objects.filter(pk=forged.pk).update(status="succeeded", succeeded_at=NOON + HOUR)

    assert reconcile_bills(now=NOON + DAY) == {"compared": 1, "differences": 1}

    assert Bill.objects.get().lines == 2
    assert [(one.kind, one.reference) for one in Difference.objects.all()] == [("missing_there", forged.public_id)]
    assert verify_ledger().transfer_faults == 1


def test_the_sandbox_bank_tells_and_sends_back_by_itself(settings):
    settings.TRANSFER_BANK = "sandbox"
    group, payment = waiting()
    who = {"payer_name": "某某有限公司", "payer_account": "6217"}
    transfer_bank.make_transfer(amount=Money(10_000), remark=payment.transfer.reference, **who, now=NOON)
    transfer_bank.make_transfer(amount=Money(500), remark="?", **who, now=NOON)

    assert fetch_statement(now=NOON + HOUR) == {"fresh": 2, "paid": 1}
    assert fetch_statement(now=NOON + 2 * HOUR) == {}
    assert group.orders.get().status == "paid"
    two_people(BankLine.objects.get(why="unknown"), propose_return)
    cancel_order(order=group.orders.get(), reason="…", by=group.shopper, now=NOON + HOUR)
    deliver_everything()
    finish_refunds(now=NOON + HOUR)
    assert (send_back_lines(now=NOON + HOUR), send_back_lines(now=NOON + HOUR)) == (1, 0)
    sound()

    assert sorted(SandboxTransfer.objects.filter(is_out=True).values_list("amount_minor", flat=True)) == [500, 10_000]
    assert (Refund.objects.get().status, balances()) == ("succeeded", {})
