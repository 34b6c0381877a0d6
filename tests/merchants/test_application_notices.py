"""Each step of an application, and each day that matters to a paper, is told to whom it concerns (A7)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from mall import clock
from mall.accounts.staff_groups import ADMINISTRATOR
from mall.events import deliver_everything
from mall.notifications.models import Notice
from merchants.applications import escalate_applications, reject_application, request_changes
from merchants.licences import watch_documents
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.merchants.applying import opened, submitted, under_review

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(person) -> list[str]:
    deliver_everything()
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def test_the_applicant_hears_every_decision():
    one, two, three = under_review(), under_review(), opened()
    request_changes(application=one, reason="Say more", by=staff(), now=NOON)
    reject_application(application=two, reason="Not a business", by=staff(), now=NOON)

    assert told(one.applicant) == ["merchants.application_submitted", "merchants.application_changes"]
    assert told(two.applicant) == ["merchants.application_submitted", "merchants.application_rejected"]
    assert told(three.applicant) == [
        "merchants.application_submitted",
        "merchants.application_approved",
        "merchants.application_open",
    ]
    first, second = Notice.objects.filter(person=one.applicant).order_by("pk")
    assert (first.facts["day"], second.facts["reason"]) == ("2026-03-05", "Say more")


def test_what_is_late_is_brought_before_the_administrators_once():  # M2
    silent, waiting = submitted(), under_review()
    clerk, chief, root = staff(superuser=False), staff(superuser=False), staff()
    chief.groups.add(Group.objects.get(name=ADMINISTRATOR))

    for days in (2, 2, 4, 4):
        escalate_applications(now=NOON + days * DAY)

    assert told(clerk) == []
    assert told(chief) == told(root) == ["merchants.check_overdue", *["merchants.application_overdue"] * 2]
    assert {notice.facts["due"] for notice in Notice.objects.filter(person=chief)} == {
        "2026-03-03 12:00", "2026-03-05 12:00",
    }  # fmt: skip
    assert set(Notice.objects.filter(person=root).values_list("url", flat=True)) == {
        reverse("admin:merchants_application_change", args=[row.pk]) for row in (silent, waiting)
    }


def test_the_owner_hears_of_papers_and_trades():
    last = clock.business_date(NOON + 30 * DAY)
    owner = opened(papers={"id-card": {"valid_to": last}}).applicant
    before = len(told(owner))

    for day in (0, 15, 23, 31):
        watch_documents(now=NOON + day * DAY)

    assert told(owner)[before:] == ["merchants.document_expiring"] * 3 + ["merchants.trade_suspended"]
