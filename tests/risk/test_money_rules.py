"""R4: the rules for money are data that two people turn, within bounds, and they say how often they spoke."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from mall.audit.models import AuditRecord
from mall.flow import WrongStatus
from mall.money import Money
from risk.models import MoneyCase, MoneyLook, MoneyRule
from risk.money.rules import ConfirmedByAnother, WrongTurn, confirm_turn, discard_turn, propose_turn, with_hits
from risk.money.watching import MoneyFacts, look
from settlement.tunables import TAX_BPS, WITHDRAWAL_LEAST
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import staff

pytestmark = pytest.mark.django_db
OF_ALL = {
    "large": 9_900, "turnover": 5_001, "often": 3, "new_account": 71, "new_device": 71, "night": 5, "payees": 3,
    "refunds": 301, "coupons": 4,
}  # fmt: skip
OF_NONE = {
    "large": 9_899, "turnover": 5_000, "often": 2, "new_account": 72, "new_device": 72, "night": 6, "payees": 2,
    "refunds": 300, "coupons": 3,
}  # fmt: skip


def seen(found: dict, *, shop_id: str = "shp_one", at=NOON, subject: str = "") -> MoneyLook:
    subject = subject or f"wdr_{number():020d}"
    facts = MoneyFacts(shop_id=shop_id, subject_id=subject, about="withdrawal", amount=Money(1), found=found)
    look(facts=facts, now=at)
    return MoneyLook.objects.get(subject_id=subject)


def rule(code: str) -> MoneyRule:
    return MoneyRule.objects.get(code=code)


@pytest.mark.parametrize("code", OF_ALL)
def test_each_rule_speaks_exactly_from_its_limit_on(code):  # R4
    beside, on = seen({code: OF_NONE[code]}), seen({code: OF_ALL[code]})

    assert [sign.rule.code for sign in beside.signs.all()] == []
    assert [(sign.rule.code, sign.found, sign.limit) for sign in on.signs.all()] == [
        (code, OF_ALL[code], rule(code).limit)
    ]
    assert set(MoneyRule.Code.values) == set(OF_ALL)


def test_a_sign_that_nobody_knows_of_says_nothing():
    assert not seen({}).signs.exists()


def test_from_seventy_points_of_rules_in_force_on_there_is_a_case_that_holds():
    below = seen({"large": 9_950, "often": 3}, shop_id="shp_below")
    there = seen({"large": 9_950, "turnover": 6_000}, shop_id="shp_there")

    assert (below.points, below.case) == (65, None)
    assert (there.points, there.case.is_live, there.case.hold.subject_id) == (70, True, "shp_there")
    assert there.case.due_at == NOON + timedelta(hours=24)
    assert set(there.case.checks.values_list("item", flat=True)) == {"call", "orders", "bank"}


def test_points_of_rules_in_shadow_make_a_case_that_holds_nothing():
    for code in ("large", "turnover"):
        MoneyRule.objects.filter(code=code).update(mode="shadow")

    case = seen({"large": 9_950, "turnover": 6_000}).case

    assert (case.is_live, case.hold) == (False, None)


def test_what_is_found_while_a_case_is_open_joins_it_and_the_same_subject_is_looked_at_once():
    first = seen({"large": 9_950, "turnover": 6_000}, subject="wdr_1")
    seen({"large": 9_950, "turnover": 6_000}, subject="wdr_1")
    second = seen({"large": 9_950, "turnover": 6_000, "new_device": 0})

    assert (first.case, MoneyCase.objects.count(), MoneyLook.objects.count()) == (second.case, 1, 2)
    second.case.refresh_from_db()
    assert second.case.points == 95
    assert second.case.checks.filter(item="sign_ins").exists()


def test_a_rule_is_turned_by_two_people_and_on_the_record():
    one, other = staff(), staff()
    turn = propose_turn(rule=rule("often"), weight=60, limit=2, reason="too late", by=one, now=NOON)
    assert (rule("often").weight, rule("often").limit) == (25, 3)

    with pytest.raises(ConfirmedByAnother):
        confirm_turn(turn=turn, by=one, now=NOON)
    confirm_turn(turn=turn, by=other, now=NOON)

    assert (rule("often").weight, rule("often").limit, rule("often").mode) == (60, 2, "live")
    trail = AuditRecord.objects.get(action="risk.turn_money_rule")
    assert (trail.actor, trail.before["limit"], trail.after["limit"]) == (other, 3, 2)
    with pytest.raises(WrongStatus):
        discard_turn(turn=turn, by=other, now=NOON)


@pytest.mark.parametrize("code", OF_ALL)
def test_a_limit_stays_within_its_bounds(code):
    bounds = rule(code).bounds

    for limit in (bounds.least - 1, bounds.most + 1):
        with pytest.raises(WrongTurn) as refused:
            propose_turn(rule=rule(code), limit=limit, reason="…", by=staff(), now=NOON)
        assert refused.value.details == {"field": "limit"}
    propose_turn(rule=rule(code), limit=bounds.least, reason="…", by=staff(), now=NOON)
    with pytest.raises(WrongTurn):
        propose_turn(rule=rule(code), limit=bounds.most, reason="…", by=staff(), now=NOON)


def test_the_database_keeps_two_people_too():
    by = staff()
    turn = propose_turn(rule=rule("night"), mode="live", reason="…", by=by, now=NOON)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE risk_moneyruleturn SET status = 'confirmed', ended_by_id = %s, ended_at = now() WHERE id = %s",
            [by.pk, turn.pk],
        )


def test_each_rule_tells_how_often_it_spoke_and_what_came_of_it():
    seen({"often": 5}, at=NOON - timedelta(days=31))
    seen({"often": 5})
    seen({"often": 5, "turnover": 6_000, "large": 9_950})

    told = {each.code: each for each in with_hits(MoneyRule.objects.all(), NOON)}

    assert (told["often"].hits, told["often"].in_cases, told["often"].in_released) == (2, 1, 0)
    assert (told["coupons"].hits, told["coupons"].in_cases) == (0, 0)


def test_staff_type_limits_in_the_unit_of_the_rule_and_read_it_in_a_sentence(client, in_english):  # R4
    client.force_login(staff())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    desk, large = reverse("admin:risk_moneyrule_changelist"), rule("large")
    form = {"action": "turn", "_selected_action": [large.pk], "confirmed": "yes", "reason": "Too many."}

    wrong = [client.post(desk, {**form, "limit": typed}).context["form"] for typed in ("9900", "99.999", "89.99")]
    client.post(desk, {**form, "limit": "99.5"})

    assert [list(one.errors) for one in wrong] == [["limit"]] * 3
    assert "99 per cent" in str(wrong[0].fields["limit"].help_text)
    turn = large.turns.get()
    assert (turn.limit, "99.5 per cent" in turn.sentence) == (9_950, True)
    assert "at least 50 per cent of a ring" in client.get(reverse("admin:risk_traderule_changelist")).content.decode()


def test_staff_turn_amounts_in_yuan_and_parts_in_per_cent(in_english):
    amount, part = WITHDRAWAL_LEAST, TAX_BPS

    assert (amount.told(10_050), amount.read("100.5"), amount.read("0.01")) == ("100.50", 10_050, 1)
    assert (part.told(600), part.told(625), part.read("6.25")) == ("6", "6.25", 625)
    for typed in ("0.001", "x", "", "NaN", "Infinity", "9" * 20):
        with pytest.raises(ValidationError):
            amount.read(typed)
    with pytest.raises(ValidationError, match=r"0\.01 and 100000\.00"):
        amount.turn(0, by=None, now=NOON)
