"""The demonstration's operations page has weeks of traffic, and a bad evening that is over (R8)."""

import pytest

from mall.accounts.models import User
from mall.operations.models import Alert, AlertDelivery, SecurityReport, TrafficMinute
from mall.operations.showing import SPANS, overview
from mall.operations.traffic import forecast_quality
from mall.sealed_files import document_storage
from settlement.demo.operations import DAYS, show_operations
from settlement.demo.shops import STAFF_OF_GROUPS
from tests.conftest import NOON


@pytest.mark.django_db
def test_the_page_has_something_to_show():
    User.objects.create_user(STAFF_OF_GROUPS["operations"][0], None, is_staff=True)

    show_operations(now=NOON)

    found = overview(span=SPANS[1], now=NOON)
    assert not [chart.key for chart in found.charts if chart.is_empty and chart.key not in {"differences", "faults"}]
    assert TrafficMinute.objects.count() == DAYS * 24 * 60
    assert 0 < forecast_quality(now=NOON).error_bps < 3_000
    assert Alert.objects.exclude(closed_at=None).count() == 1
    assert AlertDelivery.objects.filter(due_at=None).count() == 2
    report = SecurityReport.objects.get()
    with document_storage().open(report.file_in("zh-hans")) as kept:
        assert kept.read(5) == b"%PDF-"
