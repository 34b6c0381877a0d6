"""
What the clock does about campaigns: each goes on at its moments, one step in one transaction.

Late is done late, and once: a campaign that slept through an outage takes all the steps that are due, one after the
other. A brief that nobody sent out stays a brief.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from catalog.generation import SHOPS, forget
from catalog.prices import unlock_prices
from mall.audit.trail import record
from marketing import tunables
from marketing.campaigns.evaluating import evaluate
from marketing.campaigns.locking import lock_campaign
from marketing.models import Campaign

Status = Campaign.Status
MOVING = (Status.INVITING, Status.ENROLMENT, Status.AUDIT, Status.LOCKED, Status.LIVE, Status.SETTLED)


def follow_campaigns(*, now: datetime) -> dict:
    """Take every step that is due; run twice, or late, it does no more. Returns how many of each."""
    done: dict[str, int] = {}
    for pk in due(now).order_by("pk").values_list("pk", flat=True):
        while (step := _step(Campaign.objects.get(pk=pk), now)) is not None:
            campaign, take = step
            take(campaign=campaign, now=now)
            before, campaign = campaign.status, Campaign.objects.get(pk=pk)
            if campaign.status == before:
                break
            done[str(campaign.status)] = done.get(str(campaign.status), 0) + 1
    return done


def due(now: datetime):
    """The campaigns for which a moment has come."""
    return Campaign.objects.filter(
        Q(status=Status.INVITING, enrol_from__lte=now)
        | Q(status=Status.ENROLMENT, enrol_until__lte=now)
        | Q(status=Status.AUDIT, audit_until__lte=now)
        | Q(status=Status.LOCKED, live_from__lte=now)
        | Q(status=Status.LIVE, live_until__lte=now)
        | Q(status=Status.SETTLED, live_until__lte=now - _patience())
    )


def _patience() -> timedelta:
    return timedelta(days=tunables.CAMPAIGN_EVALUATION_DAYS.value)


def _step(campaign: Campaign, now: datetime) -> tuple[Campaign, Callable] | None:
    if not due(now).filter(pk=campaign.pk).exists():
        return None
    match campaign.status:
        case Status.INVITING:
            return campaign, lambda **at: _move(Status.ENROLMENT, "", **at)
        case Status.ENROLMENT:
            return campaign, lambda **at: _move(Status.AUDIT, "", **at)
        case Status.AUDIT:
            return campaign, lock_campaign
        case Status.LOCKED:
            return campaign, lambda **at: _move(Status.LIVE, "started_at", **at)
        case Status.LIVE:
            return campaign, settle
    return campaign, evaluate


@transaction.atomic
def _move(status: str, moment: str, *, campaign: Campaign, now: datetime) -> None:
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if row.status != campaign.status:
        return
    Campaign.FLOW.move(row, status)
    if moment:
        setattr(row, moment, now)
    row.save(update_fields=["status", *([moment] if moment else [])])
    record("marketing.move_campaign", row.public_id, now=now, after={"status": str(status)})
    transaction.on_commit(lambda: forget(SHOPS), robust=True)


@transaction.atomic
def settle(*, campaign: Campaign, now: datetime) -> None:
    """Its time is over: prices are free; the units that are left go back as those of every flash sale do."""
    _move(Status.SETTLED, "settled_at", campaign=campaign, now=now)
    unlock_prices(document=campaign.public_id)
