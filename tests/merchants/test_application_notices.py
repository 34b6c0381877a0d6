"""Each step of an application, and each day that matters to a paper, is told to whom it concerns (A7)."""

from datetime import timedelta

import pytest

from mall import clock
from mall.events import deliver_everything
from mall.notifications.models import Notice
from merchants.applications import reject_application, request_changes
from merchants.licences import watch_documents
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.merchants.applying import opened, under_review

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(person) -> list[str]:
    deliver_everything()
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def test_the_applicant_hears_every_decision():
    one, two, three = under_review(), under_review(), opened()
    request_changes(application=one, reason="Say more", by=staff(), now=NOON)
    reject_application(application=two, reason="Not a business", by=staff(), now=NOON)

    assert told(one.applicant) == ["merchants.application_changes"]
    assert told(two.applicant) == ["merchants.application_rejected"]
    assert told(three.applicant) == ["merchants.application_approved", "merchants.application_open"]
    assert Notice.objects.get(person=one.applicant).facts["reason"] == "Say more"


def test_the_owner_hears_of_papers_and_trades():
    last = clock.business_date(NOON + 30 * DAY)
    owner = opened(papers={"id-card": {"valid_to": last}}).applicant
    before = len(told(owner))

    for day in (0, 15, 23, 31):
        watch_documents(now=NOON + day * DAY)

    assert told(owner)[before:] == ["merchants.document_expiring"] * 3 + ["merchants.trade_suspended"]
