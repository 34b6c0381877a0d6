"""
C1: many payments through a provider that misbehaves: 1,000 groups in every run, thousands by
``python -m benchmarks payments``.
"""

import pytest

from benchmarks.payments import storm
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from orders.models import Refund
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.journeys import placed_group

GROUPS = 1_000
COPIES = 3  # of a message at the most: that it comes again counts, not how often


@pytest.mark.timeout(1200)
def test_each_group_is_paid_once_and_nothing_is_lost(committed_db, provider):  # O3 C1
    provider.books.trades.clear()
    item, buyer = sku(price="12.00", stock=1_000), shopper()
    groups = [placed_group(shopper=buyer, skus={item: 1}) for _group in range(GROUPS)]

    told = storm(provider, groups, now=lambda: NOON, most_copies=COPIES)
    deliver_everything()

    assert told.wrong == []
    assert told.messages > GROUPS * 4
    assert told.paid >= GROUPS * 0.8
    assert OutboxEvent.objects.filter(name="OrderPaid").count() == told.paid + raced(groups)
    assert set(Refund.objects.values_list("status", flat=True)) == {"succeeded"}
    assert verify_ledger().ok
    assert told.naively_twice > 0  # the negative control: who counts what he is told, counts twice


def raced(groups) -> int:
    """Paid first, then canceled: their money went back as a refund of the order."""
    return Refund.objects.filter(order__isnull=False, order__group__in=groups).count()
