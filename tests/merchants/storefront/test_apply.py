from datetime import timedelta

import pytest
from django.urls import reverse

from merchants.applications import check_application, request_changes
from merchants.documents import refuse_document
from merchants.models import Application, Document
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.papers import TODAY, id_card, picture
from tests.merchants.applying import Status, checked, draft, in_status, opened, said, under_review, with_papers

pytestmark = pytest.mark.django_db


def typed(*names, **fields) -> dict:
    """What a browser sends of these fields."""
    asked = said(**fields)
    name = asked.pop("shop_name")
    sent = {**asked, "shop_name_zh_hans": name.get("zh-hans", ""), "shop_name_en": name.get("en", "")}
    return {key: value for key, value in sent.items() if not names or key in names}


BUSINESS = ("merchant_name", "kind", "credit_code", "contact_name", "contact_phone")
SHOP = ("shop_name_zh_hans", "shop_name_en", "shop_slug", "goods", "trades")


def at(application, name="application", *args) -> str:
    return reverse(f"storefront:merchants:{name}", args=[application.public_id, *args])


def paper(application, kind, **words) -> dict:
    numbers = {"business-licence": application.credit_code, "id-card": id_card()}
    return {
        "number": numbers.get(kind, "NO-1234"),
        "issuer": "杭州市市场监督管理局",
        "valid_from": (TODAY - timedelta(days=9)).isoformat(),
        "valid_to": "" if kind == "business-licence" else "2099-12-31",
        "file": picture(),
        **words,
    }


@pytest.fixture
def applicant(client):
    person = shopper()
    client.force_login(person)
    return person


@pytest.mark.parametrize("address", ["/open-a-shop/", "/open-a-shop/app_1/", "/my-papers/"])
def test_who_is_not_signed_in_is_sent_to_sign_in(client, address):
    response = client.get(address)

    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address}")


def test_the_whole_way_by_hand_and_without_scripts(client, applicant):  # M2
    begun = client.post("/open-a-shop/", typed(*BUSINESS))
    row = Application.objects.get()
    assert begun["Location"] == at(row, "step", "shop")

    after_shop = client.post(begun["Location"], typed(*SHOP))
    papers = client.get(after_shop["Location"])
    assert [one.requirement.code for one in papers.context["papers"]] == ["business-licence", "id-card"]
    row.refresh_from_db()
    for kind in ("business-licence", "id-card"):
        assert client.get(at(row, "document", kind)).status_code == 200
        assert client.post(at(row, "document", kind), paper(row, kind))["Location"] == after_shop["Location"]
    send = client.post(after_shop["Location"], {})
    assert client.get(send["Location"]).context["is_ready"]
    handed_in = client.post(at(row, "hand-in"))

    row.refresh_from_db()
    assert (row.status, handed_in["Location"]) == (Status.SUBMITTED, at(row))
    check_application(application=row, now=NOON)
    agreements = client.get(at(row, "agreements")).context["agreements"]
    accepted = client.post(at(row, "agreements"), {"agreement": [one.pk for one in agreements]})
    row.refresh_from_db()
    assert (row.status, accepted["Location"]) == (
        Status.AGREED, reverse("storefront:settlement:deposit", args=[row.public_id]),
    )  # fmt: skip
    assert client.get(accepted["Location"]).status_code == 200


def test_what_is_wrong_is_kept_and_said_at_its_field(client, applicant):
    begun = client.post("/open-a-shop/", typed(*BUSINESS, credit_code="91350100M000100Y44"))
    row = Application.objects.get()
    shown = client.get(begun["Location"])

    assert begun["Location"] == at(row, "step", "business") + "?check=1"
    assert set(shown.context["form"].errors) == {"credit_code"}
    assert shown.context["form"]["credit_code"].value() == "91350100M000100Y44"

    again = client.post(at(row, "step", "shop"), typed(*SHOP, shop_slug="admin"))
    row.refresh_from_db()
    assert (again.status_code, set(again.context["form"].errors), row.shop_slug) == (200, {"shop_slug"}, "admin")


def test_an_empty_step_is_kept_for_later(client, applicant):
    row = draft(applicant)

    answer = client.post(at(row, "step", "shop"), {"goods": "茶", "later": "1"})

    row.refresh_from_db()
    assert (answer["Location"], row.goods, row.trades) == (at(row), "茶", [])


def test_the_last_step_names_what_is_missing_and_where(client, applicant):
    row = draft(applicant, goods="")

    page = client.get(at(row, "step", "send"))
    refused = client.post(at(row, "hand-in"))

    assert [part["step"] for part in page.context["errors"]] == ["shop", "papers"]
    assert not page.context["is_ready"]
    row.refresh_from_db()
    assert (refused["Location"], row.status) == (at(row, "step", "send"), Status.DRAFT)


def test_a_wrong_paper_comes_back_with_its_words(client, applicant):
    row = draft(applicant)

    answer = client.post(at(row, "document", "id-card"), paper(row, "id-card", number="123"))

    assert set(answer.context["form"].errors) == {"number"}
    assert answer.context["form"]["number"].value() == "123"
    assert Document.objects.count() == 0


def test_the_applicant_sees_her_own_file_and_nobody_elses(client, applicant):
    mine, other = with_papers(draft(applicant)), with_papers(draft())
    document, foreign = mine.documents.first(), other.documents.first()

    shown = client.get(at(mine, "file", document.public_id))

    assert (shown.status_code, shown["Content-Type"], shown["X-Content-Type-Options"]) == (200, "image/jpeg", "nosniff")
    assert "no-store" in shown["Cache-Control"]
    assert client.get(at(mine, "file", foreign.public_id)).status_code == 404
    for name, args in {
        "application": (), "step": ("shop",), "document": ("id-card",), "file": (foreign.public_id,), "agreements": (),
    }.items():  # fmt: skip
        assert client.get(at(other, name, *args)).status_code == 404, name
    for name in ("hand-in", "withdraw"):
        assert client.post(at(other, name)).status_code == 404, name


def test_who_has_applied_is_led_to_her_application(client, applicant):
    row = draft(applicant)

    assert client.get("/open-a-shop/")["Location"] == at(row)
    assert client.post("/open-a-shop/", typed(*BUSINESS))["Location"] == at(row)
    assert Application.objects.count() == 1


def test_only_what_was_asked_about_is_open(client, applicant):  # M1
    row, clerk = under_review(applicant), staff()
    card = row.documents.get(kind="id-card")
    refuse_document(document=card, reason="The back is missing", by=clerk, now=NOON)
    request_changes(application=row, reason="Say more", fields=["goods"], by=clerk, now=NOON)

    overview = client.get(at(row))
    form = client.get(at(row, "step", "shop")).context["form"]
    closed = client.get(at(row, "document", "business-licence"))
    client.post(at(row, "step", "shop"), typed(*SHOP, goods="绿茶", shop_slug="another"))
    client.post(at(row, "document", "id-card"), paper(row, "id-card"))
    client.post(at(row, "hand-in"))

    assert "The back is missing" in overview.content.decode()
    assert [name for name, field in form.fields.items() if not field.disabled] == ["goods"]
    assert closed["Location"] == at(row)
    before = row.shop_slug
    row.refresh_from_db()
    assert (row.status, row.goods, row.shop_slug) == (Status.SUBMITTED, "绿茶", before)


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_page(client, applicant, status):
    row = in_status(status, applicant)

    page = client.get(at(row))

    assert page.status_code == 200
    states = [stage["state"] for stage in row.stages()]
    assert states.count("now") == (0 if status in {Status.OPEN, Status.ADMITTED} else 1)
    for step in ("goods" if row.is_for_trade else "shop", "papers", "send"):
        expected = 200 if status in Application.WITH_APPLICANT else 302
        assert client.get(at(row, "step", step)).status_code == expected


def test_withdrawn_and_gone_on_anew(client, applicant):
    row = checked(applicant)

    client.post(at(row, "withdraw"))

    row.refresh_from_db()
    assert row.status == Status.WITHDRAWN
    assert client.get("/open-a-shop/").status_code == 200


def test_an_agreement_that_was_not_ticked_is_refused_in_words(client, applicant):
    row = in_status(Status.APPROVED, applicant)

    answer = client.post(at(row, "agreements"), {"agreement": ["x", "9" * 30]})

    row.refresh_from_db()
    assert (answer.status_code, row.status) == (200, Status.APPROVED)
    assert len(list(answer.wsgi_request._messages)) == 1


# Papers of a merchant


def test_an_owner_renews_a_paper_and_a_stranger_finds_none(client, applicant):  # M1
    shop = opened(applicant).shop
    card = shop.merchant.documents.get(kind="id-card")
    renew = reverse("storefront:merchants:renew", args=[card.public_id])

    listed = client.get("/my-papers/").context["documents"]
    answer = client.post(renew, paper(shop.application, "id-card"))

    assert {row.kind for row in listed} == {"business-licence", "id-card"}
    assert answer["Location"] == "/my-papers/"
    newer = Document.objects.get(status="waiting")
    assert (newer.merchant, newer.replaces) == (shop.merchant, card)
    assert client.get("/my-papers/").context["documents"][1].renewal == newer

    client.force_login(shopper())
    assert client.get("/my-papers/").context["documents"] == []
    assert client.get(renew).status_code == 404
    assert client.get(reverse("storefront:merchants:paper-file", args=[card.public_id])).status_code == 404


def test_the_first_steps_are_computed(client, applicant):
    shop = opened(applicant).shop
    address = reverse("backoffice:merchants:opening", args=[shop.slug])

    before = client.get(address)
    shop.city = "杭州市"
    shop.save(update_fields=["city"])

    assert (before.context["done"], client.get(address).context["done"]) == (0, 1)
    assert len(before.context["steps"]) == 7
