"""The case page: everything is there, and everything is decided there (M1, M2)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from mall import clock
from mall.audit.models import AuditRecord
from merchants.documents import renew_document
from merchants.models import Agreement, Application, Blacklisted, Requirement, Trade
from merchants.staff_queues import waiting
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.papers import pdf
from tests.factories.papers import said as said_of
from tests.merchants.applying import Status, checked, in_status, opened, under_review

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def clerk():
    return staff()


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def member(group: str):
    person = staff(superuser=False)
    person.groups.add(Group.objects.get(name=group))
    return person


def page_of(row) -> str:
    return reverse("admin:merchants_application_change", args=[row.pk])


def decide(desk, row, **pressed):
    return desk.post(reverse("admin:merchants_application_decide", args=[row.pk]), pressed)


def judge(desk, document, **pressed):
    return desk.post(reverse("admin:merchants_application_judge", args=[document.public_id]), pressed)


def test_the_page_shows_everything_and_masks_the_person(desk):
    row = under_review(contact_name="张小云", contact_phone="19912345678")

    page = desk.get(page_of(row))

    text = page.content.decode()
    assert page.templates[0].name == "admin/merchants/case.html"
    assert (len(page.context["papers"]), page.context["may_decide"]) == (2, True)
    assert "减肥" in text
    assert "⚠" in text
    assert not [secret for secret in ("9912345678", "张小云") if secret in text]
    for paper in page.context["papers"]:
        assert paper["file_url"] in text
        assert paper["document"].number.reveal() not in text.replace(row.credit_code, "")
    assert not AuditRecord.objects.filter(action="merchants.look_at_document").exists()  # nobody has looked yet


def test_a_look_at_a_file_is_on_the_record_before_it_is_seen(desk, clerk):  # M1
    document = under_review().documents.get(kind="id-card")

    shown = desk.get(reverse("admin:merchants_application_file", args=[document.public_id]))

    assert (shown.status_code, shown["Content-Type"], shown.content[:2]) == (200, "image/jpeg", b"\xff\xd8")
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert list(
        AuditRecord.objects.filter(action="merchants.look_at_document").values_list("subject", "actor")
    ) == [(document.public_id, clerk.pk)]  # fmt: skip


def test_a_number_is_shown_on_demand_and_on_the_record(desk, clerk):
    row = under_review()
    document = row.documents.get(kind="id-card")

    text = desk.get(page_of(row), {"number": document.public_id}).content.decode()

    assert document.number.reveal() in text
    assert AuditRecord.objects.filter(action="merchants.reveal_number", actor=clerk).count() == 1


def test_each_paper_is_decided_on_the_page(desk, clerk):
    row = under_review()
    licence, card = (row.documents.get(kind=kind) for kind in ("business-licence", "id-card"))

    back = judge(desk, licence, accept="1")
    judge(desk, card, refuse="1", reason="The back is missing")
    unsaid = judge(desk, card, refuse="1", reason=" ")

    licence.refresh_from_db()
    card.refresh_from_db()
    assert back["Location"] == f"{page_of(row)}#{licence.public_id}"
    assert (licence.status, card.status, card.reason) == ("accepted", "refused", "The back is missing")
    assert len(list(unsaid.wsgi_request._messages)) == 1


def test_changes_are_asked_for_on_the_page(desk, clerk):
    row = under_review()

    unsaid = decide(desk, row, changes="1", reason="", fields_open=["goods"])
    assert unsaid.status_code == 200
    assert list(unsaid.context["changes_form"].errors) == ["reason"]
    assert unsaid.context["changes_form"]["fields_open"].value() == ["goods"]
    decide(desk, row, changes="1", reason="Say more", fields_open=["goods", "shop_name"])

    row.refresh_from_db()
    assert (row.status, row.reason, row.open_fields, row.decided_by) == (
        Status.CHANGES_REQUESTED, "Say more", ["goods", "shop_name"], clerk,
    )  # fmt: skip


def test_rejected_on_the_page(desk, clerk):
    row = under_review()

    decide(desk, row, reject="1", reason="Not a business")

    row.refresh_from_db()
    assert (row.status, row.reason) == (Status.REJECTED, "Not a business")


def test_auditor_and_expert_each_decide_their_part(client):  # M2, A4
    row = checked(trades=["food"])
    auditor, expert = member("auditor"), member("category_expert")

    client.force_login(expert)
    assert not client.get(page_of(row)).context["may_decide"]
    assert decide(client, row, approve="1").status_code == 403
    client.force_login(auditor)
    decide(client, row, approve="1")
    row.refresh_from_db()
    assert (row.status, row.reviewed_by) == (Status.EXPERT, auditor)
    assert not client.get(page_of(row)).context["may_decide"]
    client.force_login(expert)
    decide(client, row, approve="1")

    row.refresh_from_db()
    assert (row.status, row.expert_by) == (Status.APPROVED, expert)


def test_who_may_only_look_decides_nothing(client):
    looker = staff(superuser=False)
    looker.user_permissions.add(Permission.objects.get(codename="view_application"))
    client.force_login(looker)
    row = under_review()

    page = client.get(page_of(row))

    assert (page.context["may_decide"], page.context["may_judge"]) == (False, False)
    assert decide(client, row, approve="1").status_code == 403
    assert judge(client, row.documents.first(), accept="1").status_code == 403


def test_other_staff_see_no_papers(client):
    client.force_login(member("support"))
    document = under_review().documents.first()

    assert client.get(reverse("admin:merchants_application_file", args=[document.public_id])).status_code == 403
    assert not AuditRecord.objects.filter(action="merchants.look_at_document").exists()


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_page_and_its_decisions(desk, status):
    row = in_status(status)

    page = desk.get(page_of(row))
    answer = decide(desk, row, approve="1")

    assert (page.status_code, page.context["may_decide"]) == (200, status in Application.WITH_STAFF)
    assert answer.status_code == 302


def test_queues_tell_what_waits_and_what_is_late(clerk):
    under_review()
    in_status(Status.EXPERT)
    row = under_review()
    Application.objects.filter(pk=row.pk).update(due_at=clock.now() - DAY)
    Application.objects.exclude(pk=row.pk).update(due_at=clock.now() + DAY)

    found = {queue.label: (queue.count, queue.is_trouble) for queue in waiting(clerk)}

    assert list(found.values())[:3] == [(2, False), (1, False), (1, True)]


def test_the_overdue_list(desk):
    row, other = under_review(), under_review()
    Application.objects.filter(pk=other.pk).update(due_at=clock.now() + DAY)

    page = desk.get(reverse("admin:merchants_application_changelist"), {"overdue": "yes"})

    assert [shown.pk for shown in page.context["cl"].result_list] == [row.pk]


def test_a_renewal_is_decided_on_its_page(desk):
    business = opened().merchant
    standing = business.documents.get(kind="id-card")
    document = renew_document(
        merchant=business, kind="id-card", file=pdf(), by=standing.uploaded_by, now=NOON,
        said=said_of("id-card", valid_to=standing.valid_to + 99 * DAY),
    )  # fmt: skip

    page = desk.get(reverse("admin:merchants_document_change", args=[document.pk]))
    desk.post(reverse("admin:merchants_document_judge", args=[document.public_id]), {"accept": "1"})

    document.refresh_from_db()
    assert page.context["may_judge"]
    assert "<iframe" in page.content.decode()
    assert document.status == "accepted"


# What is asked of whom


def test_staff_edit_what_is_asked_and_it_is_on_the_record(desk, clerk):  # M1
    row = Requirement.objects.get(code="deposit", merchant_kind="individual")
    address = reverse("admin:merchants_requirement_change", args=[row.pk])
    typed = {
        "type": "deposit", "merchant_kind": "individual", "trade": "", "code": "deposit", "name_zh_hans": "保证金",
        "name_en": "Deposit", "amount": "2000.00", "registry": "", "is_active": "on", "position": "3",
    }  # fmt: skip

    wrong = desk.post(address, {**typed, "amount": ""})
    right = desk.post(address, typed)

    row.refresh_from_db()
    assert (wrong.status_code, right.status_code, row.amount.minor) == (200, 302, 200_000)
    told = AuditRecord.objects.get(action="merchants.save_requirement")
    assert (told.actor, told.before["amount"], told.after["amount"]) == (clerk, 100_000, 200_000)


def test_staff_say_who_decides_about_a_trade(desk):
    trade = Trade.objects.get(slug="3c")

    desk.post(
        reverse("admin:merchants_trade_change", args=[trade.pk]),
        {"name_zh_hans": "3C", "name_en": "3C", "review": "expert", "is_active": "on", "position": "1"},
    )

    assert checked(trades=["3c"]).needs_expert


def test_staff_publish_the_next_version_of_an_agreement(desk):
    address = reverse("admin:merchants_agreement_add")
    typed = {
        "code": "merchant",
        "title_zh_hans": "协议",
        "title_en": "Agreement",
        "text_zh_hans": "新",
        "text_en": "New",
    }

    answers = [desk.post(address, typed).status_code for _time in range(2)]

    assert answers == [302, 200]  # the same again says nothing new
    assert Agreement.objects.filter(code="merchant").count() == 2


def test_staff_keep_the_blacklist_encrypted(desk, clerk):
    address = reverse("admin:merchants_blacklisted_add")

    wrong = desk.post(address, {"kind": "person", "value": "123", "why": "…"})
    desk.post(address, {"kind": "person", "value": "11010519491231002x", "why": "Counterfeits"})

    entry = Blacklisted.objects.get()
    assert (wrong.status_code, entry.value.reveal(), entry.added_by) == (200, "11010519491231002X", clerk)
    listed = desk.get(reverse("admin:merchants_blacklisted_changelist")).content.decode()
    assert "11010519491231002X" not in listed
    desk.post(reverse("admin:merchants_blacklisted_delete", args=[entry.pk]), {"post": "yes"})
    assert Blacklisted.objects.count() == 0
