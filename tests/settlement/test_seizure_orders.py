"""R4: seized money is paid over to an authority, or goes back, by its order, on the word of two people."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse

from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from merchants.models import Shop
from risk.money.cases import AppealTooLate, appeal
from risk.tunables import MONEY_APPEAL_DAYS
from settlement.bank_accounts import BankAccountRefused
from settlement.ledger import balances, trial_balance
from settlement.models import Entry, SandboxPayout, SeizureOrder
from settlement.payouts import NotByHand
from settlement.seizure_orders import (
    AnotherNumber,
    OrderIncomplete,
    OrderNotReady,
    approve_order,
    ask_about_order,
    discard_order,
    left_of,
    note_order_failed,
    note_order_paid,
    pay_seizure_orders,
)
from settlement.seizures import appeal_case, cases_of, may_appeal
from settlement.transit import in_transit
from settlement.verification import verify_ledger
from settlement.withdrawals import AnotherPersonDecides
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat, shop
from tests.factories.settlement import seized_money, seizure_order, with_money

Status = SeizureOrder.Status
LATER = NOON + timedelta(days=16)
NUMBER = "330501618327000"


@pytest.fixture
def seized(db):
    """A shop of whose 1,000 yuan 150 are seized; nobody has appealed in time."""
    place = shop()
    with_money(place, 100_000)
    seat(place, shopper(), role="owner")
    return seized_money(place)


def lies() -> dict[str, int]:
    return {row.kind: -row.balance.minor for row in trial_balance() if row.kind.startswith("seized")}


def approved(case, fen: int = 15_000, **said) -> SeizureOrder:
    order = seizure_order(case, fen, now=LATER, **said)
    return approve_order(order=order, number=said.get("number", NUMBER), by=staff(), now=LATER)


def test_what_two_people_approve_is_paid_over_and_everybody_can_read_it(seized):
    maker = staff()
    order = seizure_order(seized, by=maker, now=LATER)
    drawn = lies()
    assert next(row for row in in_transit() if row.kind == "seized_paying").since == LATER

    with pytest.raises(AnotherPersonDecides):
        approve_order(order=order, number=NUMBER, by=maker, now=LATER)
    with pytest.raises(AnotherNumber):
        approve_order(order=order, number="330501618327001", by=staff(), now=LATER)
    assert pay_seizure_orders(now=LATER) == {}
    approve_order(order=order, number="3305 0161 8327 000", by=staff(), now=LATER)
    told = [pay_seizure_orders(now=LATER) for _ in range(2)]
    deliver_everything()

    order.refresh_from_db()
    sent = SandboxPayout.objects.get()
    assert (told, order.status) == ([{"done": 1}, {}], Status.DONE)
    assert (sent.merchant_reference, sent.amount_minor) == (order.public_id, 15_000)
    assert (drawn, lies()) == ({"seized": 0, "seized_paying": 15_000}, {"seized": 0, "seized_paying": 0})
    legs = Entry.objects.get(kind="seized_paid").postings.values_list("account__kind", "amount")
    assert sorted(legs) == [("custodian", -15_000), ("seized_paying", 15_000)]
    assert verify_ledger().seizure_faults == 0
    assert Notice.objects.get(kind="settlement.seized_paid_over").facts["order"] == order.file_number
    shown = cases_of(shop_of(seized))[0]
    assert [(one.amount, one.status) for one in shown.carried_out] == [(Money(15_000), "done")]


def shop_of(case) -> Shop:
    return Shop.objects.get(public_id=case.shop_id)


@pytest.mark.parametrize(("ending", "after"), [("5009", timedelta()), ("5039", timedelta(minutes=3))])
def test_what_the_bank_refuses_is_seized_as_before_and_can_be_ordered_again(seized, ending, after):
    number = f"33050161{ending}"
    order = approved(seized, number=number)

    pay_seizure_orders(now=LATER)
    pay_seizure_orders(now=LATER + after)

    order.refresh_from_db()
    assert (order.status, order.reason, lies()["seized"], left_of(seized)) == (
        Status.FAILED, "account closed", 15_000, Money(15_000),
    )  # fmt: skip
    approved(seized, 10_000)
    pay_seizure_orders(now=LATER)
    assert (lies(), left_of(seized)) == ({"seized": 5_000, "seized_paying": 0}, Money(5_000))
    assert verify_ledger().seizure_faults == 0


def test_an_answer_that_never_came_is_asked_for_and_nothing_is_paid_twice(seized):
    order = approved(seized, number="330501614089")

    assert pay_seizure_orders(now=LATER) == {"unanswered": 1}
    assert pay_seizure_orders(now=LATER + timedelta(minutes=3)) == {"done": 1}

    assert SandboxPayout.objects.filter(merchant_reference=order.public_id).count() == 1


def test_a_lifted_seizure_is_the_shops_at_once_when_a_second_person_agrees(seized):
    place = shop_of(seized)
    before = balances(place)["available"]
    order = seizure_order(seized, 6_000, way="back", now=LATER)
    approve_order(order=order, by=staff(), now=LATER)
    deliver_everything()

    order.refresh_from_db()
    assert (order.status, balances(place)["available"] - before, lies()["seized"]) == (Status.DONE, Money(6_000), 9_000)
    assert verify_ledger().seizure_faults == 0
    assert Notice.objects.filter(kind="settlement.seized_lifted").exists()


def test_nothing_is_carried_out_while_the_shop_may_appeal_nor_more_than_is_seized(seized):
    for when in (NOON, NOON + timedelta(days=15)):
        with pytest.raises(OrderNotReady):
            seizure_order(seized, now=when)
    for wrong in ({"fen": 15_001}, {"fen": 0}, {"file_number": " "}, {"holder": ""}, {"number": ""}, {"bank": ""}):
        with pytest.raises(OrderIncomplete):
            seizure_order(seized, now=LATER, **wrong)
    with pytest.raises(BankAccountRefused):
        seizure_order(seized, now=LATER, number="12-x")
    seizure_order(seized, 1_000, now=LATER)
    with pytest.raises(OrderNotReady):
        seizure_order(seized, 1_000, now=LATER)

    assert (SeizureOrder.objects.count(), lies()) == (1, {"seized": 14_000, "seized_paying": 1_000})


def test_who_could_not_appeal_any_more_cannot_when_the_days_are_made_longer(seized):
    order = seizure_order(seized, now=LATER)
    MONEY_APPEAL_DAYS.turn(60, by=staff(), now=LATER)
    place = shop_of(seized)
    (case,) = cases_of(place)

    assert not may_appeal(case, LATER)
    with pytest.raises(AppealTooLate):
        appeal_case(shop=place, case=case, words="…", by=shopper(), now=LATER)
    discard_order(order=order, reason="Wrong file.", by=staff(), now=LATER)
    assert lies() == {"seized": 15_000, "seized_paying": 0}


def test_an_appealed_seizure_is_not_carried_out(seized):
    appeal(case=seized, words="…", by=shopper(), now=NOON)

    with pytest.raises(OrderNotReady):
        seizure_order(seized, now=LATER)


def test_carried_to_the_bank_by_hand_a_person_says_what_came_of_it(seized, settings):
    settings.PAYOUT_CHANNEL = "bank_file"
    order = approved(seized, 5_000)
    pay_seizure_orders(now=LATER)
    order.refresh_from_db()

    note_order_failed(order=order, reason="Closed.", by=staff(), now=LATER)
    again = approved(seized, 5_000)
    pay_seizure_orders(now=LATER)
    pay_seizure_orders(now=LATER + timedelta(days=1))  # nobody to ask
    again.refresh_from_db()
    again = note_order_paid(order=again, note="B1", by=staff(), now=LATER)

    assert (again.status, again.reference, lies()["seized"]) == (Status.DONE, "B1", 10_000)
    assert verify_ledger().seizure_faults == 0


STEPS = {
    "approve": lambda order: approve_order(order=order, number=NUMBER, by=staff(), now=LATER),
    "discard": lambda order: discard_order(order=order, reason="…", by=staff(), now=LATER),
    "by_hand": lambda order: note_order_paid(order=order, note="…", by=staff(), now=LATER),
}
MAY = {"drawn": {"approve", "discard"}, "approved": {"discard"}, "paying": set(), "done": set(), "failed": set()}


def test_every_step_in_every_status_moves_or_is_refused(seized):  # F6
    order = seizure_order(seized, now=LATER)
    facts = {"approved_by": staff(), "approved_at": LATER, "channel": "sandbox", "paying_at": LATER}
    for status, may in MAY.items():
        ended = {"ended_at": LATER, "reason": "…"} if status in ("done", "failed") else {}
        SeizureOrder.objects.update(status=status, **({} if status == "drawn" else facts), **ended)
        done = set()
        for name, step in STEPS.items():
            try:
                with transaction.atomic():
                    step(SeizureOrder.objects.get(pk=order.pk))
                    done.add(name)
                    raise _Undone
            except (_Undone, WrongStatus, NotByHand):
                pass
        assert done == may, status


class _Undone(Exception):
    """Nothing of it stays."""


def test_the_database_keeps_the_two_people_apart_and_the_verifier_sees_what_was_planted(seized):
    """Negative control: what one person alone could write is refused by a constraint, the rest is found at night."""
    order = seizure_order(seized, now=LATER)
    plants = (
        "status = 'approved', approved_by_id = drawn_by_id, approved_at = now()",
        "status = 'approved'",
        "status = 'paying', approved_by_id = NULL",
        "status = 'discarded', ended_at = now()",
    )
    for plant in plants:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE settlement_seizureorder SET {plant} WHERE id = %s", [order.pk])
    for what_it_says in ("amount = 14999", "holder = 'me'", "file_number = '2'"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE settlement_seizureorder SET {what_it_says} WHERE id = %s", [order.pk])
    assert verify_ledger().seizure_faults == 0
    SeizureOrder.objects.update(status="discarded", reason="…", ended_at=LATER)

    found = verify_ledger()
    assert (found.seizure_faults, found.ok) == (1, False)


def test_asking_what_the_bank_never_heard_of_sends_it_under_the_same_reference(seized):
    order = approved(seized)
    SeizureOrder.objects.update(status="paying", channel="sandbox", paying_at=LATER, bank_asked_at=LATER)

    assert ask_about_order(order=SeizureOrder.objects.get(), by=staff(), now=LATER).status == Status.DONE

    assert SandboxPayout.objects.get().merchant_reference == order.public_id


def test_staff_draw_it_up_on_the_page_of_the_case_and_nothing_typed_is_lost(client, seized):
    desk = reverse("admin:risk_moneycase_changelist")
    client.force_login(staff())
    asked = {"action": "order", "_selected_action": [seized.pk], "confirmed": "yes", "way": "over", "amount": "10",
             "authority": "court", "file_number": "（2026）浙 01 执 88 号", "number": "12-x"}  # fmt: skip

    page = client.post(desk, asked)

    assert set(page.context["form"].errors) == {"holder", "number", "bank"}
    assert "（2026）浙 01 执 88 号" in page.content.decode()
    assert not SeizureOrder.objects.exists()
