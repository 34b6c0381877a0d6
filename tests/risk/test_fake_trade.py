"""Rings of buyers are found, innocent look-alikes are not, and what a case does is undone when it is cleared (R3)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from mall.audit.models import AuditRecord
from mall.crypto import blind_index
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from risk.fake_trade.cases import CaseReasonMissing, ConfirmedByYou, clear_case, confirm_case
from risk.fake_trade.graph import evidence_of
from risk.fake_trade.observing import Traits, forget_traits, observe
from risk.fake_trade.rules import turn_rule
from risk.fake_trade.watching import watch_fake_trade, watch_shop
from risk.holds import held_subjects, place_hold, release_hold
from risk.models import Hold, TradeCase, TradeFact, TradeRule, TradeWatch
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import staff

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN = NOON - 10 * DAY


def buys(buyer: str, *, shop: str = "shp_ring", at=None, **marks) -> Traits:
    """Somebody pays an order: a device, a phone, an address and an account of her own unless said otherwise."""
    own = {name: f"{name} of {buyer}" for name in ("device", "network", "address", "phone", "payer")}
    told = {name: blind_index(marks.pop(name, value)) for name, value in own.items()}
    paid_at = at or BEGIN + number() % 200 * HOUR
    traits = Traits(
        order_id=f"ord_{number():020d}", shop_id=shop, buyer=blind_index(buyer), paid_at=paid_at, worth=10_000,
        paid=10_000, account_hours=24 * 365, **told, **marks,
    )  # fmt: skip
    observe(traits, now=NOON)
    return traits


def real_trade(shop: str = "shp_ring", people: int = 12) -> list[str]:
    """People who have nothing in common, each with orders in other shops too."""
    orders = [buys(f"somebody {n}", shop=shop) for n in range(people)]
    for n in range(people):
        buys(f"somebody {n}", shop="shp_other")
        buys(f"somebody {n}", shop="shp_third")
    return [order.order_id for order in orders]


def brushing(buyers: int = 6, *, shop: str = "shp_ring", at=BEGIN, **shared) -> list[str]:
    """A ring: one device, one payer, orders within an hour, received before a parcel can have come."""
    shared = {"device": "one phone", "payer": "one wallet"} | shared
    return [
        buys(
            f"straw {n}",
            shop=shop,
            at=at + n * timedelta(minutes=7),
            shipped_at=at + 5 * HOUR,
            received_at=at + 7 * HOUR,
            **shared,
        ).order_id
        for n in range(buyers)
    ]


def cases() -> dict[str, list[str]]:
    return {case.public_id: sorted(case.orders.values_list("order_id", flat=True)) for case in TradeCase.objects.all()}


def announced(name: str) -> list[dict]:
    return [row.payload for row in OutboxEvent.objects.filter(name=name).order_by("pk")]


def all_rules(mode: str) -> None:
    TradeRule.objects.update(mode=mode)


# Found, and not found


def test_ring_is_found_among_real_trade():  # R3
    real_trade()
    planted = brushing()

    found = watch_fake_trade(now=NOON)

    assert found == {"shops": 3, "cases": 1}
    assert list(cases().values()) == [sorted(planted)]
    case = TradeCase.objects.get()
    assert (case.shop_id, case.is_live, case.order_count, case.buyer_count) == ("shp_ring", True, 6, 6)
    assert {sign["code"] for sign in case.signs} == {"device", "payer", "only_here", "burst", "fast_receipt"}
    assert case.points == 50 + 20 + 15 + 25  # what they share counts 50 at the most


def test_family_that_shares_everything_is_no_ring():  # R3 negative control
    home = {"device": "tablet", "payer": "mother", "phone": "at home", "address": "home", "network": "home"}
    for n, who in enumerate(("mother", "father", "daughter", "son", "grandmother")):
        buys(who, at=BEGIN + 3 * n * DAY, **home)
        buys(who, shop=f"shp_{n}", **home)

    assert watch_fake_trade(now=NOON)["cases"] == 0


def test_family_that_buys_nowhere_else_is_no_ring():  # R3 negative control
    home = {"device": "tablet", "payer": "mother", "phone": "at home", "address": "home", "network": "home"}
    for n, who in enumerate(("mother", "father", "daughter", "son", "grandmother")):
        buys(who, at=BEGIN + n * DAY, **home)

    assert watch_fake_trade(now=NOON)["cases"] == 0


def test_dormitory_on_the_evening_of_a_sale_is_no_ring():  # R3 negative control
    for n in range(30):
        buys(f"student {n}", at=BEGIN + n * timedelta(minutes=4), address="hall 3", network="campus")
        buys(f"student {n}", shop="shp_books", address="hall 3", network="campus")

    assert watch_fake_trade(now=NOON)["cases"] == 0


def test_office_whose_parcels_go_to_the_desk_is_no_ring():  # R3 negative control
    for n in range(15):
        buys(f"colleague {n}", address="tower b", network="office", phone="the desk")
        buys(f"colleague {n}", shop=f"shp_{n % 4}", address="tower b", network="office", phone="the desk")

    assert watch_fake_trade(now=NOON)["cases"] == 0


def test_regular_buyers_of_one_shop_are_no_ring():  # R3 negative control
    for n in range(20):
        buys(f"regular {n}", at=BEGIN + n * timedelta(minutes=3), stars=5, reviewed_at=BEGIN + 5 * DAY,
             shipped_at=BEGIN + DAY, received_at=BEGIN + 4 * DAY)  # fmt: skip

    assert watch_fake_trade(now=NOON)["cases"] == 0


def test_ring_inside_a_dormitory_is_found_without_the_neighbours():  # R3
    for n in range(25):
        buys(f"student {n}", address="hall 3", network="campus")
    planted = brushing(address="hall 3", network="campus")

    watch_fake_trade(now=NOON)

    assert list(cases().values()) == [sorted(planted)]


def test_device_that_very_many_share_links_nobody():  # R3
    for n in range(210):
        buys(f"stranger {n}", device="kiosk", at=BEGIN + n * timedelta(minutes=1))

    assert watch_fake_trade(now=NOON)["cases"] == 0


def test_people_of_a_shop_who_buy_there_again_and_again_are_a_case():  # R3
    for n in range(6):
        buys("the owner", is_own=True, at=BEGIN + n * timedelta(minutes=10), stars=5,
             shipped_at=BEGIN + HOUR, received_at=BEGIN + 2 * HOUR, reviewed_at=BEGIN + 3 * HOUR)  # fmt: skip

    watch_fake_trade(now=NOON)

    assert {sign["code"] for sign in TradeCase.objects.get().signs} == {
        "own_people", "only_here", "burst", "fast_receipt", "rushed_reviews",
    }  # fmt: skip


def test_same_words_and_money_back_after_the_review_speak_against_a_ring():  # R3
    praise = blind_index("review very good, will come again")
    for n in range(6):
        buys(f"straw {n}", device=f"farm {n % 2}", at=BEGIN + n * DAY / 2, stars=5, review=praise,
             received_at=BEGIN + 5 * DAY, shipped_at=BEGIN, reviewed_at=BEGIN + 8 * DAY, refunded_at=BEGIN + 9 * DAY,
        )  # fmt: skip
    buys("straw 0", device="farm 1")  # she has changed phones: the two farms are one

    watch_fake_trade(now=NOON)

    codes = {sign["code"] for sign in TradeCase.objects.get().signs}
    assert {"device", "alike_reviews", "refund_after_review"} <= codes


def test_low_prices_and_young_accounts_are_signs_in_shadow():  # R3
    for n in range(6):
        observe(
            Traits(
                order_id=f"ord_cheap{n}", shop_id="shp_ring", buyer=blind_index(f"straw {n}"), worth=10_000, paid=100,
                device=blind_index("one"), account_hours=3, paid_at=BEGIN + n * DAY,
            ),
            now=NOON,
        )  # fmt: skip

    watch_fake_trade(now=NOON)

    case = TradeCase.objects.get()
    assert (case.is_live, case.points, case.live_points) == (False, 30 + 20 + 15 + 15, 30 + 20)


# What a case does


def test_live_case_holds_money_and_takes_orders_out_at_once():  # R3
    planted = brushing()

    watch_fake_trade(now=NOON)

    case = TradeCase.objects.get()
    assert held_subjects(Hold.Kind.SETTLEMENT, planted) == set(planted)
    (told,) = announced("OrdersSetAside")
    assert (told["case_id"], sorted(told["order_ids"]), told["is_confirmed"]) == (
        case.public_id,
        sorted(planted),
        False,
    )


def test_case_in_shadow_does_nothing_until_it_is_confirmed():  # R3
    all_rules("shadow")
    planted, clerk = brushing(), staff()
    watch_fake_trade(now=NOON)
    case = TradeCase.objects.get()
    before = (case.is_live, held_subjects(Hold.Kind.SETTLEMENT, planted), announced("OrdersSetAside"))

    confirm_case(case=case, reason="They said so.", by=clerk, now=NOON)

    assert before == (False, set(), [])
    assert held_subjects(Hold.Kind.SETTLEMENT, planted) == set(planted)
    assert [told["is_confirmed"] for told in announced("OrdersSetAside")] == [True]
    assert [(told["reason"], told["decided_by"]) for told in announced("FakeTradeConfirmed")] == [
        ("They said so.", clerk.pk)
    ]


def test_rules_that_are_off_find_nothing():  # R3
    all_rules("off")
    brushing()

    assert watch_fake_trade(now=NOON)["cases"] == 0


def test_looking_twice_finds_the_same_case_and_more_orders_join_it():  # R3
    planted = brushing()
    watch_fake_trade(now=NOON)
    again = watch_fake_trade(now=NOON + HOUR)
    joined = buys("straw 9", device="one phone", payer="one wallet", at=BEGIN + HOUR).order_id

    grown = watch_fake_trade(now=NOON + 2 * HOUR)

    assert (again, grown) == ({}, {"shops": 1, "cases": 1})
    assert list(cases().values()) == [sorted([*planted, joined])]
    assert held_subjects(Hold.Kind.SETTLEMENT, [joined]) == {joined}
    assert TradeCase.objects.get().order_count == 7


def test_cleared_case_is_undone_and_is_not_found_again():  # R3
    planted, clerk = brushing(), staff()
    watch_fake_trade(now=NOON)

    clear_case(case=TradeCase.objects.get(), reason="A sports club.", by=clerk, now=NOON)
    TradeWatch.objects.update(due_since=NOON)
    again = watch_fake_trade(now=NOON + HOUR)

    assert held_subjects(Hold.Kind.SETTLEMENT, planted) == set()
    assert [sorted(told["order_ids"]) for told in announced("OrdersCleared")] == [sorted(planted)]
    assert (again["cases"], TradeCase.objects.count()) == (0, 1)
    assert list(
        AuditRecord.objects.filter(subject=TradeCase.objects.get().public_id).values_list("action", flat=True)
    ) == [
        "risk.open_trade_case",
        "risk.clear_trade_case",
    ]


def test_hold_of_somebody_else_stays_when_a_case_is_cleared():  # R3
    planted, clerk = brushing(), staff()
    place_hold(kind="settlement", subject_id=planted[0], reason="A dispute", by=clerk, now=NOON)
    watch_fake_trade(now=NOON)
    ours = Hold.objects.get(subject_id=planted[1])
    release_hold(hold=ours, by=clerk, now=NOON)  # one by one is possible too

    clear_case(case=TradeCase.objects.get(), reason="In order.", by=clerk, now=NOON)

    assert held_subjects(Hold.Kind.SETTLEMENT, planted) == {planted[0]}


def test_who_confirmed_a_case_does_not_clear_it():  # R3
    brushing()
    watch_fake_trade(now=NOON)
    first, second = staff(), staff()
    case = confirm_case(case=TradeCase.objects.get(), reason="Fake.", by=first, now=NOON)

    with pytest.raises(ConfirmedByYou):
        clear_case(case=case, reason="Not fake.", by=first, now=NOON)
    cleared = clear_case(case=case, reason="Not fake.", by=second, now=NOON)

    assert (cleared.status, cleared.decided_by, cleared.cleared_by) == ("cleared", first, second)


@pytest.mark.parametrize("status", ["open", "confirmed", "cleared"])
@pytest.mark.parametrize("verb", [confirm_case, clear_case])
def test_every_status_against_every_verb(verb, status):
    brushing()
    watch_fake_trade(now=NOON)
    case = TradeCase.objects.get()
    if status == "confirmed":
        confirm_case(case=case, reason="x", by=staff(), now=NOON)
    elif status == "cleared":
        clear_case(case=case, reason="x", by=staff(), now=NOON)

    allowed = (verb, status) in {(confirm_case, "open"), (clear_case, "open"), (clear_case, "confirmed")}
    if allowed:
        verb(case=case, reason="y", by=staff(), now=NOON)
    else:
        with pytest.raises(WrongStatus):
            verb(case=case, reason="y", by=staff(), now=NOON)


def test_decision_says_why():
    brushing()
    watch_fake_trade(now=NOON)

    for verb in (confirm_case, clear_case):
        with pytest.raises(CaseReasonMissing):
            verb(case=TradeCase.objects.get(), reason="  ", by=staff(), now=NOON)


# Traits


def test_order_told_again_replaces_what_was_told_and_is_due_once():
    first = buys("somebody")
    watch_fake_trade(now=NOON)

    observe(first, now=NOON + HOUR)
    same = TradeWatch.objects.get().due_since
    observe(Traits(**{**first.__dict__, "stars": 4}), now=NOON + HOUR)

    assert (same, TradeWatch.objects.get().due_since) == (None, NOON + HOUR)
    assert TradeFact.objects.get().stars == 4


def test_old_traits_are_forgotten_but_those_of_cases():
    buys("somebody", at=NOON - 200 * DAY)
    planted = brushing()
    watch_fake_trade(now=NOON)

    count = forget_traits(now=NOON + 400 * DAY)

    assert count == 1
    assert set(TradeFact.objects.values_list("order_id", flat=True)) == set(planted)


def test_orders_before_the_window_are_no_evidence():
    brushing(at=NOON - 40 * DAY)

    assert watch_fake_trade(now=NOON)["cases"] == 0


def test_looking_at_a_shop_asks_the_same_number_of_questions_for_few_and_many(django_assert_max_num_queries):
    real_trade(people=30)
    with django_assert_max_num_queries(12):
        watch_shop(shop_id="shp_ring", now=NOON)


# Rules


def test_turned_rule_is_on_the_record_and_every_shop_is_looked_at_anew():  # R3
    brushing()
    watch_fake_trade(now=NOON)
    rule, clerk = TradeRule.objects.get(code="device"), staff()

    turn_rule(rule=rule, mode="off", weight=10, by=clerk, now=NOON)

    kept = AuditRecord.objects.get(action="risk.turn_trade_rule")
    assert (kept.actor_label, kept.before, kept.after) == (
        clerk.email, {"code": "device", "mode": "live", "weight": 30}, {"mode": "off", "weight": 10},
    )  # fmt: skip
    assert TradeWatch.objects.filter(due_since=NOON).count() == 1


def test_rule_outside_its_bounds_is_refused():
    rule = TradeRule.objects.get(code="device")

    with pytest.raises(ValidationError):
        turn_rule(rule=rule, share_bps=0, by=staff(), now=NOON)

    rule.refresh_from_db()
    assert rule.share_bps == 5_000


def test_every_sign_has_a_rule():
    assert set(TradeRule.objects.values_list("code", flat=True)) == set(TradeRule.Code.values)


# The evidence


def test_evidence_draws_buyers_what_they_share_and_nothing_that_can_be_read_back():  # R3
    brushing()
    watch_fake_trade(now=NOON)

    evidence = evidence_of(TradeCase.objects.get())

    assert (len(evidence.buyers), len(evidence.marks), len(evidence.lines)) == (6, 2, 12)
    assert len({row.shares for row in evidence.rows}) == 1
    assert not any(blind_index("one phone") in str(part) for part in (evidence.buyers, evidence.marks, evidence.rows))


def test_evidence_of_a_large_ring_is_bounded():
    brushing(60)
    watch_fake_trade(now=NOON)

    evidence = evidence_of(TradeCase.objects.get())

    assert (len(evidence.buyers), evidence.left_out, len(evidence.rows)) == (40, 20, 60)
