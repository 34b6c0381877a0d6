import pytest

from merchants.applications import approve_application, request_changes
from merchants.models import Application
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.merchants.test_applications import said, submitted

pytestmark = pytest.mark.django_db


def typed(**fields) -> dict:
    asked = said(**fields)
    name = asked.pop("shop_name")
    return {**asked, "shop_name_zh_hans": name.get("zh-hans", ""), "shop_name_en": name.get("en", "")}


def page_of(application) -> str:
    return f"/open-a-shop/{application.public_id}/"


@pytest.fixture
def applicant(client):
    person = shopper()
    client.force_login(person)
    return person


@pytest.mark.parametrize("address", ["/open-a-shop/", "/open-a-shop/app_1/"])
def test_who_is_not_signed_in_is_sent_to_sign_in(client, address):
    response = client.get(address)

    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address}")


def test_person_applies_and_sees_where_her_application_stands(client, applicant):  # M2
    empty = client.get("/open-a-shop/")

    answer = client.post("/open-a-shop/", typed())

    application = Application.objects.get()
    status = client.get(answer["Location"])
    assert (empty.status_code, list(empty.context["form"].errors)) == (200, [])
    assert (application.applicant, answer["Location"]) == (applicant, page_of(application))
    assert (status.context["application"], status.context["form"]) == (application, None)


def test_mistakes_are_shown_at_their_fields_and_nothing_typed_is_lost(client, applicant):
    typing = typed(credit_code="91350100M000100Y44", shop_slug="admin", contact_phone="12")

    answer = client.post("/open-a-shop/", typing)

    form = answer.context["form"]
    assert (answer.status_code, set(form.errors)) == (200, {"credit_code", "shop_slug", "contact_phone"})
    assert form["goods"].value() == typing["goods"]
    assert Application.objects.count() == 0


def test_empty_form_says_at_every_field_what_is_missing(client, applicant):
    answer = client.post("/open-a-shop/", {})

    assert set(answer.context["form"].errors) == set(said())


def test_double_click_makes_one_application(client, applicant):
    typing = typed()

    first, second = client.post("/open-a-shop/", typing), client.post("/open-a-shop/", typing)

    assert first["Location"] == second["Location"]
    assert Application.objects.count() == 1


def test_who_has_applied_is_led_to_her_application(client, applicant):
    application = submitted(applicant)

    assert client.get("/open-a-shop/")["Location"] == page_of(application)


def test_somebody_elses_application_is_not_found(client, applicant):
    assert client.get(page_of(submitted())).status_code == 404


def test_requested_changes_are_made_in_the_filled_form(client, applicant):
    application = submitted(applicant, contact_phone="19912345678")
    request_changes(application=application, reason="Say more", by=staff(), now=NOON)

    form = client.get(page_of(application)).context["form"]
    wrong = client.post(page_of(application), typed(credit_code="x"))
    right = client.post(page_of(application), typed(goods="绿茶"))

    application.refresh_from_db()
    assert (form["contact_phone"].value(), form["contact_name"].value()) == ("+8619912345678", "张小云")
    assert list(wrong.context["form"].errors) == ["credit_code"]
    assert (right.status_code, application.status, application.goods) == (302, "submitted", "绿茶")


def test_amending_what_is_not_open_to_changes_is_refused_in_words(client, applicant):
    application = submitted(applicant)

    answer = client.post(page_of(application), typed(goods="绿茶"), follow=True)

    application.refresh_from_db()
    assert (application.goods, len(list(answer.context["messages"]))) == ("绿茶、茶具", 1)


def test_approved_applicant_finds_her_shop(client, applicant):
    application = submitted(applicant)
    opened = approve_application(application=application, by=staff(), now=NOON)

    assert client.get(page_of(application)).context["shop"] == opened
    assert client.get("/open-a-shop/").status_code == 200  # she may apply for another business
