"""Access to personal data: asked for, granted by another, for hours, every look on the record (R5, H11)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from mall import clock
from mall.access.granting import (
    DecidedByAnother,
    NoAccess,
    NothingAskedFor,
    NotYourRequest,
    TooLong,
    end_access,
    grant_access,
    look,
    refuse_access,
    withdraw_request,
)
from mall.access.models import AccessLook, AccessRequest
from mall.access.tunables import MOST_ACCESS_HOURS
from mall.audit.models import AuditRecord
from mall.flow import WrongStatus
from mall.notifications.models import Notice
from merchants.models import Seat
from tests.conftest import NOON
from tests.factories.access import asked_access, granted_access
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat
from tests.factories.settlement import bank_account
from tests.journeys import paid_order
from tests.merchants.applying import in_status, under_review

HOUR = timedelta(hours=1)
PHONE = "orders.order.phone"


def clerk_of(group: str):
    person = staff(superuser=False)
    person.groups.add(Group.objects.get(name=group))
    return person


@pytest.fixture
def order(db):
    return paid_order()


def test_without_a_grant_nobody_looks_not_even_a_superuser(order):  # R5
    with pytest.raises(NoAccess):
        look(row=order, field="phone", by=staff(), now=NOON)

    assert not AccessLook.objects.exists()


def test_access_is_asked_for_granted_by_another_and_every_look_is_on_the_record(order):  # R5 H11
    clerk, boss = clerk_of("support"), clerk_of("risk")
    request = asked_access(clerk, order.public_id, [PHONE], now=NOON)

    grant_access(request=request, by=boss, now=NOON)
    seen = [look(row=order, field="phone", by=clerk, now=NOON + HOUR) for _ in range(2)]

    assert seen == ["+8619900000001"] * 2
    trail = AuditRecord.objects.filter(action="access.look").order_by("pk")
    assert [(row.subject, row.actor, row.after["request"], row.after["field"]) for row in trail] == [
        (order.public_id, clerk, request.public_id, PHONE)
    ] * 2
    assert request.looks.count() == 2
    assert "19900000001" not in str(list(AuditRecord.objects.values_list("before", "after")))
    assert list(
        AuditRecord.objects.filter(subject=request.public_id).order_by("pk").values_list("action", "actor")
    ) == [("access.ask", clerk.pk), ("access.grant", boss.pk)]  # fmt: skip


def test_it_covers_the_fields_that_were_asked_for_and_only_for_her_who_asked(order):
    clerk, other = clerk_of("support"), clerk_of("support")
    granted_access(clerk, order.public_id, [PHONE])

    for person, row, field in ((clerk, order, "consignee"), (other, order, "phone"), (clerk, paid_order(), "phone")):
        with pytest.raises(NoAccess):
            look(row=row, field=field, by=person, now=NOON)


def test_access_to_a_shop_a_merchant_or_a_person_covers_all_of_theirs(order):
    account, clerk = bank_account(order.shop), staff()
    other = paid_order(shopper=order.shopper)
    granted_access(clerk, order.shop.public_id, [PHONE, "settlement.bankaccount.number"])
    granted_access(clerk, order.shopper.public_id, ["orders.order.consignee"])

    assert look(row=account, field="number", by=clerk, now=NOON) == account.number.reveal()
    assert look(row=order, field="phone", by=clerk, now=NOON)
    assert look(row=other, field="consignee", by=clerk, now=NOON) == "张小云"
    with pytest.raises(NoAccess):  # of another shop
        look(row=other, field="phone", by=clerk, now=NOON)


def test_it_ends_by_itself_at_the_moment(order):
    clerk = clerk_of("support")
    granted_access(clerk, order.public_id, [PHONE], hours=2)

    assert look(row=order, field="phone", by=clerk, now=NOON + 2 * HOUR - timedelta(seconds=1))
    with pytest.raises(NoAccess):
        look(row=order, field="phone", by=clerk, now=NOON + 2 * HOUR)


def test_it_ends_earlier_when_who_has_it_or_who_may_grant_it_says_so(order):
    clerk, boss, third = clerk_of("support"), clerk_of("risk"), clerk_of("support")
    mine, taken = (granted_access(clerk, order.public_id, [PHONE]) for _ in range(2))

    with pytest.raises(NotYourRequest):
        end_access(request=mine, by=third, now=NOON)
    end_access(request=mine, by=clerk, now=NOON)
    assert look(row=order, field="phone", by=clerk, now=NOON)  # by the other one
    end_access(request=taken, by=boss, now=NOON)

    with pytest.raises(NoAccess):
        look(row=order, field="phone", by=clerk, now=NOON)
    with pytest.raises(WrongStatus):
        end_access(request=taken, by=boss, now=NOON)


def test_who_loses_the_right_to_see_the_rows_looks_no_more(order):
    clerk = clerk_of("support")
    granted_access(clerk, order.public_id, [PHONE])
    clerk.groups.clear()
    clerk = type(clerk).objects.get(pk=clerk.pk)

    with pytest.raises(NoAccess):
        look(row=order, field="phone", by=clerk, now=NOON)


def test_nobody_decides_for_herself(order):
    boss = staff()
    request = asked_access(boss, order.public_id, [PHONE])

    for verb, said in ((grant_access, {}), (refuse_access, {"reason": "x"})):
        with pytest.raises(DecidedByAnother):
            verb(request=request, by=boss, now=NOON, **said)
    with pytest.raises(IntegrityError, match="access_never_granted_to_oneself"), transaction.atomic():
        AccessRequest.objects.filter(pk=request.pk).update(
            status="granted", decided_by=boss, decided_at=NOON, expires_at=NOON + HOUR
        )


def test_a_refusal_has_a_reason_is_told_and_stays(order):
    clerk, boss = clerk_of("support"), clerk_of("risk")
    request = asked_access(clerk, order.public_id, [PHONE])

    refuse_access(request=request, reason="The shop can call her.", by=boss, now=NOON)

    with pytest.raises(WrongStatus):
        grant_access(request=request, by=boss, now=NOON)
    (notice,) = Notice.objects.filter(person=clerk)
    assert "The shop can call her." in notice.body


def test_what_nobody_has_decided_is_withdrawn_by_who_asked(order):
    clerk, boss = clerk_of("support"), clerk_of("risk")
    request = asked_access(clerk, order.public_id, [PHONE])

    with pytest.raises(NotYourRequest):
        withdraw_request(request=request, by=boss, now=NOON)
    withdraw_request(request=request, by=clerk, now=NOON)

    with pytest.raises(WrongStatus):
        grant_access(request=request, by=boss, now=NOON)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"hours": 9}, TooLong),
        ({"hours": 0}, TooLong),
        ({"ticket": " "}, NothingAskedFor),
        ({"reason": ""}, NothingAskedFor),
        ({"purpose": "curious"}, NothingAskedFor),
        ({"fields": []}, NothingAskedFor),
        ({"fields": ["accounts.user.password"]}, NothingAskedFor),
        ({"fields": ["settlement.bankaccount.number"]}, NothingAskedFor),  # support does not see bank accounts at all
    ],
)
def test_a_request_says_what_it_is_for(order, wrong, refusal):
    given = {"fields": [PHONE], **wrong}

    with pytest.raises(refusal):
        asked_access(clerk_of("support"), order.public_id, **given)

    assert not AccessRequest.objects.exists()


def test_staff_turn_how_long_it_lasts_at_the_most_and_a_longer_request_is_cut_when_granted(order):
    request = asked_access(clerk_of("support"), order.public_id, [PHONE], hours=8)
    MOST_ACCESS_HOURS.turn(3, by=staff(), now=NOON)

    grant_access(request=request, by=clerk_of("risk"), now=NOON)

    assert AccessRequest.objects.get().expires_at == NOON + 3 * HOUR


def test_whom_it_concerns_is_told_of_the_first_look(order):
    account = bank_account(order.shop)
    owner = seat(order.shop, shopper(), Seat.Role.OWNER).user
    clerk = staff()
    granted_access(clerk, order.public_id, [PHONE, "orders.order.consignee"])
    granted_access(clerk, account.public_id, ["settlement.bankaccount.number"], purpose="payout")

    for field in ("phone", "consignee", "phone"):
        look(row=order, field=field, by=clerk, now=NOON)
    look(row=account, field="number", by=clerk, now=NOON)

    told = Notice.objects.filter(kind="access.looked_at").order_by("pk")
    assert [(row.person, row.facts["subject"]) for row in told if row.person in {order.shopper, owner}] == [
        (order.shopper, order.public_id), (owner, account.public_id),
    ]  # fmt: skip


@pytest.mark.parametrize("purpose", ["fraud", "authority"])
def test_nobody_is_warned_of_an_investigation(order, purpose):
    clerk = staff()
    granted_access(clerk, order.public_id, [PHONE], purpose=purpose)

    look(row=order, field="phone", by=clerk, now=NOON)

    assert not Notice.objects.filter(kind="access.looked_at").exists()


def test_looks_are_written_once(order):
    clerk = staff()
    granted_access(clerk, order.public_id, [PHONE])
    look(row=order, field="phone", by=clerk, now=NOON)

    for statement in ("UPDATE access_accesslook SET field = 'x'", "DELETE FROM access_accesslook"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# Pages


def test_staff_ask_on_a_page_and_another_grants_on_the_next(client, order):
    clerk, boss = clerk_of("support"), clerk_of("risk")
    client.force_login(clerk)
    page_of_order = reverse("admin:orders_order_change", args=[order.pk])

    covered = client.get(page_of_order)
    add = client.get(covered.context["panel"].ask_url)
    form = {"subject": order.public_id, "fields_wanted": [PHONE], "purpose": "help", "reason": "Lost parcel",
            "ticket": "T-7", "hours": "1"}  # fmt: skip
    wrong = client.post(reverse("admin:access_accessrequest_add"), {**form, "subject": "ord_nothing", "hours": "99"})
    asked = client.post(reverse("admin:access_accessrequest_add"), form)
    request = AccessRequest.objects.get()

    assert "19900000001" not in covered.text
    assert "+86****0001" in covered.text
    assert add.context["adminform"].form.initial == {
        "subject": order.public_id,
        "fields_wanted": ["orders.order.consignee", PHONE, "orders.order.address_line"],
    }
    assert (set(wrong.context["adminform"].form.errors), "Lost parcel" in wrong.text) == ({"subject", "hours"}, True)
    assert asked.status_code == 302

    client.force_login(boss)
    queue = client.get(reverse("admin:index"))
    client.post(
        reverse("admin:access_accessrequest_changelist"),
        {"action": "grant", "_selected_action": [request.pk], "confirmed": "yes"},
    )
    ours = reverse("admin:access_accessrequest_changelist")
    assert [one.count for one in queue.context["queues"] if one.url.startswith(ours)] == [1]

    client.force_login(clerk)
    page = client.get(page_of_order)
    shown = client.post(reverse("admin:access_look", args=["orders.order", order.pk]), {"field": "phone"})
    refused = client.post(reverse("admin:access_look", args=["orders.order", order.pk]), {"field": "consignee"})
    unknown = client.post(reverse("admin:access_look", args=["orders.order", order.pk]), {"field": "status"})
    mine = client.get(reverse("admin:access_accessrequest_change", args=[request.pk]))

    assert "19900000001" not in page.text
    assert "+8619900000001" in shown.text and "no-store" in shown["Cache-Control"]
    assert (refused.status_code, unknown.status_code) == (403, 404)
    assert "19900000001" not in mine.text
    assert order.public_id in mine.text


def test_others_requests_are_seen_by_who_decides_alone(client, order):
    request = asked_access(clerk_of("support"), order.public_id, [PHONE])
    url = reverse("admin:access_accessrequest_change", args=[request.pk])

    answers = []
    for person in (clerk_of("support"), clerk_of("risk")):
        client.force_login(person)
        answers.append(client.get(url).status_code)

    assert answers == [302, 200]


def test_a_look_at_rows_that_she_does_not_see_is_refused(client, order):
    clerk = staff(superuser=False)
    clerk.user_permissions.add(Permission.objects.get(codename="add_accessrequest"))
    client.force_login(clerk)

    assert (
        client.post(reverse("admin:access_look", args=["orders.order", order.pk]), {"field": "phone"}).status_code
        == 403
    )
    assert client.get(reverse("admin:access_look", args=["orders.order", order.pk])).status_code == 405


def test_a_paper_opens_for_who_must_judge_it_now_and_later_by_a_grant(client, db):  # M1
    clerk = staff()
    client.force_login(clerk)
    waiting, decided = under_review().documents.first(), in_status("rejected").documents.first()
    place = reverse("admin:merchants_document_change", args=[decided.pk])
    file = reverse("admin:merchants_document_file", args=[decided.public_id])

    assert client.get(reverse("admin:merchants_document_file", args=[waiting.public_id])).status_code == 200
    assert client.get(file).status_code == 403
    assert decided.number.reveal() not in client.get(place, {"number": decided.public_id}).text

    request = granted_access(clerk, decided.public_id, ["merchants.document.file"], now=clock.now())
    assert client.get(file).status_code == 200
    assert list(request.looks.values_list("field", flat=True)) == ["merchants.document.file"]


# At once


def test_a_look_and_an_end_at_once_never_leave_a_look_behind_the_end(committed_db):
    order, clerk = paid_order(), staff()
    request = granted_access(clerk, order.public_id, [PHONE])

    def one(number: int) -> str:
        try:
            if number == 5:
                end_access(request=request, by=clerk, now=NOON)
                return "ended"
            return look(row=order, field="phone", by=clerk, now=NOON)
        except (NoAccess, WrongStatus):
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        said = list(pool.map(one, range(12)))

    ended = AuditRecord.objects.get(action="access.end").pk
    looks = list(AuditRecord.objects.filter(action="access.look").values_list("pk", flat=True))
    assert said.count("ended") == 1
    assert len(looks) == AccessLook.objects.count() == said.count("+8619900000001")
    assert all(pk < ended for pk in looks)
    assert Notice.objects.filter(kind="access.looked_at", person=order.shopper).count() == min(1, len(looks))
