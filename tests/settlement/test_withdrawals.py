"""S4: money leaves once, to where it belongs, seen by as many people as it takes; what fails comes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.idempotency import KeyReused
from mall.money import Money
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from merchants.models import Shop
from merchants.states import NotInThisState
from risk.holds import place_hold, release_hold
from settlement import gateways, payouts, withdrawals
from settlement.gateways import Answer, Standing
from settlement.ledger import balance_of, balances
from settlement.models import Account, Entry, SandboxPayout, Withdrawal
from settlement.payouts import (
    NotByHand,
    NothingToPay,
    ask_about_payout,
    ask_about_payouts,
    learn,
    make_payout_file,
    note_failed,
    note_paid,
    pay_withdrawals,
    payouts_in,
)
from settlement.tunables import WITHDRAWAL_DAILY_LIMIT, WITHDRAWAL_FEE
from settlement.verification import verify_ledger
from settlement.withdrawals import (
    AnotherPersonDecides,
    CannotWithdraw,
    MoneyHeld,
    approve_withdrawal,
    check_withdrawals,
    on_its_way,
    reject_withdrawal,
    terms_of,
    withdrawable,
)
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat, shop
from tests.factories.settlement import asked, bank_account, with_money

MINUTE = timedelta(minutes=1)
Status = Withdrawal.Status


@pytest.fixture
def rich(db):
    """A shop with 1,000 yuan that may be withdrawn."""
    place = shop()
    with_money(place, 100_000)
    return place


def paid(withdrawal, *, now=NOON):
    """Through the rules, approved where they let it pass, and sent."""
    check_withdrawals(now=now)
    pay_withdrawals(now=now)
    withdrawal.refresh_from_db()
    return withdrawal


def money(place) -> tuple[int, int]:
    """What is available, and what is on its way."""
    return balances(place)["available"].minor, on_its_way(place).minor


# Asking


def test_what_is_asked_for_leaves_the_available_balance_at_once_and_is_paid(rich):
    withdrawal = asked(rich, 60_000)
    before = money(rich)

    paid(withdrawal)

    assert (before, money(rich)) == ((40_000, 60_000), (40_000, 0))
    assert (withdrawal.status, withdrawal.approved_by, withdrawal.ended_at) == (Status.PAID, None, NOON)
    assert SandboxPayout.objects.get().amount_minor == 60_000
    kinds = Entry.objects.filter(ref=withdrawal.public_id).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["withdrawn", "paid_out"]


def test_the_fee_is_taken_out_of_the_amount(rich):
    WITHDRAWAL_FEE.turn(150, by=staff(), now=NOON)

    withdrawal = paid(asked(rich, 60_000))

    assert (withdrawal.fee, withdrawal.payout) == (Money(150), Money(59_850))
    assert SandboxPayout.objects.get().amount_minor == 59_850
    assert Entry.objects.get(ref=withdrawal.public_id, kind="paid_out").postings.count() == 3


def test_the_same_form_sent_twice_is_one_withdrawal(rich):
    key, account = uuid4(), bank_account(rich)

    first, second = (asked(rich, 20_000, to=account, key=key) for _ in range(2))

    assert (first, money(rich)) == (second, (80_000, 20_000))
    with pytest.raises(KeyReused):
        asked(rich, 30_000, to=account, key=key)


@pytest.mark.parametrize(
    ("fen", "field"), [(9_999, "amount"), (100_001, "amount")], ids=["too little", "more than there is"]
)
def test_amounts_out_of_bounds_are_refused_at_their_field(rich, fen, field):  # D5, S4: amount over the limit
    with pytest.raises(CannotWithdraw) as refused:
        asked(rich, fen)

    assert refused.value.details == {"field": field}
    assert (money(rich), Withdrawal.objects.count()) == ((100_000, 0), 0)


def test_an_account_that_is_new_unverified_removed_or_anothers_takes_nothing(rich):  # D5: card just changed
    new, other = bank_account(rich, is_usable=False), bank_account(shop())

    for account in (new, other):
        with pytest.raises(CannotWithdraw) as refused:
            asked(rich, 20_000, to=account)
        assert refused.value.details == {"field": "bank_account"}


def test_the_limit_of_a_day_counts_what_did_not_come_back(rich):  # D5, S4
    WITHDRAWAL_DAILY_LIMIT.turn(50_000, by=staff(), now=NOON)
    account = bank_account(rich)
    first = asked(rich, 30_000, to=account)

    with pytest.raises(CannotWithdraw, match=r"200\.00"):
        asked(rich, 20_001, to=account)
    reject_withdrawal(withdrawal=first, reason="…", by=staff(), now=NOON)
    asked(rich, 50_000, to=account)
    tomorrow = asked(rich, 50_000, to=account, now=NOON + timedelta(days=1))

    assert tomorrow.status == Status.APPLIED


@pytest.mark.django_db
def test_a_debt_is_netted_first_and_never_withdrawn():  # S3
    place = shop()
    with_money(place, -30_000)
    assert (withdrawable(place), balances(place)["available"]) == (Money(0), Money(-30_000))

    with_money(place, 50_000)
    assert withdrawable(place) == Money(20_000)
    with_money(place, -5_000, kind=Account.Kind.SHOP_PENDING)
    assert withdrawable(place) == Money(15_000)

    with pytest.raises(CannotWithdraw):
        asked(place, 15_001)


@pytest.mark.parametrize("status", ["open", "holiday", "frozen", "exiting", "closed"])
@pytest.mark.django_db
def test_the_state_of_the_shop_decides_and_freezing_keeps_no_money(status):
    place = shop()
    with_money(place, 100_000)
    account = bank_account(place)
    Shop.objects.filter(pk=place.pk).update(status=status, frozen_at=NOON if status == "frozen" else None)

    if status == "closed":
        with pytest.raises(NotInThisState):
            asked(place, 20_000, to=account)
    else:
        assert paid(asked(place, 20_000, to=account)).status == Status.PAID


@pytest.mark.django_db
def test_a_leaving_shop_takes_the_last_fen():
    place = shop(status="exiting")
    with_money(place, 7)

    assert (terms_of(place, NOON).least, paid(asked(place, 7)).status) == (Money(1), Status.PAID)


# Deciding


@pytest.fixture
def large(db):
    place = shop()
    with_money(place, 10_000_000)
    withdrawal = asked(place, 5_000_000)
    check_withdrawals(now=NOON)
    withdrawal.refresh_from_db()
    return withdrawal


def test_a_large_one_is_approved_by_two_people(large):  # D5
    one, two = staff(), staff()
    assert (large.status, large.doubts, large.needs_two) == (Status.RISK_CHECK, ["large"], True)

    approve_withdrawal(withdrawal=large, by=one, now=NOON)
    with pytest.raises(AnotherPersonDecides):
        approve_withdrawal(withdrawal=large, by=one, now=NOON)
    pay_withdrawals(now=NOON)
    large.refresh_from_db()
    assert (large.status, large.first_by) == (Status.RISK_CHECK, one)
    approve_withdrawal(withdrawal=large, by=two, now=NOON)

    pay_withdrawals(now=NOON)
    large.refresh_from_db()
    assert (large.status, large.approved_by) == (Status.PAID, two)


def test_nobody_approves_what_she_asked_for(rich):  # D5: approver = requester
    me = staff()
    withdrawal = asked(rich, 20_000, by=me)
    place_hold(kind="settlement", subject_id=withdrawal.public_id, reason="…", now=NOON)
    check_withdrawals(now=NOON)

    with pytest.raises(AnotherPersonDecides):
        approve_withdrawal(withdrawal=withdrawal, by=me, now=NOON)


@pytest.mark.parametrize(
    "plant",
    [
        "first_by_id = 1, approved_by_id = 1, status = 'approved', approved_at = now()",
        "approved_by_id = asked_by_id",
        "first_by_id = asked_by_id",
        "status = 'approved', approved_at = now()",
        "status = 'paying', approved_at = now(), needs_two = false",
        "status = 'failed', ended_at = now(), reason = ''",
        "status = 'paid_out'",
    ],
)
def test_the_database_keeps_four_eyes_and_the_facts_of_each_status(large, plant):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE settlement_withdrawal SET {plant} WHERE id = %s", [large.pk])


def test_the_third_within_a_day_is_looked_at_by_a_person(rich):
    account = bank_account(rich)
    for _ in range(3):
        last = asked(rich, 20_000, to=account)

    assert check_withdrawals(now=NOON) == {"approved": 2, "review": 1}
    last.refresh_from_db()
    assert (last.doubts, last.needs_two) == (["often"], False)
    approve_withdrawal(withdrawal=last, by=staff(), now=NOON)
    assert last.__class__.objects.get(pk=last.pk).status == Status.APPROVED


def test_what_is_rejected_comes_back(large):
    reject_withdrawal(withdrawal=large, reason=" 资料不符 ", by=staff(), now=NOON)

    large.refresh_from_db()
    assert (large.status, large.reason, money(large.shop)) == (Status.REJECTED, "资料不符", (10_000_000, 0))
    with pytest.raises(WrongStatus):
        reject_withdrawal(withdrawal=large, reason="…", by=staff(), now=NOON)


# Holds


def test_a_hold_on_the_shop_blocks_asking_approving_and_paying(rich):  # D5
    withdrawal = asked(rich, 20_000)
    check_withdrawals(now=NOON)
    hold = place_hold(kind="settlement", subject_id=rich.public_id, reason="…", now=NOON)

    pay_withdrawals(now=NOON)
    withdrawal.refresh_from_db()
    assert (withdrawal.status, SandboxPayout.objects.count()) == (Status.APPROVED, 0)
    with pytest.raises(MoneyHeld):
        asked(rich, 20_000)
    assert terms_of(rich, NOON).is_held

    release_hold(hold=hold, by=staff(), now=NOON)
    assert paid(withdrawal).status == Status.PAID


def test_a_hold_that_came_while_it_was_claimed_wins_over_the_payment(rich):  # D5: freeze arriving mid-way
    withdrawal = asked(rich, 20_000)
    check_withdrawals(now=NOON)

    claimed = payouts._claim(withdrawal.pk, NOON)
    place_hold(kind="settlement", subject_id=rich.public_id, reason="…", now=NOON)
    payouts._send_claimed(claimed, NOON)

    withdrawal.refresh_from_db()
    assert (withdrawal.status, SandboxPayout.objects.count(), money(rich)) == (Status.APPROVED, 0, (80_000, 20_000))


# The bank


def test_a_refused_payout_brings_the_money_back_and_people_hear_of_it(rich):  # S4
    owner = shopper()
    seat(rich, owner)
    withdrawal = paid(asked(rich, 20_000, to=bank_account(rich, told="500")))
    deliver_everything()

    assert (withdrawal.status, withdrawal.reason, money(rich)) == (Status.FAILED, "account closed", (100_000, 0))
    assert Notice.objects.filter(person=owner, kind="settlement.withdrawal_back").count() == 1


@pytest.mark.parametrize(("told", "end"), [("502", Status.PAID), ("503", Status.FAILED)])
def test_an_unknown_outcome_is_asked_about_until_it_is_known(rich, told, end):
    withdrawal = paid(asked(rich, 20_000, to=bank_account(rich, told=told)))
    assert withdrawal.status == Status.PAYING

    assert ask_about_payouts(now=NOON + MINUTE) == {}  # just sent
    assert ask_about_payouts(now=NOON + 2 * MINUTE) == {str(end): 1}

    assert money(rich) == ((80_000, 0) if end == Status.PAID else (100_000, 0))
    assert SandboxPayout.objects.count() == 1


def test_no_answer_is_not_sent_again_under_another_name(rich):
    withdrawal = paid(asked(rich, 20_000, to=bank_account(rich, told="408")))
    assert (withdrawal.status, SandboxPayout.objects.count()) == (Status.PAYING, 1)

    pay_withdrawals(now=NOON)
    ask_about_payouts(now=NOON + 2 * MINUTE)

    withdrawal.refresh_from_db()
    assert (withdrawal.status, SandboxPayout.objects.count(), money(rich)) == (Status.PAID, 1, (80_000, 0))


def test_a_worker_killed_between_claim_and_bank_is_made_up_for(rich):
    withdrawal = asked(rich, 20_000)
    check_withdrawals(now=NOON)
    payouts._claim(withdrawal.pk, NOON)

    assert pay_withdrawals(now=NOON + MINUTE) == {}
    assert ask_about_payouts(now=NOON + 2 * MINUTE) == {"paid_out": 1}
    assert SandboxPayout.objects.count() == 1


def test_hearing_of_it_twice_books_once_and_a_contradiction_changes_nothing(rich):
    withdrawal = paid(asked(rich, 20_000))

    for standing in (Standing.PAID, Standing.FAILED):
        learn(withdrawal=withdrawal, answer=Answer(standing), now=NOON)

    assert money(rich) == (80_000, 0)
    assert Entry.objects.filter(ref=withdrawal.public_id).count() == 2


def test_asking_the_bank_by_hand_is_on_the_record(rich):
    withdrawal = paid(asked(rich, 20_000, to=bank_account(rich, told="502")))
    ask_about_payout(withdrawal=withdrawal, by=staff(), now=NOON + 3 * MINUTE)

    assert Withdrawal.objects.get().status == Status.PAID
    assert AuditRecord.objects.filter(action="settlement.ask_about_payout").exists()


# By file


@pytest.fixture
def by_file(settings):
    settings.PAYOUT_CHANNEL = "bank_file"


def test_payouts_by_file_stand_in_one_file_each_and_people_say_what_came_of_them(rich, by_file):
    clerk, account = staff(), bank_account(rich)
    one, two = (paid(asked(rich, 20_000, to=account)) for _ in range(2))
    assert (one.status, two.status) == (Status.PAYING, Status.PAYING)

    file = make_payout_file(by=clerk, now=NOON)
    with pytest.raises(NothingToPay):
        make_payout_file(by=clerk, now=NOON)
    ask_about_payouts(now=NOON + timedelta(days=9))  # nobody answers here
    note_paid(withdrawal=one, note="B-1", by=clerk, now=NOON)
    note_failed(withdrawal=two, reason="账户已销户", by=clerk, now=NOON)

    assert (file.count, file.total) == (2, Money(40_000))
    assert [(line.reference, line.number) for line in payouts_in(file)] == [
        (row.public_id, account.number.reveal()) for row in (one, two)
    ]
    assert list(Withdrawal.objects.order_by("pk").values_list("status", "reference", "reason")) == [
        ("paid_out", "B-1", ""), ("failed", "", "账户已销户"),
    ]  # fmt: skip
    assert money(rich) == (80_000, 0)


def test_nobody_says_for_a_bank_that_speaks_for_itself(rich):
    withdrawal = paid(asked(rich, 20_000, to=bank_account(rich, told="502")))

    for say in (lambda: note_paid(withdrawal=withdrawal, note="x", by=staff(), now=NOON),
                lambda: note_failed(withdrawal=withdrawal, reason="x", by=staff(), now=NOON)):  # fmt: skip
        with pytest.raises(NotByHand):
            say()


def test_every_way_of_paying_out_has_a_name_of_its_own():
    assert {gateways.gateway(code).code for code in ("sandbox", "bank_file")} == {"sandbox", "bank_file"}


# The database behind it


def test_a_shop_reads_its_withdrawals_and_writes_none(rich):
    withdrawal = asked(rich, 20_000)

    with shop_scope(rich.pk):
        assert list(Withdrawal.objects.values_list("pk", flat=True)) == [withdrawal.pk]
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            Withdrawal.objects.update(status="approved")
    with shop_scope(shop().pk):
        assert Withdrawal.objects.count() == 0


def test_asked_in_the_shops_scope_the_house_books_and_the_scope_stands_afterwards(rich):
    account = bank_account(rich)
    with shop_scope(rich.pk):
        asked(rich, 20_000, to=account)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("mall_shop",)
        with pytest.raises(CannotWithdraw):
            asked(rich, 1, to=account)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('mall.shop')")
            assert cursor.fetchone() == ("mall_shop", str(rich.pk))


# Many at once (D5)


def at_once(work, count: int, threads: int) -> list:
    def run(number):
        try:
            return work(number)
        except CannotWithdraw:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture
def rich_shop(committed_db):
    place = shop()
    with_money(place, 100_000)
    return place, bank_account(place), shopper()


def test_two_hundred_requests_for_everything_make_one_payout(rich_shop):  # D5
    place, account, person = rich_shop

    got = at_once(lambda _number: asked(place, 100_000, to=account, by=person), 200, 20)
    at_once(lambda _number: (check_withdrawals(now=NOON), pay_withdrawals(now=NOON)), 8, 8)

    assert sum(one is not None for one in got) == 1
    assert (SandboxPayout.objects.count(), money(place)) == (1, (0, 0))
    assert Entry.objects.filter(kind="paid_out").count() == 1


def test_without_the_lock_the_same_money_goes_out_more_than_once(rich_shop):  # negative control
    place, account, person = rich_shop
    gate = Barrier(4)

    def ask_without_lock(number):
        with transaction.atomic():
            withdrawals._check(place, account, Money(100_000), NOON)
            gate.wait()
            withdrawal = Withdrawal.objects.create(
                shop=place, bank_account=account, amount=100_000, request_key=uuid4(), asked_by=person, asked_at=NOON
            )
            available, on_its_way = Account.Kind.SHOP_AVAILABLE, Account.Kind.SHOP_WITHDRAWING
            withdrawals._book(Entry.Kind.WITHDRAWN, withdrawal, NOON, available, on_its_way)

    at_once(ask_without_lock, 4, 4)

    assert balance_of(Account.Kind.SHOP_AVAILABLE, place) == Money(300_000)  # owed by the shop


def test_the_same_key_at_once_is_one_withdrawal(rich_shop):
    place, account, person = rich_shop
    key = uuid4()

    got = at_once(lambda _number: asked(place, 20_000, to=account, by=person, key=key).pk, 16, 8)

    assert (len(set(got)), money(place)) == (1, (80_000, 20_000))


# What the verifier finds


FAULTS = (
    "UPDATE settlement_withdrawal SET amount = amount - 1 WHERE id = %s",
    "UPDATE settlement_withdrawal SET status = 'failed', reason = 'x' WHERE id = %s",
    "DELETE FROM settlement_withdrawal WHERE id = %s",
    "UPDATE settlement_withdrawal SET shop_id = (SELECT max(id) FROM merchants_shop) WHERE id = %s",
)


def test_the_verifier_finds_what_was_planted(rich_shop, owner_connection):
    place, account, person = rich_shop
    shop()
    rows = [asked(place, 10_000, to=account, by=person) for _ in FAULTS]
    for _ in rows:
        check_withdrawals(now=NOON)
        pay_withdrawals(now=NOON)
    assert verify_ledger().withdrawal_faults == 0

    for row, fault in zip(rows, FAULTS, strict=True):
        before = verify_ledger().withdrawal_faults
        with owner_connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(fault, [row.pk])
        assert verify_ledger().withdrawal_faults > before, fault
