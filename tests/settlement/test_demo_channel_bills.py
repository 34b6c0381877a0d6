"""What the demonstration shows of bills of channels: a week of them, and differences at every point of their life."""

import pytest

from orders.models import Bill, Difference, SandboxNotice
from settlement.demo.channel_bills import DAYS, show_bills
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.journeys import paid_order
from tests.orders.after_sales.cases import DAY


@pytest.mark.django_db
def test_a_week_of_bills_and_differences_that_are_open_proposed_and_resolved():  # O3, C6
    paid_order(now=NOON - 3 * DAY)

    shown = show_bills(staff=(staff(), staff()), now=NOON)

    assert sorted((row.kind, row.status, row.resolution) for row in shown) == [
        ("missing_here", "open", ""),
        ("missing_here", "proposed", "corrected_there"),
        ("missing_here", "resolved", "explained"),
    ]
    assert Difference.objects.count() == 3  # what the mall knows of is as it should be
    assert list(Bill.objects.values_list("status", flat=True)) == ["compared"] * (DAYS - 1)
    assert sum(Bill.objects.values_list("lines", flat=True)) == 4
    assert all(row.assigned_to for row in shown)
    assert not SandboxNotice.objects.filter(sent_at=None).exists()
