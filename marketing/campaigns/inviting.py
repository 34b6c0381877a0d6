"""
Whom a campaign invites, in which order, and for one shop why or why not, clause by clause.

One statement asks for everything of one shop or of all. The order: priority points of former campaigns, then the tier
(the head is asked first, M8), then the health score.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Category
from catalog.tunables import NEW_SHOP_DAYS
from mall.audit.trail import record
from mall.clock import business_date
from mall.events import publish
from mall.events.marketing import CampaignInvited
from mall.refusals import Refusal
from mall.rows import select_rows
from mall.tenancy import house_scope
from mall.texts import Text
from marketing.models import Campaign, CampaignInvitation
from merchants import standing
from merchants.models import Requirement, Shop, TierRecord

POINTS_LAST = timedelta(days=365)  # so long points of a campaign count
_FACTS = f"""
    SELECT s.id AS shop_id, {standing.sql("s")} AS stands, h.score, coalesce(t.tier, '') AS tier,
        s.opened_at > %(new_since)s AS is_new,
        cardinality(%(categories)s::bigint[]) = 0 OR EXISTS (
            SELECT FROM catalog_product g JOIN catalog_category d ON d.id = g.category_id
                JOIN catalog_category a ON d.path LIKE a.path || '%%'
            WHERE g.shop_id = s.id AND g.status = 'on_sale' AND a.id = ANY (%(categories)s)) AS sells,
        ARRAY(SELECT code FROM unnest(%(documents)s::text[]) AS code WHERE NOT EXISTS (
            SELECT FROM merchants_document d WHERE d.merchant_id = s.merchant_id AND d.kind = code
                AND d.status = 'accepted' AND (d.valid_to IS NULL OR d.valid_to >= %(last_day)s))) AS lacks,
        coalesce((SELECT sum(r.points) FROM marketing_campaignresult r
            WHERE r.shop_id = s.id AND r.evaluated_at > %(points_since)s), 0)::int AS points
    FROM merchants_shop s
        LEFT JOIN LATERAL (SELECT score FROM merchants_healthscore WHERE shop_id = s.id ORDER BY month DESC LIMIT 1) h
            ON true
        LEFT JOIN LATERAL (SELECT tier FROM merchants_tierrecord WHERE shop_id = s.id ORDER BY month DESC LIMIT 1) t
            ON true
    WHERE %(shop)s IS NULL OR s.id = %(shop)s
"""  # noqa: S608 - words of ours
_FITS = f"""
    SELECT shop_id, tier, score, is_new, points FROM ({_FACTS}) f
    WHERE NOT EXISTS (SELECT FROM marketing_campaigninvitation i
            WHERE i.campaign_id = %(campaign)s AND i.shop_id = f.shop_id)
        AND stands AND coalesce(score, 100) >= %(least_score)s AND sells AND lacks = '{{}}'
        AND (is_new OR NOT %(only_new)s AND (cardinality(%(tiers)s::text[]) = 0
            OR coalesce(nullif(tier, ''), 'tail') = ANY (%(tiers)s)))
    ORDER BY points DESC, array_position(ARRAY['head', 'waist', 'tail'], nullif(tier, '')), score DESC NULLS LAST,
        shop_id LIMIT %(most)s
"""  # noqa: S608 - words of ours
_COUNT = f"SELECT count(*) FROM ({_FITS}) AS fit"  # noqa: S608 - words of ours
_INVITE = f"""
    INSERT INTO marketing_campaigninvitation (campaign_id, shop_id, place, points, tier, score, is_new, invited_at)
    SELECT %(campaign)s, shop_id, %(before)s + row_number() OVER (), points, tier, score, is_new, %(now)s
    FROM ({_FITS}) AS fit
    ON CONFLICT (campaign_id, shop_id) DO NOTHING RETURNING shop_id
"""  # noqa: S608 - words of ours


class NobodyToInvite(Refusal):
    """No shop fits the brief that is not invited already."""

    code = "nobody-to-invite"


@dataclass(frozen=True, slots=True)
class Fitting:
    """A shop that a campaign would invite."""

    shop: Shop
    tier: str
    score: Decimal | None
    is_new: bool
    points: int


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a campaign, and whether a shop meets it."""

    label: str
    holds: bool
    words: str


def _values(campaign: Campaign, *, shop: Shop | None = None, most: int | None = None, now: datetime) -> dict:
    return {
        "campaign": campaign.pk,
        "shop": shop and shop.pk,
        "categories": campaign.categories,
        "documents": campaign.documents,
        "last_day": business_date(campaign.live_until),
        "new_since": new_since(campaign),
        "points_since": now - POINTS_LAST,
        "least_score": campaign.least_score,
        "only_new": campaign.only_new,
        "tiers": campaign.tiers,
        "most": most,
    }


def new_since(campaign: Campaign) -> datetime:
    """Shops that opened after this moment are new when the campaign begins."""
    return campaign.live_from - timedelta(days=NEW_SHOP_DAYS.value)


def _places_left(campaign: Campaign) -> int | None:
    """How many more it invites; ``None``: all that fit."""
    if campaign.most_shops is None:
        return None
    return max(campaign.most_shops - campaign.invitations.count(), 0)


def fitting(campaign: Campaign, *, now: datetime, most: int) -> list[Fitting]:
    """The first shops that the brief as it stands invites and has not invited yet, in their order; three queries."""
    left = _places_left(campaign)
    rows = select_rows(_FITS, _values(campaign, most=most if left is None else min(most, left), now=now))
    shops = Shop.objects.in_bulk([row[0] for row in rows])
    return [Fitting(shops[shop_id], *rest) for shop_id, *rest in rows]


def fitting_count(campaign: Campaign, *, now: datetime) -> int:
    return select_rows(_COUNT, _values(campaign, most=_places_left(campaign), now=now))[0][0]


@transaction.atomic
def invite(*, campaign: Campaign, by, now: datetime) -> int:
    """
    Invite every shop that fits and is not invited yet, in their order; returns how many. Shops that come to fit during
    the enrolment are invited by doing it again.

    :raises NobodyToInvite: none is left
    :raises WrongStatus: the enrolment is over
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.status not in (Campaign.Status.INVITING, Campaign.Status.ENROLMENT) or campaign.enrol_until <= now:
        if campaign.enrol_until <= now:
            raise NobodyToInvite(_("The enrolment is over: nobody could follow the invitation."))
        Campaign.FLOW.move(campaign, Campaign.Status.INVITING)
        campaign.invited_at = now
        campaign.save(update_fields=["status", "invited_at"])
    before = campaign.invitations.count()
    values = _values(campaign, most=_places_left(campaign), now=now) | {"before": before, "now": now}
    new = [row[0] for row in select_rows(_INVITE, values)]
    if not new:
        raise NobodyToInvite(_("No shop fits the brief that is not invited already."))
    shops = Shop.objects.filter(pk__in=new).order_by("pk").values_list("public_id", flat=True)
    publish(*(CampaignInvited(campaign_id=campaign.public_id, shop_id=each, invited_at=now) for each in shops))
    record("marketing.invite_to_campaign", campaign.public_id, by=by, now=now, after={"shops": len(new)})
    return len(new)


def clauses(campaign: Campaign, shop: Shop, *, now: datetime) -> list[Clause]:
    """What the campaign asks of a shop, and how this one stands to each; also of one that is not invited."""
    with house_scope():
        ((_id, stands, score, tier, is_new, sells, lacks, _points),) = select_rows(
            _FACTS, _values(campaign, shop=shop, now=now)
        )
        names = dict(Requirement.objects.filter(code__in=campaign.documents).values_list("code", "name"))
        invited = CampaignInvitation.objects.filter(campaign=campaign, shop=shop).exists()
    found = [
        Clause(
            _("Invitation"),
            invited,
            _("You are invited.")
            if invited
            else _("You are not invited. Who comes to meet every condition may still be, while the enrolment lasts."),
        ),
        Clause(_("State of the shop"), stands, standing.why_not_join(shop) or _("Your shop may join campaigns.")),
        _score_clause(campaign, score),
        _tier_clause(campaign, tier, is_new),
    ]
    if campaign.categories:
        wanted = _(", ").join(str(row.name) for row in Category.objects.filter(pk__in=campaign.categories))
        found.append(Clause(_("Categories"), sells, _("Goods on sale in: %(names)s.") % {"names": wanted}))
    for code in campaign.documents:
        name = names.get(code) or code
        words = _("Valid until the campaign ends.") if code not in lacks else _("Missing, or it ends before.")
        found.append(Clause(str(Text(name) if isinstance(name, dict) else name), code not in lacks, words))
    return found


def _score_clause(campaign: Campaign, score: Decimal | None) -> Clause:
    asked = {"least": campaign.least_score}
    if score is None:
        return Clause(_("Health score"), True, _("%(least)d or more; you have none yet, which is no bar.") % asked)
    words = _("%(least)d or more; yours is %(score)s.") % {**asked, "score": score.normalize()}
    return Clause(_("Health score"), score >= campaign.least_score, words)


def _tier_clause(campaign: Campaign, tier: str, is_new: bool) -> Clause:
    names = _(", ").join(str(TierRecord.Tier(each).label) for each in campaign.tiers)
    mine = TierRecord.Tier(tier or "tail").label
    if campaign.only_new:
        words = _("For new shops only.")
        return Clause(_("New shop"), is_new, words)
    if is_new:
        return Clause(_("Tier"), True, _("Your shop is new: it stands in the venue of new shops, whatever its tier."))
    if not campaign.tiers:
        return Clause(_("Tier"), True, _("Every tier may join."))
    words = _("%(names)s; yours is: %(mine)s.") % {"names": names, "mine": mine}
    return Clause(_("Tier"), (tier or "tail") in campaign.tiers, words)


def is_eligible(campaign: Campaign, shop: Shop, *, now: datetime) -> bool:
    return all(clause.holds for clause in clauses(campaign, shop, now=now))
