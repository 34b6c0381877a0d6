"""Campaigns of the mall at any point of their life, reached by the real verbs."""

from datetime import datetime, timedelta

from catalog.models import Sku
from mall.money import Money
from mall.texts import Text
from marketing.campaigns import auditing, briefs, enrolling, inviting
from marketing.campaigns.clockwork import follow_campaigns
from marketing.models import Campaign, CampaignEnrolment
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper, staff

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OPENS, CLOSES, AUDITED = NOON, NOON + 3 * DAY, NOON + 4 * DAY
BEGINS, ENDS = NOON + 5 * DAY, NOON + 6 * DAY


def brief(**fields) -> Campaign:
    """Enrolment from noon for three days, audit for one more, live a day later for a day; a tenth off."""
    given = {
        "slug": f"campaign-{number()}",
        "kind": Campaign.Kind.MID_YEAR,
        "name": Text({"zh-hans": "六一八大促", "en": "618 sale"}),
        "words": Text({"zh-hans": "年中好价。", "en": "Good prices in the middle of the year."}),
        "off_bps": 1_000,
        "enrol_from": OPENS,
        "enrol_until": CLOSES,
        "audit_until": AUDITED,
        "live_from": BEGINS,
        "live_until": ENDS,
    } | fields
    by, now = given.pop("by", None) or staff(), given.pop("now", NOON)
    return briefs.save_brief(campaign=Campaign(**given), by=by, now=now)


def open_campaign(**fields) -> Campaign:
    """One that has invited who fits, and whose enrolment is open."""
    campaign = brief(**fields)
    inviting.invite(campaign=campaign, by=campaign.made_by, now=campaign.enrol_from)
    return at(campaign, campaign.enrol_from)


def at(campaign: Campaign, moment: datetime) -> Campaign:
    """The campaign after the clock has run at this moment."""
    follow_campaigns(now=moment)
    return Campaign.objects.get(pk=campaign.pk)


def enrolled(campaign: Campaign, sku: Sku, price: str, units: int = 3, *, by=None, now=NOON) -> CampaignEnrolment:
    goods = [enrolling.Offered(sku.pk, Money.parse(price), units)]
    (row,) = enrolling.enrol(campaign=campaign, shop=sku.shop, goods=goods, by=by or shopper(), now=now)
    return row


def accepted(campaign: Campaign, sku: Sku, price: str, units: int = 3, **how) -> CampaignEnrolment:
    return auditing.accept(enrolment=enrolled(campaign, sku, price, units, **how), by=staff(), now=NOON)
