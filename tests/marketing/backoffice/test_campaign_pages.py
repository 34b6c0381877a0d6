"""A shop and the mall's campaigns (K5): why or why not, goods with errors at their fields, taken back, left alone."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from catalog.bulk_edit import change_skus
from catalog.models import Sku
from catalog.prices import PriceLocked
from mall import clock
from mall.money import Money
from marketing.models import Campaign, CampaignEnrolment, Promotion
from merchants.models import Seat
from tests.factories.accounts import shopper
from tests.factories.campaigns import brief, enrolled, open_campaign
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.marketing.storefront.test_campaign_pages import running

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(client):
    here, owner = shop(), shopper()
    seat(here, owner, Seat.Role.OWNER)
    client.force_login(owner)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for code in ("A", "B"):
        sku(shop=here, price="100.00", code=code, stock=10)
    return here


def open_now(**fields) -> Campaign:
    now = clock.now()
    days = {
        "enrol_from": now - timedelta(hours=1), "enrol_until": now + timedelta(days=1),
        "audit_until": now + timedelta(days=2), "live_from": now + timedelta(days=3),
        "live_until": now + timedelta(days=4), "now": now - timedelta(hours=2),
    }  # fmt: skip
    return open_campaign(**days | fields)


def at(place, name: str, *args) -> str:
    return reverse(f"backoffice:marketing:{name}", args=[place.slug, *args])


@pytest.mark.usefixtures("in_english")
def test_a_shop_finds_the_campaign_reads_the_clauses_and_enrols(client, mine):
    campaign = open_now()

    listed = client.get(at(mine, "campaigns")).content.decode()
    page = client.get(at(mine, "campaign", campaign.public_id)).content.decode()
    typed = {"sku_1": "A", "price_1": "80", "units_1": "5", "sku_3": "B", "price_3": "79.90", "units_3": "2"}
    done = client.post(at(mine, "campaign-enrol", campaign.public_id), typed)

    assert "618 sale" in listed
    assert page.count("Met</span>") == 4
    assert "You may join" in page
    assert done.status_code == 302
    rows = CampaignEnrolment.objects.order_by("pk")
    assert [(row.sku.code, row.price.minor, row.units) for row in rows] == [("A", 8_000, 5), ("B", 7_990, 2)]
    assert client.get(done.url).status_code == 200


@pytest.mark.usefixtures("in_english")
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_lost(client, mine):
    campaign = open_now(least_units=3)
    typed = {"sku_1": "nothing", "price_1": "80", "units_1": "5", "sku_2": "A", "price_2": "95", "units_2": "99",
             "sku_4": "B"}  # fmt: skip

    first = client.post(at(mine, "campaign-enrol", campaign.public_id), typed)
    second = client.post(at(mine, "campaign-enrol", campaign.public_id), {k: typed[k] for k in typed if "_2" in k})

    errors = first.context["form"].errors
    assert set(errors) == {"sku_1", "price_4", "units_4"}
    assert 'value="nothing"' in first.content.decode()
    errors = second.context["form"].errors
    assert set(errors) == {"price_2", "units_2"}
    assert "here at most ¥90.00" in second.content.decode()
    assert 'value="95"' in second.content.decode()
    assert not CampaignEnrolment.objects.exists()


def test_an_item_is_taken_back_and_only_by_who_may(client, mine):
    campaign = open_now()
    row = enrolled(campaign, mine_sku(mine), "80.00", now=clock.now())
    clerk = seat(mine, shopper(), Seat.Role.CLERK).user

    client.post(at(mine, "campaign-withdraw", row.public_id))
    row.refresh_from_db()
    client.force_login(clerk)
    refused = client.post(at(mine, "campaign-enrol", campaign.public_id), {})

    assert row.status == "withdrawn"
    assert refused.status_code == 403


def mine_sku(place):
    return Sku.objects.get(shop=place, code="A")


@pytest.mark.usefixtures("in_english")
def test_who_is_not_invited_reads_why_and_finds_no_form(client, mine):
    sku(price="1.00")  # of a shop that fits
    campaign = open_now(only_new=False, tiers=["tail"], categories=[])
    campaign.invitations.filter(shop=mine).delete()

    page = client.get(at(mine, "campaign", campaign.public_id)).content.decode()
    tried = client.post(at(mine, "campaign-enrol", campaign.public_id), {"sku_1": "A", "price_1": "80", "units_1": "5"})

    assert "You may not join now" in page
    assert "You are not invited." in page
    assert 'name="sku_1"' not in page
    assert tried.status_code == 200
    assert not CampaignEnrolment.objects.exists()


def test_a_brief_is_not_found(client, mine):
    campaign = brief(enrol_until=clock.now() + timedelta(days=1), audit_until=clock.now() + timedelta(days=2),
                     live_from=clock.now() + timedelta(days=3), live_until=clock.now() + timedelta(days=4),
                     )  # fmt: skip

    assert client.get(at(mine, "campaign", campaign.public_id)).status_code == 404


def test_what_a_campaign_made_is_left_alone_by_its_shop(client, mine):
    running(mine_sku(mine))
    promotion = Promotion.objects.get()

    page = client.get(at(mine, "detail", promotion.public_id)).content.decode()
    stopped = client.post(at(mine, "do", promotion.public_id), {"action": "stop"})
    edited = client.get(at(mine, "edit", promotion.public_id))

    promotion.refresh_from_db()
    assert 'value="stop"' not in page
    assert promotion.status == "live"
    assert stopped.url == edited.url == at(mine, "campaign", Campaign.objects.get().public_id)


@pytest.mark.usefixtures("in_english")
def test_a_locked_price_is_refused_with_a_clear_word(mine):
    ware = mine_sku(mine)
    running(ware)
    with pytest.raises(PriceLocked, match="is in “618 sale”: its price stays as it is until"):
        change_skus(
            product=ware.product, seen_at=ware.product.changed_at, by=shopper(), now=clock.now(),
            edits={ware.public_id: {"price": Money.parse("120.00")}},
        )  # fmt: skip
