"""Applications that nobody goes on with: reminded, expired, forgotten; late or twice comes to the same (M2)."""

from datetime import timedelta

import pytest

from mall.events import deliver_everything
from mall.notifications.models import Notice
from merchants.abandoned import expires_at, watch_abandoned
from merchants.applications import save_draft, start_application
from merchants.documents import hand_in_document
from merchants.models import Application, Document
from tests.conftest import NOON
from tests.factories.papers import picture
from tests.factories.papers import said as said_of
from tests.merchants.applying import Status, agreed, draft, in_status, opened, request, said, with_papers

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def rounds(*moments) -> list[dict]:
    return [watch_abandoned(now=moment) for moment in moments]


@pytest.mark.parametrize("status", ["approved", "agreed"])
def test_who_is_approved_is_reminded_once_and_then_it_expires(status):
    row = in_status(status)

    told = rounds(NOON + 23 * DAY - SECOND, NOON + 23 * DAY, NOON + 29 * DAY, NOON + 30 * DAY - SECOND)
    assert told == [{}, {"reminded": 1}, {}, {}]
    assert expires_at(row) == NOON + 30 * DAY
    assert rounds(NOON + 30 * DAY, NOON + 31 * DAY) == [{"expired": 1}, {}]

    row.refresh_from_db()
    deliver_everything()
    kinds = Notice.objects.filter(person=row.applicant).order_by("pk").values_list("kind", flat=True)
    assert (row.status, row.expired_at) == (Status.EXPIRED, NOON + 30 * DAY)
    assert list(kinds)[-2:] == ["merchants.application_reminded", "merchants.application_expired"]


def test_the_deposit_has_its_own_days_and_its_own_reminder():
    row = in_status("approved")
    rounds(NOON + 25 * DAY)
    agreed(row, now=NOON + 26 * DAY)

    assert rounds(NOON + 31 * DAY, NOON + 49 * DAY, NOON + 56 * DAY) == [{}, {"reminded": 1}, {"expired": 1}]


def test_after_an_outage_it_expires_without_a_reminder_that_comes_too_late():
    in_status("approved")

    assert rounds(NOON + 90 * DAY, NOON + 91 * DAY) == [{"expired": 1}, {}]


def test_what_expired_holds_neither_business_nor_address():
    row = in_status("agreed")
    rounds(NOON + 30 * DAY)

    again = start_application(
        applicant=row.applicant,
        fields=said(credit_code=row.credit_code, shop_slug=row.shop_slug),
        now=NOON + 31 * DAY,
    )

    assert again.pk != row.pk
    assert opened(credit_code=row.credit_code, shop_slug=row.shop_slug).status == Status.OPEN


def test_a_draft_that_nobody_touches_for_a_year_is_deleted_with_its_files():
    row = with_papers(draft())
    hand_in_document(
        application=row,
        kind="id-card",
        said=said_of("id-card"),
        file=picture("grey"),
        by=row.applicant,
        now=NOON + DAY,
    )
    papers = list(row.documents.all())
    stays, standing = draft(), in_status("review")
    save_draft(application=stays, fields={"goods": "茶"}, now=NOON + 100 * DAY)

    assert rounds(NOON + 366 * DAY, NOON + 366 * DAY + SECOND, NOON + 367 * DAY) == [{}, {"forgotten": 1}, {}]

    assert set(Application.objects.values_list("pk", flat=True)) == {stays.pk, standing.pk}
    assert not Document.objects.filter(pk__in=[paper.pk for paper in papers]).exists()
    assert not any(paper.file.storage.exists(paper.file.name) for paper in papers)


def test_a_request_for_a_trade_is_forgotten_in_the_same_way():
    place = opened().shop
    request(place)

    assert rounds(NOON + 366 * DAY) == [{"forgotten": 1}]
    assert place.merchant.documents.filter(status="accepted").count() == 2
