"""
From the audit to the sale: prices are locked, and what a shop brings becomes one of its flash sales (K3).

So units, limits, the gate, the engine's trace and the figures are those of every flash sale. Each shop is done in a
transaction of its own, and one that was done is not found again: a run that is killed goes on with the next shop.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.generation import SHOPS, forget
from catalog.models import Product, Sku
from catalog.prices import lock_prices, lowest_price, raised, unlock_prices
from catalog.stock import with_available
from mall.audit.trail import record
from mall.refusals import Refusal
from marketing.campaigns.auditing import announce
from marketing.campaigns.enrolling import ceiling
from marketing.models import Campaign, CampaignEnrolment, Promotion
from marketing.promotions import save_promotion, start_promotion, stop_promotion
from merchants import standing

Status = CampaignEnrolment.Status


class NotDecided(Refusal):
    """Goods still wait for the audit."""

    code = "not-decided"


def lock_now(*, campaign: Campaign, by, now: datetime) -> Campaign:
    """
    Staff end the audit before its time.

    :raises NotDecided: something still waits to be looked at
    :raises WrongStatus: the campaign is not in its audit
    """
    Campaign.FLOW.move(Campaign.objects.get(pk=campaign.pk), Campaign.Status.LOCKED)
    if campaign.enrolments.filter(status=Status.WAITING).exists():
        raise NotDecided(_("Some goods still wait: accept or refuse them first."))
    return lock_campaign(campaign=campaign, by=by, now=now)


def lock_campaign(*, campaign: Campaign, by=None, now: datetime) -> Campaign:
    """The audit is over: what waits is refused, what was accepted is locked shop by shop; again: what is left."""
    _refuse_what_waits(campaign, now=now)
    accepted = campaign.enrolments.filter(status=Status.ACCEPTED)
    for shop_id in sorted(set(accepted.values_list("shop_id", flat=True))):
        _lock_shop(campaign, shop_id, by=by, now=now)
    with transaction.atomic():
        row = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if row.status == Campaign.Status.AUDIT and not accepted.exists():
            Campaign.FLOW.move(row, Campaign.Status.LOCKED)
            row.locked_at = now
            row.save(update_fields=["status", "locked_at"])
            record("marketing.lock_campaign", row.public_id, by=by, now=now)
    transaction.on_commit(lambda: forget(SHOPS), robust=True)
    return row


@transaction.atomic
def _refuse_what_waits(campaign: Campaign, *, now: datetime) -> None:
    with override("zh-hans"):
        reason = _("Nobody came to look at it in time; we are sorry.")
    rows = list(
        campaign.enrolments.select_for_update(of=("self",))
        .select_related("shop")
        .filter(status=Status.WAITING)
        .order_by("pk")
    )
    for row in rows:
        row.status, row.reason, row.decided_at = Status.REFUSED, reason, now
    CampaignEnrolment.objects.bulk_update(rows, ["status", "reason", "decided_at"])
    announce(campaign, rows, now=now)


@transaction.atomic
def _lock_shop(campaign: Campaign, shop_id: int, *, by, now: datetime) -> None:
    rows = list(
        campaign.enrolments.select_for_update(of=("self",))
        .select_related("shop", "sku")
        .filter(shop=shop_id, status=Status.ACCEPTED)
        .order_by("pk")
    )
    if not rows:
        return
    shop, skus = rows[0].shop, [row.sku_id for row in rows]
    name, until = campaign.name, campaign.live_until
    lock_prices(shop=shop, sku_ids=skus, document=campaign.public_id, name=name, until_at=until)
    with override("zh-hans"):  # what a shop reads later is kept in the mall's main language
        why = _why_not(campaign, shop, rows, now=now)
        kept = [row for row in rows if row.pk not in why]
        promotion = None
        while kept and promotion is None:
            promotion, refusal = _sold_by(campaign, shop, kept, by=by, now=now)
            if promotion is None:
                short = _short(kept) or {row.pk for row in kept}
                why |= {row.pk: str(refusal) for row in kept if row.pk in short}
                kept = [row for row in kept if row.pk not in why]
    for row in rows:
        if row.pk in why:
            row.status, row.reason, row.decided_at = Status.LEFT, why[row.pk][:300], now
        else:
            row.status, row.promotion, row.decided_at = Status.LOCKED, promotion, now
    CampaignEnrolment.objects.bulk_update(rows, ["status", "reason", "promotion", "decided_at"])
    if gone := [row.sku_id for row in rows if row.pk in why]:
        unlock_prices(document=campaign.public_id, sku_ids=gone)
    announce(campaign, rows, now=now)


def _why_not(campaign: Campaign, shop, rows: Sequence[CampaignEnrolment], *, now: datetime) -> dict[int, str]:
    """By the key of what cannot be sold so after all, the reason: much may have happened since it was enrolled."""
    if why := standing.why_not_join(shop):
        return {row.pk: why for row in rows}
    if campaign.live_until <= now:
        return {row.pk: _("The campaign was over before it could begin.") for row in rows}
    skus = [row.sku_id for row in rows]
    lowest = lowest_price(skus, before=now)
    raises = raised(skus, days=campaign.calm_days, before=now) if campaign.calm_days else set()
    fresh = Sku.objects.filter(pk__in=skus, is_active=True, product__status=Product.Status.ON_SALE)
    on_sale = set(fresh.values_list("pk", flat=True))
    found = {}
    for row in rows:
        if row.sku_id not in on_sale:
            found[row.pk] = _("It is not on sale any more.")
        elif row.sku_id in raises:
            found[row.pk] = _("Its price was raised since it was enrolled: no raise before a cut.")
        elif row.price > ceiling(campaign, lowest[row.sku_id]):
            found[row.pk] = _("It has cost %(lowest)s since: the campaign price is not low enough any more.") % {
                "lowest": lowest[row.sku_id]
            }
    short = _short([row for row in rows if row.pk not in found])
    return found | {row.pk: _("There are fewer in stock than were enrolled.") for row in rows if row.pk in short}


def _short(rows: Sequence[CampaignEnrolment]) -> set[int]:
    """The keys of those of which the stock has fewer than were enrolled."""
    found = with_available(Sku.objects.filter(pk__in=[row.sku_id for row in rows]))
    available = {sku.pk: sku.available for sku in found}
    return {row.pk for row in rows if available.get(row.sku_id, 0) < row.units}


def _sold_by(
    campaign: Campaign, shop, rows: Sequence[CampaignEnrolment], *, by, now: datetime
) -> tuple[Promotion | None, Refusal | None]:
    """The flash sale of these items, started; or why there can be none."""
    keys = [row.pk for row in rows]
    try:
        with transaction.atomic():
            CampaignEnrolment.objects.filter(pk__in=keys).update(status=Status.WITHDRAWN)  # not in their own way
            made = save_promotion(
                shop=shop,
                kind=Promotion.Kind.FLASH_SALE,
                name=campaign.name,
                starts_at=campaign.live_from,
                ends_at=campaign.live_until,
                rule={
                    "prices": [[row.sku_id, row.price.minor, row.units] for row in rows],
                    "most": campaign.person_units,
                },
                by=by,
                now=now,
            )
            return start_promotion(promotion=made, by=by, now=now), None
    except Refusal as refusal:
        return None, refusal


@transaction.atomic
def leave_campaigns(*, shop_id: str, reason: str, now: datetime) -> int:
    """A shop (public id) leaves every campaign that is not yet live; returns how many items left. Again: none."""
    rows = list(
        CampaignEnrolment.objects.select_for_update(of=("self",))
        .select_related("shop", "campaign", "promotion")
        .filter(
            shop__public_id=shop_id, status__in=CampaignEnrolment.ACTIVE, campaign__status__in=Campaign.COMING
        )
        .order_by("pk")
    )  # fmt: skip
    for promotion in {row.promotion.pk: row.promotion for row in rows if row.promotion}.values():
        if promotion.status == Promotion.Status.LIVE:
            stop_promotion(promotion=promotion, by=None, now=now, reason=reason)
    for row in rows:
        row.status, row.reason, row.decided_at = Status.LEFT, reason[:300], now
        unlock_prices(document=row.campaign.public_id, sku_ids=[row.sku_id])
    CampaignEnrolment.objects.bulk_update(rows, ["status", "reason", "decided_at"])
    for campaign in {row.campaign.pk: row.campaign for row in rows}.values():
        announce(campaign, [row for row in rows if row.campaign_id == campaign.pk], now=now)
    return len(rows)


def campaigns_behind(promotions: Iterable[str]) -> dict[str, str]:
    """Of these promotions (public ids) those that a campaign of the mall has made, with its public id. One query."""
    found = CampaignEnrolment.objects.filter(promotion__public_id__in=list(promotions))
    return dict(found.values_list("promotion__public_id", "campaign__public_id").distinct())
