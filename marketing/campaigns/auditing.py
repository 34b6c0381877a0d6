"""The audit: staff accept or refuse what shops have enrolled; nobody decides about goods of a shop she works in."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import publish
from mall.events.marketing import CampaignEnrolmentDecided
from mall.refusals import Refusal
from marketing.models import Campaign, CampaignEnrolment
from merchants.models import Seat

Status = CampaignEnrolment.Status
AUDITED_IN = (Campaign.Status.ENROLMENT, Campaign.Status.AUDIT)


class OwnShop(Refusal):
    """Who works in a shop does not decide about its goods."""

    code = "own-shop"
    status = 403


class NotInAudit(Refusal):
    """The campaign is not at the point at which its goods are decided about."""

    code = "not-in-audit"


@transaction.atomic
def accept(*, enrolment: CampaignEnrolment, by, now: datetime) -> CampaignEnrolment:
    """
    The item may come along; its price is looked at once more when it is locked.

    :raises NotInAudit, OwnShop, WrongStatus: it cannot be decided so, or not by this person
    """
    return _decide(enrolment, Status.ACCEPTED, "", by=by, now=now)


@transaction.atomic
def refuse(*, enrolment: CampaignEnrolment, reason: str, by, now: datetime) -> CampaignEnrolment:
    """
    The item may not come along; the shop reads why.

    :raises NotInAudit, OwnShop, WrongStatus: it cannot be decided so, or not by this person
    """
    return _decide(enrolment, Status.REFUSED, reason.strip()[:300] or "–", by=by, now=now)


def _decide(enrolment: CampaignEnrolment, status: str, reason: str, *, by, now: datetime) -> CampaignEnrolment:
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=enrolment.campaign_id)
    row = CampaignEnrolment.objects.select_for_update(of=("self",)).select_related("shop").get(pk=enrolment.pk)
    if campaign.status not in AUDITED_IN:
        raise NotInAudit(
            _("The campaign is not in its audit: “%(status)s”.") % {"status": campaign.get_status_display()}
        )
    if Seat.objects.filter(shop=row.shop_id, user=by).exists():
        raise OwnShop(_("You work in this shop: somebody else decides about its goods."))
    CampaignEnrolment.FLOW.move(row, status)
    row.decided_at, row.decided_by, row.reason = now, by, reason
    row.save(update_fields=["status", "decided_at", "decided_by", "reason"])
    record(
        f"marketing.{'accept' if status == Status.ACCEPTED else 'refuse'}_enrolment",
        row.public_id,
        by=by,
        now=now,
        shop_slug=row.shop.slug,
        after={"status": status, "reason": reason},
    )
    announce(campaign, [row], now=now)
    return row


def announce(campaign: Campaign, rows: list[CampaignEnrolment], *, now: datetime) -> None:
    """Tell who listens what became of these items; their shops are loaded."""
    publish(
        *(
            CampaignEnrolmentDecided(
                enrolment_id=row.public_id,
                campaign_id=campaign.public_id,
                shop_id=row.shop.public_id,
                status=str(row.status),
                reason=row.reason,
                decided_at=now,
            )
            for row in rows
        )
    )
