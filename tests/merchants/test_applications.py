from datetime import timedelta

import pytest
from django.db import connection

from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.texts import Text
from merchants.applications import (
    ApplicationRefused,
    OwnApplication,
    ReasonMissing,
    amend_application,
    approve_application,
    reject_application,
    request_changes,
    submit_application,
)
from merchants.models import Application, Merchant, Seat, Shop, ShopActivity
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import credit_code, merchant, shop

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=2)
Status = Application.Status


def said(**fields) -> dict:
    return {
        "merchant_name": "杭州云雾茶业有限公司",
        "kind": "enterprise",
        "credit_code": credit_code(),
        "contact_name": "张小云",
        "contact_phone": f"199{number():08d}",
        "shop_name": Text({"zh-hans": "云雾茶铺", "en": "Cloud Tea"}),
        "shop_slug": f"cloud-tea-{number()}",
        "goods": "绿茶、茶具",
        **fields,
    }


def submitted(applicant=None, **fields) -> Application:
    return submit_application(applicant=applicant or shopper(), fields=said(**fields), now=NOON)


def in_status(status) -> Application:
    application, clerk = submitted(), staff()
    if status == Status.CHANGES_REQUESTED:
        return request_changes(application=application, reason="Licence unreadable", by=clerk, now=NOON)
    if status == Status.REJECTED:
        return reject_application(application=application, reason="Not a business", by=clerk, now=NOON)
    if status == Status.APPROVED:
        approve_application(application=application, by=clerk, now=NOON)
        application.refresh_from_db()
    return application


def refused(**fields) -> dict[str, str]:
    with pytest.raises(ApplicationRefused) as refusal:
        submitted(**fields)
    return refusal.value.errors


# submit


def test_sound_application_awaits_review_with_what_the_machine_found():  # M2
    applicant = shopper()
    fields = said(credit_code=" 91350100-m000100y43", shop_slug="Cloud-Tea ")

    application = submit_application(applicant=applicant, fields=fields, now=NOON)

    application.refresh_from_db()
    assert (application.status, application.submitted_at, application.decided_at) == (Status.SUBMITTED, NOON, None)
    assert (application.credit_code, application.shop_slug) == ("91350100M000100Y43", "cloud-tea")
    assert application.contact_phone.reveal() == "+86" + fields["contact_phone"]
    assert application.findings == [
        {"check": "credit_code", "ok": True, "note": "91350100M000100Y43"},
        {"check": "duplicates", "ok": True, "note": ""},
        {"check": "address", "ok": True, "note": "cloud-tea"},
        {"check": "shop_name", "ok": True, "note": ""},
        {"check": "goods", "ok": True, "note": ""},
        {"check": "rejected_before", "ok": True, "note": ""},
        {"check": "phone_of_others", "ok": True, "note": ""},
    ]
    assert list(AuditRecord.objects.values_list("action", "subject", "actor")) == [
        ("merchants.submit_application", application.public_id, applicant.pk)
    ]
    assert OutboxEvent.objects.count() == Merchant.objects.count() == Shop.objects.count() == 0


def test_person_and_phone_lie_encrypted_in_the_database():
    submitted(contact_name="张小云", contact_phone="19912345678")

    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_name || contact_phone || contact_phone_index FROM merchants_application")
        stored = cursor.fetchone()[0]
    assert "张" not in stored
    assert "9912345678" not in stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("merchant_name", " "),
        ("kind", "circus"),
        ("credit_code", "91350100M000100Y44"),
        ("credit_code", ""),
        ("contact_name", ""),
        ("contact_phone", "12"),
        ("contact_phone", ""),
        ("shop_name", Text()),
        ("shop_name", Text({"zh-hans": "国家级茶铺"})),
        ("shop_name", Text({"zh-hans": "茶铺", "en": "The world's best tea"})),
        ("shop_slug", "admin"),
        ("shop_slug", "a"),
        ("shop_slug", "-tea"),
        ("shop_slug", "tea--shop"),
        ("shop_slug", "茶"),
        ("goods", ""),
    ],
)
def test_what_must_be_put_right_is_said_at_its_field(field, value):
    errors = refused(**{field: value})

    assert list(errors) == [field]
    assert Application.objects.count() == AuditRecord.objects.count() == 0


def test_everything_wrong_is_said_at_once():
    assert set(refused(credit_code="x", shop_slug="admin", goods="")) == {"credit_code", "shop_slug", "goods"}


def test_business_that_keeps_shop_already_is_refused():
    code = merchant().credit_code

    assert list(refused(credit_code=code)) == ["credit_code"]


def test_business_and_address_of_an_open_application_are_taken():
    first = submitted()

    assert set(refused(credit_code=first.credit_code, shop_slug=first.shop_slug)) == {"credit_code", "shop_slug"}


def test_address_of_a_shop_is_taken():
    assert list(refused(shop_slug=shop().slug)) == ["shop_slug"]


def test_rejected_application_frees_business_and_address_and_is_remembered():
    first = in_status(Status.REJECTED)

    again = submitted(credit_code=first.credit_code, shop_slug=first.shop_slug)

    assert {"check": "rejected_before", "ok": False, "note": "1"} in again.findings


def test_asking_twice_is_one_application():  # a double click
    applicant, fields = shopper(), said()

    first = submit_application(applicant=applicant, fields=fields, now=NOON)
    second = submit_application(applicant=applicant, fields=fields, now=LATER)

    assert (second.pk, Application.objects.count(), AuditRecord.objects.count()) == (first.pk, 1, 1)


def test_what_a_person_should_look_at_is_noted():
    submitted(contact_phone="19912345678")

    application = submitted(
        shop_name=Text({"zh-hans": "顶级茶铺"}), goods="减肥茶", contact_phone="199 1234 5678"
    )  # fmt: skip

    assert [finding["check"] for finding in application.findings if not finding["ok"]] == [
        "shop_name",
        "goods",
        "phone_of_others",
    ]


# decide


def test_approval_opens_a_shop_with_its_owner_and_announces_it():  # M2
    application, clerk = submitted(shop_slug="cloud-tea"), staff()

    opened = approve_application(application=application, by=clerk, now=LATER)

    application.refresh_from_db()
    assert (application.status, application.decided_by, application.decided_at) == (Status.APPROVED, clerk, LATER)
    assert application.merchant == opened.merchant
    assert (opened.merchant.name, opened.merchant.credit_code, opened.merchant.joined_at) == (
        application.merchant_name,
        application.credit_code,
        LATER,
    )
    assert (opened.slug, opened.name, opened.status, opened.opened_at) == (
        "cloud-tea",
        application.shop_name,
        Shop.Status.OPEN,
        LATER,
    )
    assert list(Seat.objects.values_list("shop", "user", "role")) == [(opened.pk, application.applicant.pk, "owner")]
    assert list(ShopActivity.objects.values_list("shop", "last_paid_at")) == [(opened.pk, None)]
    assert list(OutboxEvent.objects.values_list("name", "payload")) == [
        (
            "ShopOpened",
            {
                "shop_id": opened.public_id,
                "merchant_id": opened.merchant.public_id,
                "opened_at": LATER.isoformat(),
            },
        )
    ]
    assert AuditRecord.objects.filter(action="merchants.approve_application", actor=clerk).count() == 1


@pytest.mark.parametrize(
    ("verb", "status"), [(request_changes, Status.CHANGES_REQUESTED), (reject_application, Status.REJECTED)]
)
def test_no_says_why_and_who(verb, status):
    application, clerk = submitted(), staff()

    decided = verb(application=application, reason="  Licence unreadable ", by=clerk, now=LATER)

    decided.refresh_from_db()
    assert (decided.status, decided.reason, decided.decided_by, decided.decided_at) == (
        status,
        "Licence unreadable",
        clerk,
        LATER,
    )
    assert Shop.objects.count() == 0


@pytest.mark.parametrize("verb", [request_changes, reject_application])
def test_no_without_a_reason_is_refused(verb):
    application = submitted()

    with pytest.raises(ReasonMissing):
        verb(application=application, reason=" \n", by=staff(), now=NOON)

    application.refresh_from_db()
    assert application.status == Status.SUBMITTED


DECISIONS = {
    "approve": lambda application, by: approve_application(application=application, by=by, now=LATER),
    "request changes": lambda application, by: request_changes(application=application, reason="x", by=by, now=LATER),
    "reject": lambda application, by: reject_application(application=application, reason="x", by=by, now=LATER),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_nobody_decides_about_her_own_application(decision):
    applicant = staff()
    application = submitted(applicant)

    with pytest.raises(OwnApplication):
        DECISIONS[decision](application, applicant)

    application.refresh_from_db()
    assert (application.status, Shop.objects.count()) == (Status.SUBMITTED, 0)


VERBS = {
    **DECISIONS,
    "amend": lambda application, by: amend_application(application=application, fields=said(), now=LATER),
}
ALLOWED = {
    (Status.SUBMITTED, "approve"): Status.APPROVED,
    (Status.SUBMITTED, "request changes"): Status.CHANGES_REQUESTED,
    (Status.SUBMITTED, "reject"): Status.REJECTED,
    (Status.CHANGES_REQUESTED, "amend"): Status.SUBMITTED,
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", Status)
def test_every_status_against_every_verb(status, verb):
    application = in_status(status)
    trail = AuditRecord.objects.exclude(action="merchants.open_shop").count()

    if expected := ALLOWED.get((status, verb)):
        VERBS[verb](application, staff())
    else:
        with pytest.raises(WrongStatus):
            VERBS[verb](application, staff())

    application.refresh_from_db()
    assert application.status == (expected or status)
    assert AuditRecord.objects.exclude(action="merchants.open_shop").count() == trail + bool(expected)


def test_amended_application_is_checked_anew_and_the_reason_stays_readable():
    application = in_status(Status.CHANGES_REQUESTED)
    fields = said(credit_code=application.credit_code, shop_slug=application.shop_slug, goods="减肥茶")

    amended = amend_application(application=application, fields=fields, now=LATER)

    assert (amended.status, amended.goods, amended.submitted_at, amended.reason) == (
        Status.SUBMITTED,
        "减肥茶",
        LATER,
        "Licence unreadable",
    )
    assert {key: value for key, value in amended.findings[4].items() if key != "note"} == {
        "check": "goods",
        "ok": False,
    }


def test_failed_amendment_changes_nothing():
    application = in_status(Status.CHANGES_REQUESTED)

    with pytest.raises(ApplicationRefused):
        amend_application(application=application, fields=said(credit_code="x"), now=LATER)

    application.refresh_from_db()
    assert (application.status, application.submitted_at) == (Status.CHANGES_REQUESTED, NOON)


def test_approval_looks_again_whether_business_and_address_are_free():
    application = submitted()
    merchant(credit_code=application.credit_code)
    shop(slug=application.shop_slug)

    with pytest.raises(ApplicationRefused) as refusal:
        approve_application(application=application, by=staff(), now=LATER)

    application.refresh_from_db()
    assert set(refusal.value.errors) == {"credit_code", "shop_slug"}
    assert application.status == Status.SUBMITTED
