"""O7: what nobody does in time happens by itself, at the moment that stands on the case; twice or late does no harm."""

from datetime import timedelta

import pytest

from catalog.models import Sku, Stock
from mall.flow import WrongStatus
from mall.money import Money
from orders import tunables
from orders.after_sales import answering, arbitration, clock, returning
from orders.carriers.sandbox import COMES_BACK, number_of
from orders.fulfillment import complete_delivered_orders
from orders.models import AfterSale, Order, Refund
from orders.tracking import follow_parcels
from settlement.models import Share
from settlement.release import release_due_shares
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper as a_person
from tests.factories.accounts import staff
from tests.journeys import completed_order, delivered_order, paid_order
from tests.orders.after_sales.cases import (
    DAY,
    HOUR,
    a_case,
    accepted,
    agreed,
    came_back,
    case_of,
    decided,
    paid_back,
    resent,
    sent_back,
    three_cups,
    time_passes,
    with_evidence,
)

pytestmark = pytest.mark.django_db
A_MOMENT = timedelta(microseconds=1)


def unshipped() -> AfterSale:
    return case_of(paid_order(skus=three_cups()), "refund")


WAYS = {  # how it got there, after how long, and what it is then
    "a shop that does not answer agrees": (lambda: a_case("refund"), 48 * HOUR, "refunding"),
    "before shipping sooner": (unshipped, 24 * HOUR, "refunding"),
    "a return that nobody answers is agreed to": (a_case, 48 * HOUR, "awaiting_return"),
    "goods that are not sent back": (lambda: agreed(a_case()), 7 * DAY, "closed"),
    "a parcel of which nobody speaks has arrived": (lambda: sent_back(agreed(a_case())), 10 * DAY, "inspecting"),
    "what is not inspected is accepted": (lambda: came_back(a_case()), 7 * DAY, "refunding"),
    "what is not sent becomes money": (lambda: accepted(a_case("exchange")), 7 * DAY, "refunding"),
    "what is not confirmed has arrived": (lambda: resent(accepted(a_case("exchange"))), 10 * DAY, "done"),
    "who does not go on after a refusal": (
        lambda: answering.refuse(case=a_case(), text="No.", by=a_person(), now=NOON),
        7 * DAY,
        "closed",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_clock_runs_out_at_its_moment_and_not_before(way):
    make, wait, ends = WAYS[way]
    case = make()

    early = clock.run_due(now=NOON + wait - A_MOMENT)
    once = clock.run_due(now=NOON + wait)
    twice = clock.run_due(now=NOON + wait)

    case.refresh_from_db()
    assert (early, sum(once.values()), twice) == ({}, 1, {})
    assert case.status == ends


def test_a_long_outage_is_made_up_for_step_by_step():
    case = sent_back(agreed(a_case()))

    time_passes(NOON + 30 * DAY)
    case.refresh_from_db()
    assert case.status == "inspecting"
    time_passes(NOON + 60 * DAY)

    case.refresh_from_db()
    assert case.status == "done"
    assert Refund.objects.count() == 1
    assert verify_ledger().ok


def test_turning_a_number_changes_the_cases_that_come_and_not_those_that_are():
    before = a_case("refund")
    tunables.ANSWER_HOURS.turn(5, by=staff(), now=NOON)
    after = a_case("refund")

    assert (before.due_at, after.due_at) == (NOON + 48 * HOUR, NOON + 5 * HOUR)


def test_an_open_case_keeps_an_order_from_completing_and_the_days_go_on_after_it():  # O7
    order = delivered_order(skus=three_cups(), now=NOON - DAY)
    case = case_of(order, "refund")

    assert complete_delivered_orders(now=NOON + 20 * DAY) == 0
    agreed(case, now=NOON + 3 * DAY)
    paid_back(NOON + 3 * DAY - HOUR)

    order.refresh_from_db()
    assert (order.paused_at, order.due_at) == (None, NOON - DAY + 7 * DAY + 3 * DAY)
    assert complete_delivered_orders(now=NOON + 20 * DAY) == 1


def test_an_open_case_holds_the_share_and_a_complaint_does_not():
    from orders.after_sales.asking import complain

    held, free = completed_order(skus=three_cups()), completed_order(skus=three_cups())
    case = case_of(held, "repair")
    complain(order=free, text="Rude.", by=free.shopper, now=NOON)

    assert release_due_shares(now=NOON + 8 * DAY) == 1
    time_passes(NOON + 9 * DAY)
    time_passes(NOON + 20 * DAY)
    case.refresh_from_db()
    assert case.status == "closed"
    assert release_due_shares(now=NOON + 20 * DAY) == 1
    assert set(Share.objects.values_list("status", flat=True)) == {"released"}


def test_an_exchange_of_what_is_sold_out_becomes_a_return_when_nobody_answers():
    skus = three_cups(stock=3)
    case = case_of(delivered_order(skus=skus), "exchange")

    clock.run_due(now=NOON + 48 * HOUR)

    case.refresh_from_db()
    assert (case.kind, case.status) == ("return", "awaiting_return")


def test_an_exchange_reserves_when_agreed_and_leaves_with_a_parcel_of_its_own():  # O7
    skus = three_cups()
    (cup,) = skus
    order = delivered_order(skus=skus)
    case = agreed(case_of(order, "exchange"))
    reserved = Stock.objects.get(sku=cup).reserved
    case = returning.note_arrival(case=sent_back(case), by=a_person(), now=NOON)
    case = returning.inspect(case=case, sellable=0, damaged=1, by=a_person(), now=NOON)
    case = resent(case)
    returning.receive(case=case, by=order.shopper, now=NOON)

    line = order.lines.get()
    assert reserved == 1
    assert Stock.objects.values_list("on_hand", "reserved").get(sku=cup) == (6, 0)
    assert case.parcels.get().delivered_at == NOON
    assert (line.claimed_quantity, line.refunded_quantity) == (0, 0)  # the new piece may be returned as well
    assert Order.objects.get().paused_at is None


def an_exchange_that_came_back() -> tuple[AfterSale, Sku]:
    """The replacement was not accepted, and is with the shop again."""
    skus = three_cups()
    (cup,) = skus
    case = agreed(case_of(delivered_order(skus=skus), "exchange"))
    case = returning.note_arrival(case=sent_back(case), by=a_person(), now=NOON)
    case = returning.inspect(case=case, sellable=0, damaged=1, by=a_person(), now=NOON)
    fate = number_of(f"{number():010d}{COMES_BACK}")
    returning.resend(case=case, carrier="sandbox", tracking_number=fate, by=a_person(), now=NOON)
    follow_parcels(now=NOON + 9 * DAY)
    case.refresh_from_db()
    return case, cup


def test_a_replacement_that_comes_back_to_its_sender_is_owed_once_more():  # O7, O6
    case, cup = an_exchange_that_came_back()
    former = case.parcels.get()
    assert (case.status, former.delivered_at, case.notes.latest("pk").did) == ("resending", None, "undelivered")
    assert case.due_at == former.returned_at + 7 * DAY

    again = returning.resend(
        case=case, carrier="sf", tracking_number=f"SF{number():013d}", by=a_person(), now=NOON + 10 * DAY
    )
    clock.run_due(now=NOON + 30 * DAY)

    case.refresh_from_db()
    former.refresh_from_db()
    again.refresh_from_db()
    assert (case.status, again.replaces, former.delivered_at) == ("done", former, None)
    assert again.delivered_at == NOON + 30 * DAY
    assert Stock.objects.values_list("on_hand", "reserved").get(sku=cup) == (6, 0)  # it has left once


@pytest.mark.parametrize("who", ["shop", "clock"])
def test_instead_of_a_replacement_that_came_back_the_money_goes_back_and_it_is_on_the_shelf(who):  # O7, O8
    case, cup = an_exchange_that_came_back()

    if who == "shop":
        returning.give_money(case=case, by=a_person(), now=NOON + 10 * DAY)
        returning_twice = clock.run_due(now=NOON + 40 * DAY)
        assert returning_twice == {}
    else:
        clock.run_due(now=NOON + 40 * DAY)

    case.refresh_from_db()
    assert (case.status, case.refund_goods) == ("refunding", case.worth)
    assert Stock.objects.values_list("on_hand", "reserved").get(sku=cup) == (7, 0)


@pytest.mark.parametrize(("refund", "ends"), [(Money(2800), "done"), (None, "closed")])
def test_a_replacement_that_came_back_while_the_mall_decided_is_counted_into_the_stock_once(refund, ends):  # O7, O8
    skus = three_cups()
    (cup,) = skus
    case = agreed(case_of(delivered_order(skus=skus), "exchange"))
    case = returning.note_arrival(case=sent_back(case), by=a_person(), now=NOON)
    case = returning.inspect(case=case, sellable=0, damaged=1, by=a_person(), now=NOON)
    fate = number_of(f"{number():010d}{COMES_BACK}")
    returning.resend(case=case, carrier="sandbox", tracking_number=fate, by=a_person(), now=NOON)
    with pytest.raises(WrongStatus):  # nothing has come back
        returning.restock(case=case, sellable=1, by=a_person(), now=NOON)
    arbitration.escalate(case=case, text="It never comes.", by=case.shopper, now=NOON + DAY)
    decided(with_evidence(case, now=NOON + DAY), refund=refund, liability_percent=60, now=NOON + DAY)
    follow_parcels(now=NOON + 9 * DAY)
    time_passes(NOON + 10 * DAY)
    before = Stock.objects.get(sku=cup).on_hand

    with pytest.raises(returning.WrongInspection):
        returning.restock(case=case, sellable=2, by=a_person(), now=NOON + 10 * DAY)
    returning.restock(case=case, sellable=1, by=a_person(), now=NOON + 10 * DAY)
    with pytest.raises(WrongStatus):
        returning.restock(case=case, sellable=1, by=a_person(), now=NOON + 10 * DAY)

    case.refresh_from_db()
    assert (case.status, Stock.objects.get(sku=cup).on_hand) == (ends, before + 1)


def test_what_was_not_inspected_can_be_counted_later_once():
    skus = three_cups()
    (cup,) = skus
    case = came_back(a_case(order=delivered_order(skus=skus)))
    time_passes(NOON + 7 * DAY)
    before = Stock.objects.get(sku=cup).on_hand

    returning.count(case=case, sellable=1, by=a_person(), now=NOON + 8 * DAY)
    with pytest.raises(WrongStatus):
        returning.count(case=case, sellable=1, by=a_person(), now=NOON + 8 * DAY)

    assert Stock.objects.get(sku=cup).on_hand == before + 1
