"""
A campaign from the brief to the order (K5): staff write it and invite, a shop sees why it may join, offers too little
and then enough, staff accept, and a shopper buys from the venue, on a phone without scripts.
"""

import re
from datetime import datetime, timedelta

from django.utils.timezone import localtime
from playwright.sync_api import expect

from mall import clock
from mall.embedded.processes import wait_until
from mall.events import deliver_everything
from marketing.campaigns.clockwork import follow_campaigns
from marketing.models import Campaign, CampaignEnrolment
from orders.models import OrderGroup
from tests import journeys
from tests.browsing import DESKTOP, PHONE, visitor
from tests.factories import accounts, catalog

STEPS = {"enrol_from": -1, "enrol_until": 24, "audit_until": 48, "live_from": 72, "live_until": 240}  # hours from now


def _writes_the_brief(page, now: datetime) -> Campaign:
    page.goto("/admin/marketing/campaign/add/")
    for field in page.locator('input[name^="name"]').all():
        field.fill("Autumn tea week")
    page.locator('[name="slug"]').fill("autumn-tea")
    page.locator('[name="kind"]').select_option("season")
    page.locator('[name="off_percent"]').fill("20")
    page.locator('[name="calm_days"]').fill("0")
    page.locator('[name="least_units"]').fill("2")
    for name, hours in STEPS.items():
        at = now + timedelta(hours=hours if name != "live_until" else -5)
        page.locator(f'[name="{name}"]').fill(localtime(at).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errorlist").first).to_be_visible()  # it would end before it begins
    assert not Campaign.objects.filter(slug="autumn-tea").exists()
    ends = localtime(now + timedelta(hours=STEPS["live_until"])).strftime("%Y-%m-%dT%H:%M")
    page.locator('[name="live_until"]').fill(ends)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".success")).to_be_visible()
    campaign = Campaign.objects.get(slug="autumn-tea")
    page.goto(f"/admin/marketing/campaign/{campaign.pk}/change/")
    expect(page.locator("#content")).to_contain_text("Whom it would invite")
    return campaign


def _comes(campaign: Campaign, status: str, **moments: datetime) -> None:
    """Its next moment has come, here or in the mall that runs beside the test."""
    Campaign.objects.filter(pk=campaign.pk).update(**moments)

    def is_there() -> bool:
        follow_campaigns(now=clock.now())
        deliver_everything()
        return Campaign.objects.get(pk=campaign.pk).status == status

    assert wait_until(is_there, 30)


def test_a_campaign_from_the_brief_to_the_order(browser, furnished_stack):
    scene, url = furnished_stack.scene, furnished_stack.url
    tea = catalog.product(shop=scene.shop, category=scene.category, title="秋水大红袍", english="Autumn rock tea")
    ware = catalog.sku(price="88.00", stock=9, product=tea)
    buyer = accounts.shopper()
    accounts.address(buyer)
    now = clock.now()
    with (
        visitor(browser, url, person=scene.staff, width=DESKTOP) as office,
        visitor(browser, url, person=scene.owner, width=DESKTOP) as desk,
        visitor(browser, url, person=buyer, width=PHONE, scripts=False) as phone,
    ):
        campaign = _writes_the_brief(office, now)
        expect(office.locator("#content")).to_contain_text("Cloud Tea House")
        office.get_by_role("button", name="Invite").click()
        expect(office.get_by_role("heading", name="Invite")).to_be_visible()
        office.get_by_role("button", name="Invite").click()
        _comes(campaign, "enrolment")

        desk.goto(f"/backoffice/{scene.shop.slug}/promotions/campaigns/")
        desk.get_by_role("link", name="Autumn tea week").click()
        expect(desk.get_by_text("You may join", exact=True)).to_be_visible()
        desk.locator('[name="sku_1"]').fill(ware.public_id)
        desk.locator('[name="price_1"]').fill("80.00")
        desk.locator('[name="units_1"]').fill("5")
        desk.get_by_role("button", name="Enrol", exact=True).click()
        expect(desk.locator("#id_price_1")).to_have_attribute("aria-invalid", "true")
        expect(desk.locator("#id_price_1")).to_have_value("80.00")
        desk.locator('[name="price_1"]').fill("70.40")
        desk.get_by_role("button", name="Enrol", exact=True).click()
        expect(desk.get_by_text("1 item is enrolled.")).to_be_visible()
        row = CampaignEnrolment.objects.get(campaign=campaign)

        office.goto(f"/admin/marketing/campaignenrolment/{row.pk}/change/")
        office.get_by_role("button", name="Accept").click()
        expect(office.locator("main")).to_contain_text("Autumn rock tea")  # is she sure?
        office.get_by_role("button", name="Accept").click()
        expect(office.locator("body")).to_contain_text("accepted", ignore_case=True)
        minute = timedelta(minutes=1)
        _comes(
            campaign, "live",
            enrol_until=now - 3 * minute, audit_until=now - 2 * minute, live_from=now - minute,
        )  # fmt: skip

        phone.goto("/campaign/autumn-tea/")
        expect(phone.locator("main")).to_contain_text("70.40")
        phone.locator("main").get_by_role("link", name=re.compile("Autumn rock tea")).first.click()
        box = phone.get_by_role("region", name="Autumn tea week")
        expect(box).to_contain_text("¥70.40")
        box.get_by_role("button", name="Buy at the flash price").click()
        phone.get_by_role("button", name="Place order").click()
        expect(phone).to_have_url(re.compile("/pay/"))
        group = OrderGroup.objects.get(public_id=re.search("/pay/(grp_[a-z0-9]+)/", phone.url)[1])
        journeys.pay(group, now=clock.now())
        line = group.orders.get().lines.get()
        assert line.total.minor == 7_040
        assert not (office.complaints or desk.complaints)
