"""Briefs of campaigns: staff write them, change them until the first shop is invited, and call a campaign off."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.generation import SHOPS, forget
from catalog.prices import unlock_prices
from mall.audit.trail import record
from mall.refusals import Refusal
from marketing.models import Campaign, CampaignEnrolment, Promotion
from marketing.promotions import stop_promotion

FIELDS = (
    "slug", "kind", "name", "words", "tiers", "categories", "only_new", "least_score", "documents", "most_shops",
    "off_bps", "calm_days", "least_units", "person_units", "enrol_from", "enrol_until", "audit_until", "live_from",
    "live_until",
)  # fmt: skip


class BriefStands(Refusal):
    """Shops have been invited by this brief, so it stays as they have read it."""

    code = "brief-stands"


class BriefMakesNoSense(Refusal):
    """Moments contradict each other; ``details["field"]`` says which."""

    code = "brief-makes-no-sense"
    status = 422


@transaction.atomic
def save_brief(*, campaign: Campaign, by, now: datetime) -> Campaign:
    """
    Keep a brief, new or changed (``campaign`` as it should be).

    :raises BriefStands: shops are invited already
    :raises BriefMakesNoSense: its moments are not in order, or past
    """
    if campaign.pk is None:
        campaign.made_by, campaign.made_at = by, now
    elif Campaign.objects.select_for_update().get(pk=campaign.pk).status != Campaign.Status.BRIEF:
        raise BriefStands(_("Shops are invited by this brief: it stays as they have read it."))
    check_moments(campaign, now=now)
    campaign.save()
    after = {name: str(getattr(campaign, name)) for name in FIELDS}
    record("marketing.save_campaign", campaign.public_id, by=by, now=now, after=after)
    return campaign


def check_moments(campaign: Campaign, *, now: datetime) -> None:
    """:raises BriefMakesNoSense: with the field that is wrong"""
    _check(campaign.enrol_until > campaign.enrol_from, "enrol_until", _("The enrolment ends after it begins."))
    _check(campaign.enrol_until > now, "enrol_until", _("That moment has passed already."))
    _check(campaign.audit_until >= campaign.enrol_until, "audit_until", _("The audit ends after the enrolment."))
    _check(campaign.live_from > campaign.audit_until, "live_from", _("It goes live after the audit."))
    _check(campaign.live_until > campaign.live_from, "live_until", _("It ends after it begins."))


def _check(holds, field: str, sentence: str) -> None:
    if not holds:
        raise BriefMakesNoSense(sentence, field=field)


@transaction.atomic
def call_off(*, campaign: Campaign, reason: str, by, now: datetime) -> Campaign:
    """
    The campaign does not take place, or ends at once: what was enrolled leaves it, prices are free again.

    :raises WrongStatus: it is over
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    Campaign.FLOW.move(campaign, Campaign.Status.CANCELED)
    campaign.canceled_at, campaign.cancel_reason = now, reason.strip()[:300] or "–"
    campaign.save(update_fields=["status", "canceled_at", "cancel_reason"])
    rows = campaign.enrolments.filter(status__in=CampaignEnrolment.ACTIVE)
    running = Promotion.objects.filter(pk__in=rows.values("promotion"), status=Promotion.Status.LIVE)
    for promotion in running.order_by("pk"):
        stop_promotion(promotion=promotion, by=by, now=now, reason=campaign.cancel_reason)
    rows.update(status=CampaignEnrolment.Status.LEFT, decided_at=now, decided_by=by, reason=campaign.cancel_reason)
    unlock_prices(document=campaign.public_id)
    record(
        "marketing.call_off_campaign", campaign.public_id, by=by, now=now, after={"reason": campaign.cancel_reason}
    )  # fmt: skip
    transaction.on_commit(lambda: forget(SHOPS), robust=True)
    return campaign
