"""One more trade from the owner's side: asked in the back office, filled in as who opens a shop does (M1, M2)."""

import pytest
from django.urls import reverse

from mall import clock
from merchants.applications import check_application
from merchants.models import Application
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat, shop
from tests.factories.papers import picture
from tests.merchants.applying import Status, opened, request, requested

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(client):
    row = opened()
    client.force_login(row.applicant)
    return row


def at(application, name="application", *args) -> str:
    return reverse(f"storefront:merchants:{name}", args=[application.public_id, *args])


def test_an_owner_asks_brings_what_is_missing_and_may_sell(client, row):  # M1
    page = client.get(reverse("backoffice:merchants:trades", args=[row.shop.slug]))
    door = reverse("storefront:merchants:ask-for-trade", args=[row.shop.slug, "3c"])
    assert page.context["may_ask"]
    assert door.encode() in page.content

    begun = client.post(door)
    asked = Application.objects.get(purpose="trade")
    assert begun["Location"] == at(asked, "step", "goods")
    assert client.get(begun["Location"]).status_code == 200
    assert client.get(at(asked, "step", "shop")).status_code == 404
    papers = client.post(begun["Location"], {"goods": "耳机"})["Location"]
    assert [one.requirement.code for one in client.get(papers).context["papers"]] == ["ccc-certificate"]
    today = clock.business_date(clock.now())
    client.post(
        at(asked, "document", "ccc-certificate"),
        {
            "number": "2026010901000001",
            "issuer": "CQC",
            "valid_from": today.isoformat(),
            "valid_to": "2099-12-31",
            "file": picture(),
        },
    )
    send = client.post(papers, {"service-network": "杭州文三路 1 号"})["Location"]
    assert client.get(send).context["is_ready"]
    client.post(at(asked, "hand-in"))
    asked.refresh_from_db()
    check_application(application=asked, now=clock.now())
    agreements = client.get(at(asked, "agreements")).context["agreements"]
    ended = client.post(at(asked, "agreements"), {"agreement": [one.pk for one in agreements]}, follow=True)

    asked.refresh_from_db()
    assert (asked.status, [one.code for one in agreements]) == (Status.ADMITTED, ["after-sales"])
    assert reverse("backoffice:catalog:add", args=[row.shop.slug]) in ended.content.decode()


def test_the_difference_of_the_deposit_is_paid_at_the_usual_door(client, row):
    asked = requested(row.shop, "health-food")

    shown = client.get(reverse("storefront:settlement:deposit", args=[asked.public_id]))

    assert str(asked.deposit) == str(shown.context["application"].deposit) == "¥5,000.00"


def test_it_can_be_canceled_and_stands_among_her_papers(client, row):
    asked = request(row.shop)
    assert at(asked).encode() in client.get(reverse("storefront:merchants:papers")).content

    client.post(at(asked, "withdraw"))

    asked.refresh_from_db()
    assert asked.status == Status.WITHDRAWN


def test_only_owners_ask(client):
    place = shop(owner=shopper())
    client.force_login(seat(place, shopper(), "manager").user)

    assert not client.get(reverse("backoffice:merchants:trades", args=[place.slug])).context["may_ask"]
    door = reverse("storefront:merchants:ask-for-trade", args=[place.slug, "3c"])
    assert client.post(door).status_code == 404


def test_who_may_not_is_told_why(client, row):
    row.shop.status, row.shop.frozen_at = "frozen", clock.now()
    row.shop.save()

    answer = client.post(reverse("storefront:merchants:ask-for-trade", args=[row.shop.slug, "3c"]), follow=True)

    assert "alert-error" in answer.content.decode()
    assert not Application.objects.filter(purpose="trade").exists()


def test_staff_see_which_trade_which_shop_and_what_is_there_already(client, row):
    asked = request(row.shop, "food")
    client.force_login(staff())

    page = client.get(reverse("admin:merchants_application_change", args=[asked.pk]))

    assert [document.kind for document in page.context["standing"]] == ["business-licence", "id-card"]
    assert reverse("admin:merchants_shop_change", args=[row.shop.pk]) in page.content.decode()
