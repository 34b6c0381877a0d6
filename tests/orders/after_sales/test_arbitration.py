"""O7: the mall decides in fixed terms, and what it decides carries itself out through the ledger."""

import pytest
from django.db import IntegrityError, transaction

from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.money import Money
from orders.after_sales import arbitration, asking, clock, returning, talking
from orders.after_sales.arbitration import EvidenceOpen, SameOfficer, WrongVerdict
from orders.after_sales.evidence import visible_notes
from orders.models import AfterSaleNote, Verdict
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper as a_person
from tests.factories.accounts import staff
from tests.journeys import completed_order, delivered_order
from tests.orders.after_sales.cases import (
    DAY,
    HOUR,
    Side,
    a_case,
    before_the_mall,
    case_of,
    decided,
    paid_back,
    sent_back,
    three_cups,
    time_passes,
    with_evidence,
)

pytestmark = pytest.mark.django_db


def test_a_story_from_refusal_to_the_money_by_verdict():  # O7, O8
    order = completed_order(skus=three_cups())
    case = with_evidence(before_the_mall(case_of(order, quantity=2)))

    decided(case, liability_percent=80, refund=Money(5000), shipping_payer="shop", needs_return=True)
    time_passes(NOON + 3 * DAY)
    case.refresh_from_db()
    assert (case.status, case.asked) == ("awaiting_return", Money(5000))
    sent_back(case, now=NOON + 3 * DAY)
    returning.note_arrival(case=case, by=a_person(), now=NOON + 4 * DAY)
    returning.inspect(case=case, sellable=2, by=a_person(), now=NOON + 4 * DAY)
    paid_back(NOON + 4 * DAY)

    case.refresh_from_db()
    order.refresh_from_db()
    assert (case.status, case.refund_goods, case.refund_shipping, case.fault) == (
        "done",
        Money(5000),
        Money(533),  # two of three pieces' part of the fee
        "shop",
    )
    assert order.refunded == Money(5533)
    told = OutboxEvent.objects.get(name="AfterSaleClosed").payload
    assert (told["is_lost_by_shop"], told["was_arbitrated"], told["refunded"], told["goods_back"]) == (
        True,
        True,
        5533,
        2,
    )
    assert verify_ledger().ok


def test_a_verdict_against_the_shopper_closes_the_case_and_frees_the_pieces():
    order = delivered_order(skus=three_cups())
    case = with_evidence(before_the_mall(case_of(order)))

    decided(case, liability_percent=0, refund=None)
    time_passes(NOON + 3 * DAY)

    case.refresh_from_db()
    order.refresh_from_db()
    assert (case.status, case.fault, order.paused_at) == ("closed", "shopper", None)
    assert order.lines.get().claimed_quantity == 0


def test_evidence_is_seen_by_the_other_side_when_its_days_are_over():
    case = with_evidence(before_the_mall(a_case()))

    def sides(reader, now):
        return {note.side for note in visible_notes(case, reader, now) if note.did == "evidence"}

    assert sides(Side.SHOPPER, NOON + DAY) == {"shopper"}
    assert sides(Side.SHOP, NOON + DAY) == {"shop"}
    assert sides(Side.MALL, NOON + DAY) == {"shopper", "shop"}
    assert sides(Side.SHOP, NOON + 3 * DAY) == {"shopper", "shop"}
    with pytest.raises(WrongStatus):
        talking.say(case=case, side=Side.SHOP, text="Late.", by=a_person(), now=NOON + 3 * DAY)


def test_nobody_decides_while_evidence_may_come():
    case = before_the_mall(a_case())

    with pytest.raises(EvidenceOpen):
        decided(case, now=NOON + 2 * DAY)

    assert decided(case, now=NOON + 3 * DAY).round == 1


def test_an_appeal_is_decided_by_somebody_else_and_at_once():
    case, first, second = with_evidence(before_the_mall(a_case("refund"))), staff(), staff()
    decided(case, by=first, liability_percent=0, refund=None)
    arbitration.appeal(case=case, side=Side.SHOPPER, text="But look!", by=case.shopper, now=NOON + 2 * DAY)

    with pytest.raises(SameOfficer):
        decided(case, by=first, now=NOON + 5 * DAY)
    decided(case, by=second, now=NOON + 5 * DAY)
    paid_back(NOON + 5 * DAY)

    case.refresh_from_db()
    assert (case.status, case.refund_goods) == ("done", case.worth)
    with pytest.raises(WrongStatus):
        arbitration.appeal(case=case, side=Side.SHOP, text="No!", by=a_person(), now=NOON + 5 * DAY)
    with pytest.raises(IntegrityError), transaction.atomic():  # the database says so too
        Verdict.objects.filter(round=2).update(officer=first)


def test_an_appeal_that_comes_too_late_is_refused():
    case = with_evidence(before_the_mall(a_case()))
    decided(case)

    with pytest.raises(WrongStatus):
        arbitration.appeal(case=case, side=Side.SHOP, text="No!", by=a_person(), now=NOON + 3 * DAY)


@pytest.mark.parametrize(
    "terms",
    [
        {"liability_percent": 101},
        {"refund": Money(2801)},
        {"refund": None, "needs_return": True},
        {"shipping_payer": "x"},
    ],
)
def test_a_verdict_that_cannot_be_carried_out_is_refused(terms):
    case = with_evidence(before_the_mall(a_case()))

    with pytest.raises(WrongVerdict):
        decided(case, **terms)

    assert not Verdict.objects.exists()


def test_a_complaint_without_an_answer_goes_to_the_mall_and_moves_no_money():
    order = delivered_order(skus=three_cups())
    case = asking.complain(order=order, text="Rude on the telephone.", by=order.shopper, now=NOON)
    clock.run_due(now=NOON + 48 * HOUR)
    case.refresh_from_db()
    assert case.status == "arbitration"

    with pytest.raises(WrongVerdict):
        decided(case, refund=Money(8401), now=NOON + 6 * DAY)
    with pytest.raises(WrongVerdict):
        decided(case, refund=Money(1), needs_return=True, now=NOON + 6 * DAY)
    decided(case, refund=None, now=NOON + 6 * DAY)
    clock.run_due(now=NOON + 9 * DAY)
    deliver_everything()

    case.refresh_from_db()
    assert (case.status, case.fault) == ("done", "shop")
    told = OutboxEvent.objects.get(name="AfterSaleClosed").payload
    assert (told["kind"], told["response_seconds"], told["is_lost_by_shop"]) == ("complaint", -1, True)
    assert AfterSaleNote.objects.filter(case=case).count() == 4
