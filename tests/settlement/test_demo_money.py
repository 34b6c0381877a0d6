"""What the demonstration shows of money that leaves: withdrawals that were paid, failed and wait, and bills."""

from datetime import timedelta

import pytest

from mall.events import deliver_everything
from mall.sealed_files import document_storage
from risk.models import MoneyCase
from settlement.demo.money import _invoice_commission, _seize, move_money
from settlement.models import BankAccount, CommissionInvoice, Dispute, SeizureOrder, Statement, Withdrawal
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop
from tests.factories.settlement import accepted_month, with_money


@pytest.mark.django_db
def test_withdrawals_in_every_state_and_bills_with_a_disputed_line():
    owner = shopper()
    place = shop(owner=owner)
    for days in (40, 3, 1):
        with_money(place, 500_000, at=NOON - timedelta(days=days))

    move_money(shops={place.slug: place}, owners={place.slug: owner}, staff=(staff(), staff()), now=NOON)
    deliver_everything()

    assert list(Withdrawal.objects.order_by("pk").values_list("status", flat=True)) == [
        "paid_out", "paid_out", "failed", "approved",
    ]  # fmt: skip
    assert set(BankAccount.objects.values_list("status", flat=True)) == {"verified"}
    assert Dispute.objects.get().line.statement.status == "disputed"
    assert {"daily", "monthly"} == set(Statement.objects.values_list("kind", flat=True))
    assert set(Statement.objects.values_list("status", flat=True)) == {"accepted", "disputed", "issued"}


@pytest.mark.django_db
def test_the_commission_of_accepted_months_is_invoiced_but_for_three():  # S5
    months = [accepted_month(shop(), 10_600 + serial) for serial in range(5)]
    accepted_month(shop(), 0)

    _invoice_commission(staff(), NOON)

    issued = list(CommissionInvoice.objects.order_by("pk"))
    assert [invoice.gross for invoice in issued] == [month.invoiced for month in months[3:]]
    assert Statement.objects.to_invoice().count() == 3
    with document_storage().open(issued[0].file) as paper:
        assert paper.read(5) == b"%PDF-"


@pytest.mark.django_db
def test_of_a_shop_money_was_seized_and_a_court_orders_it_paid_over():  # R4
    owner, people = shopper(), (staff(), staff())
    place = shop(owner=owner)
    with_money(place, 200_000, at=NOON - timedelta(days=40))

    _seize(place, owner, people, NOON)
    deliver_everything()

    case, order = MoneyCase.objects.get(), SeizureOrder.objects.get()
    assert (case.status, order.status, order.amount, order.drawn_by) == ("seized", "drawn", case.amount, people[0])
    assert verify_ledger().seizure_faults == 0
