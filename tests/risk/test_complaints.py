"""Shoppers report goods and shops, staff uphold or dismiss (R1)."""

import pytest
from django.urls import reverse

from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.notifications.models import Notice
from mall.pace import TooOften
from risk.complaints import OwnSubject, ReasonMissing, complain, dismiss_complaint, uphold_complaint
from risk.models import Complaint
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import product
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db


def reported(person=None, subject="prd_1", reason="counterfeit", **more):
    facts = {"kind": "product", "subject_name": "Cup", "shop_id": "shp_1", "words": "", "now": NOON} | more
    return complain(subject_id=subject, person=person or shopper(), reason=reason, **facts)


def upheld() -> list[dict]:
    return list(OutboxEvent.objects.filter(name="ComplaintUpheld").order_by("pk").values_list("payload", flat=True))


def test_one_person_has_one_open_report_of_one_thing():
    ada = shopper()

    first, again = reported(ada), reported(ada, reason="unsafe")
    other, somebody_else = reported(ada, subject="prd_2"), reported()

    assert again == first
    assert Complaint.objects.count() == len({first.pk, other.pk, somebody_else.pk}) == 3


def test_the_database_keeps_it_so():
    from django.db import IntegrityError, transaction

    first = reported()
    first.pk, first.public_id = None, "cpl_other"
    with pytest.raises(IntegrityError, match="complaint_one_open_per_person"), transaction.atomic():
        first.save(force_insert=True)


def test_after_the_verdict_she_may_report_it_again():
    ada = shopper()
    dismiss_complaint(complaint=reported(ada), verdict="In order", by=staff(), now=NOON)

    assert reported(ada).status == "open"


def test_verdict_answers_all_open_reports_alike_and_tells_who_reported():
    ada, ben, clerk = shopper(), shopper(), staff()
    first, second, other = reported(ada), reported(ben), reported(shopper(), reason="unsafe")

    uphold_complaint(complaint=first, verdict="No receipt", by=clerk, now=NOON)

    for row in (first, second, other):
        row.refresh_from_db()
    assert [row.status for row in (first, second, other)] == ["upheld", "upheld", "open"]
    assert {payload["complaint_id"] for payload in upheld()} == {first.public_id, second.public_id}
    assert upheld()[0] == {
        "complaint_id": first.public_id, "kind": "product", "subject_id": "prd_1", "shop_id": "shp_1",
        "reason": "counterfeit", "verdict": "No receipt", "decided_at": NOON.isoformat(),
    }  # fmt: skip
    assert set(Notice.objects.values_list("person", "kind")) == {
        (ada.pk, "risk.complaint_upheld"),
        (ben.pk, "risk.complaint_upheld"),
    }
    assert AuditRecord.objects.get(action="risk.decide_complaint").actor_label == clerk.email


def test_dismissed_report_counts_for_nothing():
    row = dismiss_complaint(complaint=reported(), verdict="In order", by=staff(), now=NOON)

    assert (row.status, upheld()) == ("dismissed", [])


@pytest.mark.parametrize("first", [uphold_complaint, dismiss_complaint])
@pytest.mark.parametrize("second", [uphold_complaint, dismiss_complaint])
def test_report_is_decided_once(first, second):
    row = first(complaint=reported(), verdict="…", by=staff(), now=NOON)

    with pytest.raises(WrongStatus):
        second(complaint=row, verdict="…", by=staff(), now=NOON)


def test_verdict_says_why():
    with pytest.raises(ReasonMissing):
        uphold_complaint(complaint=reported(), verdict="  ", by=staff(), now=NOON)


@pytest.mark.parametrize(("reason", "words"), [("", ""), ("nonsense", "x"), ("other", " ")])
def test_report_names_a_reason(reason, words):
    with pytest.raises(ReasonMissing):
        reported(reason=reason, words=words)


def test_who_reports_too_much_waits():
    ada = shopper()
    for number in range(10):
        reported(ada, subject=f"prd_{number}")

    with pytest.raises(TooOften):
        reported(ada, subject="prd_x")
    assert reported(ada, subject="prd_1").subject_id == "prd_1"  # what is open already is no new report


def test_people_of_the_shop_do_not_report_it():
    with pytest.raises(OwnSubject):
        reported(is_own=True)


def test_form_of_a_product_and_of_a_shop_works_without_scripts(client):
    goods = product(status="on_sale")
    pages = {
        "product": (reverse("storefront:catalog:complain-product", args=[goods.public_id]), goods.public_id),
        "shop": (reverse("storefront:catalog:complain-shop", args=[goods.shop.slug]), goods.shop.public_id),
    }
    ada = shopper()
    page = client.get(reverse("storefront:catalog:product", args=[goods.public_id]))
    assert pages["product"][0] in page.content.decode()
    assert client.get(pages["product"][0]).status_code == 302  # sign in first
    client.force_login(ada)
    for kind, (address, subject) in pages.items():
        assert client.get(address).status_code == 200
        empty = client.post(address, {"reason": "other", "words": ""}, HTTP_ACCEPT_LANGUAGE="en")
        assert "Say in your words what is wrong." in empty.content.decode()
        assert client.post(address, {"reason": "misleading", "words": "Not silver"}).status_code == 302
        row = Complaint.objects.get(kind=kind)
        assert (row.subject_id, row.shop_id, row.reporter, row.words) == (
            subject, goods.shop.public_id, ada, "Not silver",
        )  # fmt: skip
        assert "You have reported it" in client.get(address, HTTP_ACCEPT_LANGUAGE="en").content.decode()


def test_what_nobody_sees_cannot_be_reported(client):
    client.force_login(shopper())
    draft, hidden = product(status="draft"), shop(status="closed")

    assert client.get(reverse("storefront:catalog:complain-product", args=[draft.public_id])).status_code == 404
    assert client.get(reverse("storefront:catalog:complain-shop", args=[hidden.slug])).status_code == 404


def test_people_of_the_shop_are_told_so_in_the_form(client):
    goods, ada = product(status="on_sale"), shopper()
    seat(goods.shop, ada)
    client.force_login(ada)

    answer = client.post(
        reverse("storefront:catalog:complain-product", args=[goods.public_id]), {"reason": "unsafe"},
        HTTP_ACCEPT_LANGUAGE="en",
    )  # fmt: skip

    assert "You work for this shop" in answer.content.decode()
    assert not Complaint.objects.exists()
