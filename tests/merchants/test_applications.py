from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction

from mall.audit.models import AuditRecord
from mall.clock import BUSINESS_ZONE
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.money import Money
from mall.texts import Text
from merchants import applications
from merchants.applications import (
    AgreementsMissing,
    ApplicationRefused,
    NotOpenToChanges,
    OwnApplication,
    PapersUndecided,
    ReasonMissing,
    SamePerson,
    accept_agreements,
    approve_application,
    check_application,
    check_applications,
    errors_of,
    escalate_applications,
    reject_application,
    request_changes,
    save_draft,
    submit_application,
    take_deposit,
    withdraw_application,
)
from merchants.blacklist import add_to_blacklist
from merchants.documents import hand_in_document, refuse_document
from merchants.models import Application, ApplicationDecision, Merchant, RegistryAnswer, Seat, Shop
from merchants.requirements import publish_agreement
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import merchant, shop
from tests.factories.papers import id_card, picture
from tests.factories.papers import said as said_of
from tests.merchants.applying import (
    Status,
    agreed,
    checked,
    draft,
    in_status,
    opened,
    submitted,
    under_review,
    with_papers,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=2)
DAY = timedelta(days=1)


def wrong(**fields) -> dict[str, str]:
    return errors_of(with_papers(draft(**fields)), now=NOON)


# filling in


def test_what_was_typed_is_kept_right_or_wrong_and_gone_on_with():  # M2
    applicant = shopper()
    first = draft(applicant, credit_code="", shop_slug="X")

    again = applications.start_application(applicant=applicant, fields={}, now=LATER)
    kept = save_draft(application=again, fields={"credit_code": " 91350100-m000100y43", "goods": ""}, now=LATER)

    kept.refresh_from_db()
    assert (again.pk, Application.objects.count(), kept.status) == (first.pk, 1, Status.DRAFT)
    assert (kept.credit_code, kept.shop_slug, kept.goods) == ("91350100M000100Y43", "x", "")
    assert kept.contact_name.reveal() == "张小云"


def test_a_draft_holds_neither_business_nor_address():
    one = draft()
    two = draft(credit_code=one.credit_code, shop_slug=one.shop_slug)

    assert not {"credit_code", "shop_slug"} & set(errors_of(two, now=NOON))


def test_person_and_phone_lie_encrypted_in_the_database():
    draft(contact_name="张小云", contact_phone="19912345678")

    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_name || contact_phone || contact_phone_index FROM merchants_application")
        stored = cursor.fetchone()[0]
    assert "张" not in stored
    assert "9912345678" not in stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("merchant_name", " "),
        ("credit_code", "91350100M000100Y44"),
        ("contact_name", ""),
        ("contact_phone", "12"),
        ("shop_name", Text()),
        ("shop_name", Text({"zh-hans": "国家级茶铺"})),
        ("shop_slug", "admin"),
        ("shop_slug", "tea--shop"),
        ("goods", ""),
        ("trades", ["witchcraft"]),
    ],
)
def test_what_must_be_put_right_is_said_at_its_field(field, value):
    row = with_papers(draft())
    save_draft(application=row, fields={field: value}, now=NOON)
    row.refresh_from_db()

    told = {name for name in errors_of(row, now=NOON) if ":" not in name}
    assert told == {field}
    with pytest.raises(ApplicationRefused):
        submit_application(application=row, now=NOON)
    row.refresh_from_db()
    assert row.status == Status.DRAFT


def test_papers_and_statements_that_are_missing_are_named():
    row = draft(kind="cross_border", trades=["food"])

    assert {name for name in errors_of(row, now=NOON) if ":" in name} == {
        "document:business-licence", "document:id-card", "document:customs-record", "document:duty-certificate",
        "document:food-licence", "document:food-test-report", "document:quarantine-certificate",
        "statement:origin-countries",
    }  # fmt: skip


def test_business_that_keeps_shop_already_is_refused():
    assert list(wrong(credit_code=merchant().credit_code)) == ["credit_code"]


def test_business_and_address_of_a_standing_application_are_taken():
    first = submitted()

    assert set(wrong(credit_code=first.credit_code, shop_slug=first.shop_slug)) == {"credit_code", "shop_slug"}


def test_address_of_a_shop_is_taken():
    assert list(wrong(shop_slug=shop().slug)) == ["shop_slug"]


# handing in


def test_handing_in_starts_the_clock_and_announces_it():  # M2
    row = submitted()

    row.refresh_from_db()
    assert (row.status, row.round, row.submitted_at, row.check_at) == (Status.SUBMITTED, 1, NOON, NOON)
    assert (row.machine_due_at, row.due_at) == (NOON + DAY, NOON + 3 * DAY)  # Monday noon
    assert list(OutboxEvent.objects.filter(name="ApplicationSubmitted").values_list("payload", flat=True)) == [
        {
            "application_id": row.public_id,
            "round": 1,
            "due_at": row.due_at.astimezone(BUSINESS_ZONE).isoformat(),
            "submitted_at": NOON.isoformat(),
        }
    ]


def test_handing_in_twice_is_handing_in_once():  # a double click
    row = submitted()

    submit_application(application=row, now=LATER)

    row.refresh_from_db()
    assert (row.round, row.submitted_at) == (1, NOON)
    assert AuditRecord.objects.filter(action="merchants.submit_application").count() == 1


# the machine


def test_a_plain_case_is_approved_by_the_machine_alone():  # M2
    row = submitted()

    assert check_applications(now=LATER) == {"approved": 1}

    row.refresh_from_db()
    assert (row.status, row.was_automatic, row.decided_by, row.decided_at) == (Status.APPROVED, True, None, LATER)
    assert row.deposit == Money.parse("5000.00")
    assert {document.status for document in row.documents.all()} == {"accepted"}
    assert {answer.outcome for answer in RegistryAnswer.objects.all()} == {"yes"}
    assert [finding["check"] for finding in row.findings if not finding["ok"]] == []
    assert check_applications(now=LATER) == {}


@pytest.mark.parametrize(
    ("fields", "check"),
    [
        ({"goods": "减肥茶"}, "goods"),
        ({"shop_name": Text({"zh-hans": "顶级茶铺"})}, "shop_name"),
        ({"papers": {"id-card": {"number": id_card(ends="404")}}}, "register"),
        ({"papers": {"id-card": {"number": id_card(ends="409")}}}, "register"),
        ({"papers": {"id-card": {"valid_to": (NOON + 20 * DAY).date()}}}, "dates"),
        ({"kind": "brand"}, "needs_person"),
    ],
)
def test_what_is_doubtful_goes_to_a_person(fields, check):
    row = checked(**fields)

    assert (row.status, row.decided_at) == (Status.REVIEW, None)
    assert {finding["check"] for finding in row.findings if not finding["ok"]} == {check}


def test_blacklisted_and_known_people_are_noticed():
    number = id_card()
    add_to_blacklist(kind="person", value=number, why="Sold counterfeits", by=staff(), now=NOON)
    checked(contact_phone="19912345678", papers={"id-card": {"number": number}})

    row = checked(contact_phone="199 1234 5678", papers={"id-card": {"number": number}})

    doubts = {finding["check"]: finding["note"] for finding in row.findings if not finding["ok"]}
    assert set(doubts) == {"blacklist", "phone_of_others", "papers_of_others"}
    assert "Sold counterfeits" in doubts["blacklist"]


def test_rejected_application_frees_business_and_address_and_is_remembered():
    first = in_status(Status.REJECTED)

    again = checked(credit_code=first.credit_code, shop_slug=first.shop_slug)

    assert [finding for finding in again.findings if not finding["ok"]] == [
        {"check": "rejected_before", "ok": False, "note": "1"},
        {"check": "papers_of_others", "ok": False, "note": "1"},  # the licence was another applicant's
    ]


def test_a_silent_register_is_asked_three_times_and_then_a_person_looks():
    row = submitted(papers={"id-card": {"number": id_card(ends="504")}})

    told = [check_applications(now=NOON + minutes * timedelta(minutes=1)) for minutes in (0, 5, 10, 20)]

    row.refresh_from_db()
    assert told == [{"submitted": 1}, {}, {"submitted": 1}, {"review": 1}]
    assert RegistryAnswer.objects.filter(outcome="timeout").count() == 3
    assert RegistryAnswer.objects.filter(outcome="yes").count() == 1  # the other register was asked once
    assert (row.status, row.check_tries) == (Status.REVIEW, 3)


def test_no_row_is_locked_while_a_register_is_asked():
    class Watching:
        def verify(self, *, question, now):
            from merchants.registries import Answer, Outcome

            assert not any("FOR UPDATE" in query["sql"] for query in seen.captured_queries[start:])
            return Answer(Outcome.YES)

    from django.test.utils import CaptureQueriesContext

    from merchants import registries

    row, start = submitted(), 0
    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as seen:
        patch.setattr(registries, "registry", Watching)
        check_application(application=row, now=NOON)

    assert RegistryAnswer.objects.count() == 2


def test_a_check_that_comes_too_late_changes_nothing():
    row = submitted()
    withdraw_application(application=row, now=NOON)

    check_application(application=row, now=LATER)

    row.refresh_from_db()
    assert (row.status, row.findings) == (Status.WITHDRAWN, [])


# people


def test_a_person_lets_in_what_the_machine_doubted():
    row, clerk = under_review(), staff()

    approve_application(application=row, by=clerk, now=LATER)

    row.refresh_from_db()
    assert (row.status, row.decided_by, row.was_automatic, row.reviewed_by) == (Status.APPROVED, clerk, False, clerk)
    assert {document.decided_by for document in row.documents.all()} == {clerk}
    assert Merchant.objects.count() == Shop.objects.count() == 0


def test_complex_trades_need_two_people():  # M2
    row, auditor, expert = checked(trades=["food"]), staff(), staff()
    approve_application(application=row, by=auditor, now=NOON)
    row.refresh_from_db()
    assert (row.status, row.approved_at) == (Status.EXPERT, None)

    with pytest.raises(SamePerson):
        approve_application(application=row, by=auditor, now=LATER)
    approve_application(application=row, by=expert, now=LATER)

    row.refresh_from_db()
    assert (row.status, row.reviewed_by, row.expert_by, row.decided_by) == (Status.APPROVED, auditor, expert, expert)
    assert list(row.decisions.order_by("pk").values_list("outcome", flat=True)) == [
        "to_person", "first_yes", "approved",
    ]  # fmt: skip


def test_the_database_itself_wants_two_different_people():
    row, clerk = in_status(Status.EXPERT), staff()
    wanted = {"status": "approved", "approved_at": NOON, "deposit": 0, "decided_at": NOON, "decided_by": clerk}

    for change in ({"expert_by": row.reviewed_by}, wanted, wanted | {"expert_by": row.reviewed_by}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=row.pk).update(**change)

    assert Application.objects.filter(pk=row.pk).update(**wanted, expert_by=clerk) == 1


@pytest.mark.parametrize(
    ("verb", "status"), [(request_changes, Status.CHANGES_REQUESTED), (reject_application, Status.REJECTED)]
)
def test_no_says_why_and_who(verb, status):
    row, clerk = under_review(), staff()

    verb(application=row, reason="  Licence unreadable ", by=clerk, now=LATER)

    row.refresh_from_db()
    assert (row.status, row.reason, row.decided_by, row.decided_at) == (status, "Licence unreadable", clerk, LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(reason="")


@pytest.mark.parametrize("verb", [request_changes, reject_application])
def test_no_without_a_reason_is_refused(verb):
    row = under_review()

    with pytest.raises(ReasonMissing):
        verb(application=row, reason=" \n", by=staff(), now=NOON)

    row.refresh_from_db()
    assert row.status == Status.REVIEW


def test_a_refused_paper_stands_against_an_approval():
    row = under_review()
    refuse_document(document=row.documents.first(), reason="Blurred", by=staff(), now=NOON)

    with pytest.raises(PapersUndecided):
        approve_application(application=row, by=staff(), now=NOON)


def test_only_what_was_refused_may_be_changed():  # M1
    row, clerk = under_review(), staff()
    licence, card = row.documents.get(kind="business-licence"), row.documents.get(kind="id-card")
    refuse_document(document=card, reason="Blurred", by=clerk, now=NOON)
    row = request_changes(application=row, reason="A clear picture please", by=clerk, now=NOON)

    for change in ({"goods": "茶"}, {"credit_code": "x"}):
        with pytest.raises(NotOpenToChanges):
            save_draft(application=row, fields=change, now=LATER)
    from merchants import documents

    with pytest.raises(documents.NotOpenToChanges):
        hand_in_document(
            application=row, kind="business-licence", said=said_of("business-licence", code=row.credit_code),
            file=picture(), by=row.applicant, now=LATER,
        )  # fmt: skip
    with pytest.raises(ApplicationRefused):  # not before the refused one is there anew
        submit_application(application=row, now=LATER)
    again = hand_in_document(
        application=row, kind="id-card", said=said_of("id-card"), file=picture(), by=row.applicant, now=LATER
    )
    row = submit_application(application=row, now=LATER)

    card.refresh_from_db()
    licence.refresh_from_db()
    assert (card.status, again.replaces, licence.status) == ("replaced", card, "waiting")
    assert (row.status, row.round, row.reviewed_by, row.open_fields) == (Status.SUBMITTED, 2, None, [])


def test_named_fields_are_open_and_no_others():
    row = under_review()
    row = request_changes(application=row, reason="Say more", fields=["goods"], by=staff(), now=NOON)

    save_draft(application=row, fields={"goods": "绿茶"}, now=LATER)

    with pytest.raises(NotOpenToChanges):
        save_draft(application=row, fields={"merchant_name": "别家"}, now=LATER)


def test_approval_looks_again_whether_business_and_address_are_free():
    row = under_review()
    merchant(credit_code=row.credit_code)
    shop(slug=row.shop_slug)

    with pytest.raises(ApplicationRefused) as refusal:
        approve_application(application=row, by=staff(), now=LATER)

    row.refresh_from_db()
    assert set(refusal.value.errors) == {"credit_code", "shop_slug"}
    assert row.status == Status.REVIEW


DECISIONS = {
    "approve": lambda row, by: approve_application(application=row, by=by, now=LATER),
    "request changes": lambda row, by: request_changes(application=row, reason="x", by=by, now=LATER),
    "reject": lambda row, by: reject_application(application=row, reason="x", by=by, now=LATER),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_nobody_decides_about_her_own_application(decision):
    applicant = staff()
    row = under_review(applicant)

    with pytest.raises(OwnApplication):
        DECISIONS[decision](row, applicant)

    row.refresh_from_db()
    assert row.status == Status.REVIEW


VERBS = {
    **DECISIONS,
    "hand in": lambda row, by: submit_application(application=row, now=LATER),
    "accept": lambda row, by: agreed(row, now=LATER),
    "deposit": lambda row, by: take_deposit(
        application_id=row.public_id, amount=row.deposit or Money(1), now=LATER
    ),
    "withdraw": lambda row, by: withdraw_application(application=row, now=LATER),
}  # fmt: skip
ALLOWED = {
    (Status.DRAFT, "hand in"): Status.SUBMITTED,
    (Status.DRAFT, "withdraw"): Status.WITHDRAWN,
    (Status.SUBMITTED, "hand in"): Status.SUBMITTED,  # nothing
    (Status.SUBMITTED, "withdraw"): Status.WITHDRAWN,
    (Status.REVIEW, "approve"): Status.APPROVED,
    (Status.REVIEW, "request changes"): Status.CHANGES_REQUESTED,
    (Status.REVIEW, "reject"): Status.REJECTED,
    (Status.REVIEW, "withdraw"): Status.WITHDRAWN,
    (Status.EXPERT, "approve"): Status.APPROVED,
    (Status.EXPERT, "request changes"): Status.CHANGES_REQUESTED,
    (Status.EXPERT, "reject"): Status.REJECTED,
    (Status.EXPERT, "withdraw"): Status.WITHDRAWN,
    (Status.CHANGES_REQUESTED, "hand in"): Status.SUBMITTED,
    (Status.CHANGES_REQUESTED, "withdraw"): Status.WITHDRAWN,
    (Status.APPROVED, "accept"): Status.AGREED,
    (Status.APPROVED, "withdraw"): Status.WITHDRAWN,
    (Status.AGREED, "deposit"): Status.OPEN,
    (Status.OPEN, "deposit"): Status.OPEN,  # nothing
    (Status.ADMITTED, "deposit"): Status.ADMITTED,  # nothing
    (Status.EXPIRED, "deposit"): Status.EXPIRED,  # nothing: settlement sends it back
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", Status)
def test_every_status_against_every_verb(status, verb):
    row = in_status(status)
    before = AuditRecord.objects.count()

    if expected := ALLOWED.get((status, verb)):
        VERBS[verb](row, staff())
    else:
        with pytest.raises((WrongStatus, ValueError)):
            VERBS[verb](row, staff())

    row.refresh_from_db()
    assert row.status == (expected or status)
    assert (AuditRecord.objects.count() > before) == (expected is not None and expected != status)


# after the yes


def test_agreement_is_accepted_in_its_version_by_whom_and_when():  # M2
    row = in_status(Status.APPROVED, trades=["3c"])

    agreed(row, now=LATER)

    found = row.acceptances.order_by("agreement__code")
    assert [(one.agreement.code, one.agreement.version, one.by, one.at) for one in found] == [
        ("after-sales", 1, row.applicant, LATER),
        ("merchant", 1, row.applicant, LATER),
    ]
    assert all(one.text_hash == one.agreement.text_hash for one in found)


def test_a_version_published_meanwhile_must_be_read_first():
    row = in_status(Status.APPROVED)
    ids = [one.pk for one in applications.agreements_for(row, now=NOON)]
    publish_agreement(code="merchant", title={"zh-hans": "新"}, text={"zh-hans": "新"}, by=staff(), now=NOON)

    with pytest.raises(AgreementsMissing):
        accept_agreements(application=row, agreement_ids=ids, by=row.applicant, now=LATER)

    row.refresh_from_db()
    assert (row.status, row.acceptances.count()) == (Status.APPROVED, 0)


def test_the_deposit_opens_the_shop_with_its_owner_and_trades():  # M2
    row = in_status(Status.AGREED, trades=["general", "3c"])
    take_deposit(application_id=row.public_id, amount=row.deposit, now=LATER)

    take_deposit(application_id=row.public_id, amount=row.deposit, now=LATER)  # heard twice

    row.refresh_from_db()
    business = Merchant.objects.get()
    assert (row.status, row.merchant, row.opened_at) == (Status.OPEN, business, LATER)
    assert (business.name, business.credit_code, business.joined_at) == (row.merchant_name, row.credit_code, LATER)
    assert (row.shop.slug, row.shop.name, row.shop.status, row.shop.opened_at) == (
        row.shop_slug, row.shop_name, Shop.Status.OPEN, LATER,
    )  # fmt: skip
    assert list(Seat.objects.values_list("shop", "user", "role")) == [(row.shop.pk, row.applicant.pk, "owner")]
    assert set(business.admitted_trades.values_list("trade__slug", flat=True)) == {"general", "3c"}
    assert {document.merchant for document in row.documents.all()} == {business}
    assert OutboxEvent.objects.filter(name="ShopOpened").count() == 1


def test_another_amount_opens_nothing():
    row = in_status(Status.AGREED)

    with pytest.raises(ValueError, match="is not its deposit"):
        take_deposit(application_id=row.public_id, amount=Money(1), now=LATER)

    assert Shop.objects.count() == 0


def test_one_business_after_another_may_be_applied_for():
    first = opened()

    second = draft(first.applicant)

    assert second.pk != first.pk
    assert errors_of(with_papers(second), now=NOON) == {}


# the clock


def test_late_applications_are_told_of_once_each():  # M2
    waits = under_review()
    unchecked = submitted()
    in_status(Status.CHANGES_REQUESTED)  # the applicant's turn
    in_status(Status.APPROVED)

    told = [escalate_applications(now=NOON + n * DAY + timedelta(seconds=n > 0)) for n in (0, 1, 1, 3, 3, 10)]

    assert told == [{}, {"escalated": 1}, {}, {"escalated": 2}, {}, {}]
    assert set(
        OutboxEvent.objects.filter(name="ApplicationOverdue").values_list("payload__application_id", "payload__target")
    ) == {(unchecked.public_id, "machine"), (unchecked.public_id, "answer"), (waits.public_id, "answer")}
    assert set(Application.objects.overdue(NOON + 4 * DAY)) == {waits, unchecked}


def test_what_was_decided_is_written_once():
    in_status(Status.REJECTED)
    table = "merchants_applicationdecision"

    for change in (f"UPDATE {table} SET reason = ''", f"DELETE FROM {table}"):
        with (
            pytest.raises(Exception, match=r"written once|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)

    decisions = list(ApplicationDecision.objects.order_by("pk"))
    assert all(one.at <= two.at for one, two in pairwise(decisions))
