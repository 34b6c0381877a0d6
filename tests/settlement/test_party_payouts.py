"""Payouts to parties: drawn up by one, paid by another, once; their statement, and what staff see."""

import contextlib
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse

from mall.flow import WrongStatus
from mall.money import Money
from orders.models import Party, PartyRuleVersion
from settlement.bank_accounts import BankAccountRefused
from settlement.models import PartyBankAccount, PartyPayout, Statement
from settlement.party_payouts import (
    NothingToPay,
    add_account,
    discard_payout,
    draw_up_payouts,
    pay_payout,
    tell_lines,
    verify_accounts,
)
from settlement.party_payouts import Statement as StatementOfParty
from settlement.release import release_due_shares
from settlement.simulation import simulate
from settlement.statements import freeze_statements
from settlement.transit import in_transit
from settlement.withdrawals import AnotherPersonDecides
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.parties import part_in_force, party, party_account
from tests.journeys import paid_order
from tests.settlement.test_parties import DAY, completed, goods, held, is_sound, returned


def with_money(*, bps=2_000):
    """A supplier with ¥20.00 available and an account."""
    pot = goods(price="100.00", fee="0.00")
    of = part_in_force(pot.shop, bps=bps).rule.party
    party_account(of)
    completed(paid_order(skus={pot: 1}))
    release_due_shares(now=NOON + 8 * DAY)
    return of


@pytest.mark.django_db
def test_what_is_available_is_drawn_up_by_one_and_paid_by_another():  # S2, S4
    of, drawer = with_money(), staff()

    (payout,) = draw_up_payouts(by=drawer, now=NOON + 9 * DAY)
    on_its_way = held(of)
    with pytest.raises(AnotherPersonDecides):
        pay_payout(payout=payout, reference="ICBC 1", by=drawer, now=NOON + 9 * DAY)
    with pytest.raises(NothingToPay):
        draw_up_payouts(by=drawer, now=NOON + 9 * DAY)
    paid = pay_payout(payout=payout, reference="ICBC 1", by=staff(), now=NOON + 9 * DAY)

    assert (payout.amount, on_its_way) == (Money(2_000), {"pending": 0, "available": 0, "paying": 2_000})
    assert (paid.status, paid.reference, held(of)) == ("paid", "ICBC 1", {"pending": 0, "available": 0, "paying": 0})
    with pytest.raises(WrongStatus):
        discard_payout(payout=payout, by=drawer, now=NOON + 9 * DAY)
    assert is_sound()


@pytest.mark.django_db
def test_a_discarded_payout_gives_the_money_back():
    of = with_money()
    (payout,) = draw_up_payouts(by=staff(), now=NOON + 9 * DAY)

    discard_payout(payout=payout, by=staff(), now=NOON + 9 * DAY)

    assert held(of) == {"pending": 0, "available": 2_000, "paying": 0}
    assert is_sound()


@pytest.mark.django_db
def test_nobody_is_paid_without_a_verified_account_past_its_hours():  # S4
    pot = goods(price="100.00", fee="0.00")
    of = part_in_force(pot.shop, bps=2_000).rule.party
    completed(paid_order(skus={pot: 1}))
    release_due_shares(now=NOON + 8 * DAY)
    account = {"party": of, "kind": "company", "holder": of.name, "bank": "x", "by": shopper(), "now": NOON + 8 * DAY}

    for told, after, outcome in (("000", 1, NothingToPay), ("409", 96, NothingToPay), ("000", 96, None)):
        add_account(**account, number=f"622202100100000{after}{told}1")
        verify_accounts(now=NOON + 8 * DAY)
        at = NOON + 8 * DAY + timedelta(hours=after)
        if outcome:
            with pytest.raises(outcome):
                draw_up_payouts(by=staff(), now=at)
        else:
            assert len(draw_up_payouts(by=staff(), now=at)) == 1
    assert list(PartyBankAccount.objects.order_by("pk").values_list("status", flat=True)) == [
        "removed", "refused", "verified",
    ]  # fmt: skip


@pytest.mark.django_db
def test_an_account_is_held_by_the_party_and_named_once():
    of = party(shop=goods().shop)
    given = {"party": of, "kind": "company", "bank": "x", "by": shopper(), "now": NOON}

    with pytest.raises(BankAccountRefused):
        add_account(**given, holder="别人", number="6222021001000011")
    add_account(**given, holder=f" {of.name} ", number="6222 0210 0100 0011")
    with pytest.raises(BankAccountRefused):
        add_account(**given, holder=of.name, number="6222021001000011")
    assert PartyBankAccount.objects.count() == 1


@pytest.mark.django_db
def test_a_debt_is_netted_before_the_next_payout():  # D6
    pot = goods(price="100.00", fee="0.00")
    of = part_in_force(pot.shop, bps=2_000).rule.party
    party_account(of)
    order = completed(paid_order(skus={pot: 1}))
    release_due_shares(now=NOON + 8 * DAY)
    (payout,) = draw_up_payouts(by=staff(), now=NOON + 8 * DAY)
    pay_payout(payout=payout, reference="1", by=staff(), now=NOON + 8 * DAY)
    returned(order, now=NOON + 8 * DAY)
    owes = held(of)["available"]
    completed(paid_order(skus={pot: 2}, now=NOON + 9 * DAY), NOON + 9 * DAY)
    release_due_shares(now=NOON + 17 * DAY)

    (next_payout,) = draw_up_payouts(by=staff(), now=NOON + 18 * DAY)

    assert (owes, next_payout.amount) == (-2_000, Money(2_000))
    assert is_sound()


def test_ten_who_draw_up_at_the_same_time_make_one_payout(committed_db):
    of, drawer = with_money(), staff()
    made, gate = [], threading.Barrier(10)

    def draw():
        gate.wait()
        with contextlib.suppress(NothingToPay):
            made.extend(draw_up_payouts(by=drawer, now=NOON + 9 * DAY))
        connections.close_all()

    threads = [threading.Thread(target=draw) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), PartyPayout.objects.count()) == (1, 1)
    assert held(of) == {"pending": 0, "available": 0, "paying": 2_000}
    assert is_sound()


@pytest.mark.django_db
def test_a_partys_statement_begins_and_ends_with_its_balance_and_names_every_order():  # S5
    pot = goods(price="100.00", fee="0.00")
    of = part_in_force(pot.shop, bps=2_000).rule.party
    order = completed(paid_order(skus={pot: 2}))
    returned(order)

    statement = StatementOfParty(of, NOON.date())
    lines = tell_lines(statement.lines())

    assert (statement.opening, statement.closing) == (Money(0), Money(2_000))
    assert [(line["order"], line["change"].minor) for line in lines] == [
        (order.public_id, -2_000), (order.public_id, 4_000),
    ]  # fmt: skip
    after = StatementOfParty(of, NOON.date() + timedelta(days=31))
    assert (after.opening, after.closing, tell_lines(after.lines())) == (Money(2_000), Money(2_000), [])


@pytest.mark.django_db
def test_the_shops_statement_and_the_simulator_say_what_parties_got():  # S5, S6
    pot = goods(price="100.00", fee="0.00")
    part_in_force(pot.shop, bps=2_000)
    order = completed(paid_order(skus={pot: 2}))
    returned(order)

    freeze_statements(now=NOON + DAY)

    assert Statement.objects.get(shop=pot.shop, kind="daily").parties == Money(2_000)
    found = simulate(month=NOON.date(), bps=100)
    assert (found.total.parties, found.shops[0].parties) == (Money(2_000), Money(2_000))


@pytest.mark.django_db
def test_money_of_parties_is_on_its_way_and_on_the_trial_balance():
    pot = goods(price="100.00", fee="0.00")
    part_in_force(pot.shop, bps=2_000)
    paid_order(skus={pot: 1})

    waits = next(row for row in in_transit() if row.kind == "party_pending")

    assert (waits.amount, waits.since) == (Money(2_000), NOON)


@pytest.mark.django_db
def test_staff_enter_a_party_propose_confirm_and_pay_in_the_admin(client):
    client.force_login(boss := staff())
    answer = client.post(reverse("admin:orders_party_add"), {"kind": "brand", "name": "云间品牌"})
    assert answer.status_code == 302
    form = client.get(reverse("admin:orders_partyruleversion_add")).context["adminform"].form
    assert {"party", "rate", "shop", "campaign", "brand"} <= set(form.fields)
    said = {"party": Party.objects.get().pk, "position": "100", "base": "paid", "rate": "3", "reason": "x"}
    said["bearer"] = "shop"
    said |= {f"name{ending}": "许可费" for ending in form.fields["name"].widget.widgets_names}
    answer = client.post(reverse("admin:orders_partyruleversion_add"), said)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert PartyRuleVersion.objects.get().bps == 300
    again = client.post(reverse("admin:orders_party_add"), {"kind": "brand", "name": "云间品牌"})
    assert again.context["adminform"].form.errors.keys() == {"name"}

    of = with_money()
    draw_up_payouts(by=boss, now=NOON + 9 * DAY)
    for page in ("orders_party", "orders_partyruleversion", "settlement_partyshare", "settlement_partypayout"):
        listed = client.get(reverse(f"admin:{page}_changelist"))
        assert listed.status_code == 200
        row = listed.context["cl"].result_list[0]
        assert client.get(reverse(f"admin:{page}_change", args=[row.pk])).status_code == 200
    statement = client.get(reverse("admin:orders_party_statement", args=[of.pk]) + f"?month={NOON:%Y-%m}")
    assert statement.status_code == 200
    assert "¥20.00" in statement.content.decode()
