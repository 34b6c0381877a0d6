"""S5: what the platform earned and held, per day and month, is what the ledger says."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse

from settlement.ledger import trial_balance
from settlement.models import PayoutFile, Withdrawal
from settlement.payouts import pay_withdrawals
from settlement.release import release_due_shares
from settlement.reports import report
from settlement.withdrawals import check_withdrawals
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.merchants import shop
from tests.factories.settlement import asked, bank_account, with_money
from tests.journeys import completed_order, paid_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("unit", ["day", "month"])
def test_each_row_balances_and_the_last_is_the_trial_balance(unit):
    completed_order(now=NOON)
    paid_order(now=NOON + timedelta(days=40))
    release_due_shares(now=NOON + timedelta(days=7))

    rows = report(unit=unit, first=date(2026, 2, 1), last=date(2026, 4, 30))

    earned = 0
    for row in rows:
        earned += sum(amount.minor for amount in row.earned.values())
        others = sum(amount.minor for kind, amount in row.held.items() if kind != "custodian")
        assert row.held["custodian"].minor == others + earned
    sums = {row.kind: -row.balance for row in trial_balance()}
    assert {kind: amount for kind, amount in rows[-1].held.items() if kind in sums and kind != "custodian"} == {
        kind: amount for kind, amount in sums.items() if kind not in ("custodian", "commission")
    }
    assert (len(rows), earned) == (89 if unit == "day" else 3, sums["commission"].minor)


def test_a_span_that_is_none_is_refused_and_the_page_hands_out_csv(client):
    with pytest.raises(ValueError, match="span"):
        report(unit="day", first=date(2026, 3, 2), last=date(2026, 3, 1))
    completed_order(now=NOON)
    client.force_login(staff())
    page = reverse("admin:settlement_report")
    asked_for = {"unit": "day", "first": "2026-03-01", "last": "2026-03-03"}

    wrong = client.get(page, asked_for | {"last": "2026-02-01"})
    shown = client.get(page, asked_for)
    file = client.get(page, asked_for | {"csv": "1"})

    assert (wrong.context_data["rows"], len(shown.context_data["rows"])) == ([], 3)
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == ["2026-03-01", "2026-03-02", "2026-03-03"]


# What staff do about payouts


def test_a_bank_file_is_made_fetched_and_on_the_record(client, settings):
    settings.PAYOUT_CHANNEL = "bank_file"
    place = shop()
    with_money(place, 100_000)
    account = bank_account(place)
    withdrawal = asked(place, 20_000, to=account)
    check_withdrawals(now=NOON)
    pay_withdrawals(now=NOON)
    client.force_login(staff())

    client.post(reverse("admin:settlement_payoutfile_make"))
    file = PayoutFile.objects.get()
    content = client.get(reverse("admin:settlement_payoutfile_csv", args=[file.pk])).content.decode()
    again = client.post(reverse("admin:settlement_payoutfile_make"), follow=True)
    form = {"action": "mark_paid", "_selected_action": [withdrawal.pk], "confirmed": "yes", "note": "B-7"}
    client.post(reverse("admin:settlement_withdrawal_changelist"), form)

    line = content.splitlines()[1].split(",")
    assert line[0] == withdrawal.public_id
    assert (line[2], line[5:]) == (account.number.reveal(), ["200.00", "CNY"])
    assert (PayoutFile.objects.count(), again.status_code) == (1, 200)
    assert Withdrawal.objects.values_list("status", "reference").get() == ("paid_out", "B-7")


def test_two_people_approve_a_large_one_in_the_admin(client):
    place = shop()
    with_money(place, 9_000_000)
    withdrawal = asked(place, 9_000_000)
    check_withdrawals(now=NOON)
    page = reverse("admin:settlement_withdrawal_changelist")

    for person in (staff(), staff()):
        client.force_login(person)
        client.post(page, {"action": "approve", "_selected_action": [withdrawal.pk], "confirmed": "yes"})

    withdrawal.refresh_from_db()
    assert (withdrawal.status, withdrawal.approved_by) == ("approved", person)


def test_the_report_is_drawn_and_each_plot_is_handed_out(client):
    completed_order(now=NOON)
    paid_order(now=NOON)
    client.force_login(staff())
    page = reverse("admin:settlement_report")
    asked_for = {"unit": "day", "first": "2026-03-01", "last": "2026-03-03"}

    shown = client.get(page, asked_for)
    file = client.get(page, asked_for | {"csv": "earned"})

    earned, held = shown.context_data["charts"]
    rows = report(unit="day", first=date(2026, 3, 1), last=date(2026, 3, 3))
    assert earned.series[0].values == [row.earned["commission"].minor for row in rows]
    assert len(held.series) == 2  # what nothing lies on is not drawn
    assert len(list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))) == 4
