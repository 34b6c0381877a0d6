"""R4, 2.39: money that moves unusually is held in the same transaction, and two people decide what becomes of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from mall.accounts.devices import see_device
from mall.crypto import blind_index
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from marketing.models import Coupon
from orders.models import Refund
from risk.fake_trade.observing import Traits, observe
from risk.holds import HeldByCase, held_subjects, release_hold
from risk.models import Hold, MoneyCase, MoneyLook, MoneyRule, TradeFact
from risk.money.cases import (
    AppealTooLate,
    ChecksOpen,
    DecidesNotAlone,
    NotOnTheList,
    OrderMissing,
    appeal,
    hold_case,
    note_check,
    propose,
    send_back,
)
from settlement import money_watch, payouts
from settlement.ledger import balance_of, balances
from settlement.models import Account, Entry, SandboxPayout, Withdrawal
from settlement.payouts import pay_withdrawals
from settlement.seizures import NotThatMuch, answer_appeal, cases_of, decide_case
from settlement.verification import verify_ledger
from settlement.withdrawals import MoneyHeld, approve_withdrawal, check_withdrawals
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import coupon
from tests.factories.merchants import seat, shop
from tests.factories.settlement import (
    asked,
    bank_account,
    held_money,
    looked_into,
    proposed_seizure,
    with_money,
)
from tests.journeys import paid_order

Status = MoneyCase.Status
DAY = timedelta(days=1)


@pytest.fixture
def rich(db):
    """A shop with 1,000 yuan, and somebody who may withdraw them."""
    place = shop()
    with_money(place, 100_000)
    seat(place, shopper(), role="owner")
    return place


def is_held(place) -> bool:
    return bool(held_subjects(Hold.Kind.MONEY, [place.public_id]))


def signs_of(withdrawal) -> set[str]:
    return set(MoneyLook.objects.get(subject_id=withdrawal.public_id).signs.values_list("rule__code", flat=True))


# What is seen


def test_an_unusual_withdrawal_is_held_at_once_with_its_evidence_and_the_shop_is_told(rich):
    case = held_money(rich)
    deliver_everything()

    (withdrawal,) = Withdrawal.objects.owned_by(rich)
    assert (case.status, case.is_live, case.points, is_held(rich)) == (Status.OPEN, True, 85, True)
    assert signs_of(withdrawal) == {"turnover", "new_account", "new_device"}
    assert check_withdrawals(now=NOON) == {"review": 1}
    with pytest.raises(MoneyHeld):
        approve_withdrawal(withdrawal=withdrawal, by=staff(), now=NOON)
    with pytest.raises(MoneyHeld):
        asked(rich, 10_000)
    told = Notice.objects.get(kind="settlement.money_held")
    assert told.url.endswith(f"/held/{case.public_id}/")


def test_a_usual_withdrawal_is_looked_at_and_held_by_nobody(rich):
    person = shopper()
    see_device(person=person, device="known", user_agent="", network="", now=NOON - 4 * DAY)

    withdrawal = asked(rich, 20_000, by=person, device="known")

    assert signs_of(withdrawal) == {"turnover"}  # it sold nothing in 30 days
    assert (MoneyCase.objects.count(), is_held(rich)) == (0, False)


def test_all_of_it_happens_or_nothing(rich):
    """The look is part of the request: where the request fails, no case stands and no hold."""
    with pytest.raises(RuntimeError, match="planted"), transaction.atomic():
        held_money(rich)
        raise RuntimeError("planted")

    assert (MoneyCase.objects.count(), Withdrawal.objects.count(), is_held(rich)) == (0, 0, False)


def test_many_a_day_to_many_accounts_are_two_signs(rich):
    accounts = [bank_account(rich) for _ in range(3)]

    taken = [asked(rich, 10_000, to=to, now=NOON + timedelta(hours=hour)) for hour, to in enumerate(accounts)]

    assert signs_of(taken[1]) == {"turnover"}
    assert signs_of(taken[2]) == {"turnover", "often", "payees"}
    assert (MoneyCase.objects.get().points, is_held(rich)) == (80, True)


def test_larger_than_nearly_all_counts_from_thirty_withdrawals_on(rich):
    with_money(rich, 10_000_000)
    others = shop()
    with_money(others, 10_000_000)
    account = bank_account(others, now=NOON - timedelta(days=80))
    for hours in range(29):
        asked(others, 10_000, to=account, now=NOON - timedelta(days=40, hours=25 * hours))
    assert "large" not in signs_of(asked(rich, 30_000))

    assert "large" in signs_of(asked(rich, 40_000))
    assert "large" not in signs_of(asked(others, 10_000, to=account))


def test_a_week_of_refunds_far_above_the_usual_is_a_sign(rich):
    for days in (8, 15, 22, 29):
        _refunded(rich, NOON - timedelta(days=days))
    for hours in range(4):
        _refunded(rich, NOON - timedelta(hours=hours))
    few = money_watch._refunds_of_the_week(rich, NOON)
    last = _refunded(rich, NOON)

    assert (few, money_watch._refunds_of_the_week(rich, NOON)) == (0, 500)
    case = money_watch.watch_refund(refund_id=last.public_id, shop_id=rich.public_id, amount=last.amount, now=NOON)
    assert case is None  # 40 points alone
    (sign,) = MoneyLook.objects.get(subject_id=last.public_id).signs.all()
    assert (sign.rule.code, sign.found) == ("refunds", 500)


def _refunded(place, at) -> Refund:
    order = paid_order(skus={sku(shop=place): 1}, now=NOON)
    moments = {"asked_at": at, "refunded_at": at}
    return Refund.objects.create(
        payment=order.group.payments.get(), order=order, status="succeeded", amount=100, reason="…", **moments
    )


def test_many_people_who_pay_with_coupons_on_one_device_are_a_sign(rich):
    for many in range(4):
        order = paid_order(skus={sku(shop=rich, price="20.00"): 1}, now=NOON)
        device = blind_index("one" if many < 3 else "another")
        TradeFact.objects.filter(order_id=order.public_id).delete()
        traits = Traits(
            order_id=order.public_id, shop_id=rich.public_id, buyer=blind_index(str(many)), device=device, paid_at=NOON,
            worth=1, paid=1,
        )  # fmt: skip
        observe(traits, now=NOON)
        if many != 1:  # two of three on the one device
            coupon(shop=None, holder=order.shopper, rule={"at": 0, "off": 100})
            Coupon.objects.filter(shopper=order.shopper).update(
                status="used", locked_for=order.group.public_id, used_at=NOON
            )

    assert money_watch._people_on_one_device(rich, NOON) == 2
    assert money_watch._people_on_one_device(shop(), NOON) == 0


# Two people decide


def test_nothing_is_proposed_before_everything_was_looked_into(rich):
    case, by = held_money(rich), staff()

    with pytest.raises(ChecksOpen, match=";"):
        propose(case=case, decision="release", reason="…", by=by, now=NOON)
    with pytest.raises(NotOnTheList):
        note_check(case=case, item="coupons", note="…", by=by, now=NOON)
    looked_into(case, by=by)
    propose(case=case, decision="release", reason="…", by=by, now=NOON)

    assert MoneyCase.objects.get().status == Status.PROPOSED


def test_released_by_a_second_person_the_money_is_free_and_the_shop_hears_why(rich):
    case, maker, checker = held_money(rich), staff(), staff()
    propose(case=looked_into(case), decision="release", reason="A new lorry.", by=maker, now=NOON)

    with pytest.raises(DecidesNotAlone):
        decide_case(case=case, by=maker, now=NOON)
    assert is_held(rich)
    decide_case(case=case, by=checker, now=NOON)
    deliver_everything()

    assert (MoneyCase.objects.get().status, is_held(rich)) == (Status.RELEASED, False)
    assert Notice.objects.get(kind="settlement.money_released").facts["reason"] == "A new lorry."
    assert not Entry.objects.filter(kind__startswith="seized").exists()


def test_seized_money_leaves_the_shop_through_the_ledger_and_the_rest_is_free(rich):
    case = proposed_seizure(held_money(rich, 90_000), 60_000)

    decide_case(case=case, by=staff(), now=NOON)
    deliver_everything()

    assert Withdrawal.objects.get().status == Withdrawal.Status.REJECTED
    assert (balances(rich)["available"], is_held(rich)) == (Money(40_000), False)
    entry = Entry.objects.get(kind="seized")
    assert entry.ref == case.public_id
    assert sorted(entry.postings.values_list("account__kind", "amount")) == [
        ("seized", -60_000), ("shop_available", 60_000),
    ]  # fmt: skip
    assert verify_ledger().seizure_faults == 0
    told = Notice.objects.get(kind="settlement.money_seized").facts
    assert (told["amount"], told["order"]) == ("¥600.00", "杭公冻字 12 号")


def test_never_more_is_seized_than_there_is_and_then_nothing_moves(rich):
    case = proposed_seizure(held_money(rich), 100_001)

    with pytest.raises(NotThatMuch):
        decide_case(case=case, by=staff(), now=NOON)

    case.refresh_from_db()
    assert (case.status, balances(rich)["available"]) == (Status.PROPOSED, Money(80_000))
    assert Withdrawal.objects.get().status == Withdrawal.Status.APPLIED


def test_a_seizure_names_its_order(rich):
    case = looked_into(held_money(rich))
    full = {"amount": Money(1), "authority": "court", "order_number": "1"}

    for name in full:
        with pytest.raises(OrderMissing):
            propose(case=case, decision="seize", reason="…", by=staff(), now=NOON, **{**full, name: None or ""})


def test_the_second_person_may_send_it_back(rich):
    case = proposed_seizure(held_money(rich))

    send_back(case=case, reason="Call her first.", by=staff(), now=NOON)

    case.refresh_from_db()
    assert (case.status, case.decision, case.amount, case.proposed_by) == (Status.OPEN, "", Money(0), None)
    assert is_held(rich)


def test_the_hold_of_an_undecided_case_is_released_by_nobody_alone(rich):
    case = held_money(rich)

    with pytest.raises(HeldByCase, match=case.public_id):
        release_hold(hold=case.hold, by=staff(), now=NOON)

    assert is_held(rich)


def test_a_case_in_shadow_is_held_when_somebody_says_so(rich):
    MoneyRule.objects.update(mode="shadow")
    case = held_money(rich)
    assert (case.is_live, is_held(rich)) == (False, False)

    hold_case(case=case, by=staff(), now=NOON)

    assert is_held(rich)


# What the shop says


def test_a_third_person_answers_the_appeal_and_what_was_seized_goes_back(rich):
    maker, checker, third = staff(), staff(), staff()
    case = proposed_seizure(held_money(rich), 60_000, by=maker)
    decide_case(case=case, by=checker, now=NOON)
    appeal(case=case, words="It was a sale of the whole stock.", by=shopper(), now=NOON + DAY)

    for one in (maker, checker):
        with pytest.raises(DecidesNotAlone):
            answer_appeal(case=case, is_upheld=True, answer="…", by=one, now=NOON + DAY)
    answer_appeal(case=case, is_upheld=True, answer="The papers prove it.", by=third, now=NOON + DAY)
    deliver_everything()

    case.refresh_from_db()
    assert (case.status, balances(rich)["available"]) == (Status.RETURNED, Money(100_000))
    assert balance_of(Account.Kind.SHOP_WITHDRAWING, rich) == Money(0)
    assert verify_ledger().seizure_faults == 0
    assert Notice.objects.filter(kind="settlement.appeal_upheld").exists()


def test_a_refused_appeal_is_the_last_and_a_late_one_is_none(rich):
    case = proposed_seizure(held_money(rich))
    decide_case(case=case, by=staff(), now=NOON)

    with pytest.raises(AppealTooLate):
        appeal(case=case, words="…", by=shopper(), now=NOON + 16 * DAY)
    appeal(case=case, words="…", by=shopper(), now=NOON + 15 * DAY)
    answer_appeal(case=case, is_upheld=False, answer="No.", by=staff(), now=NOON + 15 * DAY)
    with pytest.raises(AppealTooLate):
        appeal(case=case, words="…", by=shopper(), now=NOON + 15 * DAY)

    assert balances(rich)["available"] == Money(85_000)


def test_what_a_shop_says_while_its_money_is_held_stands_with_the_case(rich):
    case, owner = held_money(rich), shopper()

    appeal(case=case, words="We bought a lorry.", by=owner, now=NOON)

    case.refresh_from_db()
    assert (case.status, case.appeal, case.appealed_by) == (Status.OPEN, "We bought a lorry.", owner)


def test_a_shop_reads_its_own_cases_through_the_house_and_no_table(rich):
    case, other = held_money(rich), shop()
    with shop_scope(other.pk):
        assert cases_of(other) == []
    with shop_scope(rich.pk):
        assert [each.public_id for each in cases_of(rich)] == [case.public_id]
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            MoneyCase.objects.first()


DECISIONS = {
    "hold": lambda case: hold_case(case=case, by=staff(), now=NOON),
    "note": lambda case: note_check(case=case, item="call", note="…", by=staff(), now=NOON),
    "propose": lambda case: propose(case=case, decision="release", reason="…", by=staff(), now=NOON),
    "decide": lambda case: decide_case(case=case, by=staff(), now=NOON),
    "send_back": lambda case: send_back(case=case, reason="…", by=staff(), now=NOON),
    "appeal": lambda case: appeal(case=case, words="…", by=shopper(), now=NOON),
    "answer": lambda case: answer_appeal(case=case, is_upheld=True, answer="…", by=staff(), now=NOON),
}
MAY = {
    Status.OPEN: {"hold", "note", "propose", "appeal"},
    Status.PROPOSED: {"hold", "decide", "send_back", "appeal"},
    Status.RELEASED: set(),
    Status.SEIZED: {"appeal"},
    Status.APPEALED: {"answer"},
    Status.RETURNED: set(),
}


@pytest.mark.parametrize("status", MAY)
def test_every_decision_in_every_status_moves_or_is_refused(rich, status):  # F6
    case = looked_into(held_money(rich))
    if status != Status.OPEN:
        release = {"decision": "release", "reason": "…", "by": staff(), "now": NOON}
        case = propose(case=case, **release) if status == Status.RELEASED else proposed_seizure(case)
    if status not in MoneyCase.UNDECIDED:
        decide_case(case=case, by=staff(), now=NOON)
    if status in (Status.APPEALED, Status.RETURNED):
        appeal(case=case, words="…", by=shopper(), now=NOON)
    if status == Status.RETURNED:
        answer_appeal(case=case, is_upheld=True, answer="…", by=staff(), now=NOON)
    assert MoneyCase.objects.get().status == status

    done = set()
    for name, decide in DECISIONS.items():
        try:
            with transaction.atomic():
                decide(MoneyCase.objects.get())
                done.add(name)
                raise _Undone
        except (_Undone, WrongStatus):
            pass

    assert done == MAY[status]


class _Undone(Exception):
    """Nothing of it stays."""


def test_the_database_keeps_who_decides_apart(rich):
    case = proposed_seizure(held_money(rich))
    plants = (
        "status = 'seized', decided_by_id = proposed_by_id, decided_at = now()",
        "status = 'released', decided_by_id = NULL",
        "amount = 0",
        "order_number = ''",
        "decision = 'release'",
    )
    for plant in plants:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE risk_moneycase SET {plant} WHERE id = %s", [case.pk])


# While a withdrawal is on its way (D5)


@pytest.fixture
def on_its_way(committed_db):
    """A withdrawal that only has to be sent, and what an unusual one needs."""
    place = shop()
    with_money(place, 100_000)
    withdrawal = asked(place, 20_000)
    check_withdrawals(now=NOON)
    bank_account(place, is_usable=False)
    return place, withdrawal, bank_account(place), shopper()


def _race(place, account, person, *, first) -> None:
    """A freeze and a payout at once, on two connections; ``first``: the payout waits until the freeze is committed."""
    gate = Barrier(2)

    def freeze():
        try:
            if not first:
                gate.wait()
            asked(place, 10_000, to=account, by=person, device="")
            if first:
                gate.wait()
        finally:
            connection.close()

    def pay():
        try:
            gate.wait()
            pay_withdrawals(now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(freeze), pool.submit(pay)]:
            each.result()


def test_a_freeze_that_was_committed_first_wins(on_its_way):  # D5
    place, withdrawal, account, person = on_its_way

    _race(place, account, person, first=True)

    withdrawal.refresh_from_db()
    assert (is_held(place), withdrawal.status, SandboxPayout.objects.count()) == (True, "approved", 0)


@pytest.mark.parametrize("_again", range(4))
def test_a_freeze_at_the_same_moment_leaves_money_and_books_in_one_of_two_states(on_its_way, _again):
    place, withdrawal, account, person = on_its_way

    _race(place, account, person, first=False)

    withdrawal.refresh_from_db()
    assert is_held(place)
    assert (withdrawal.status, SandboxPayout.objects.count()) in {("approved", 0), ("paid_out", 1)}
    assert verify_ledger().withdrawal_faults == 0


def test_without_looking_at_holds_again_the_money_leaves_though_it_was_frozen(on_its_way, monkeypatch):
    """Negative control of D5."""
    place, _withdrawal, account, person = on_its_way
    monkeypatch.setattr(payouts, "is_held", lambda withdrawal: False)

    _race(place, account, person, first=True)

    assert (is_held(place), SandboxPayout.objects.count()) == (True, 1)
