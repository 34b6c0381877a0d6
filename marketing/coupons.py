"""
Coupons in shoppers' hands: claimed, withdrawn, run out (K1).

A claim is decided by two rows: the shopper's own counter keeps her to her number, the campaign's row keeps it to its
total, its day and its budget. The shopper's comes first, because the campaign's is the one for which everybody waits.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from mall.accounts.models import User
from mall.audit.trail import record
from mall.clock import business_date
from mall.refusals import Refusal
from mall.rows import select_rows
from marketing import joint, rules
from marketing.models import Coupon, CouponClaims, Promotion
from marketing.promotions import is_spent
from merchants import states

RUN_OUT_BATCH = 5_000


class NothingToClaim(Refusal):
    """There is no such coupon to be had: not started, over, or not for everybody."""

    code = "nothing-to-claim"
    status = 404


class AllClaimed(Refusal):
    """The campaign has given what it has to give, for today or for good."""

    code = "all-claimed"


class ClaimedBefore(Refusal):
    """The shopper has as many as one person gets."""

    code = "claimed-before"


def by_code(code: str) -> Promotion | None:
    """The campaign of a code, however it is typed."""
    return Promotion.objects.filter(code=code.strip().upper(), kind=Promotion.Kind.COUPON).first()


def period_start(period: str, today: date) -> date:
    """Since which business day coupons of a person count."""
    match period:
        case Promotion.Period.DAY:
            return today
        case Promotion.Period.WEEK:
            return today - timedelta(days=today.weekday())
        case Promotion.Period.MONTH:
            return today.replace(day=1)
    return date.min


@transaction.atomic
def claim_coupon(*, campaign: Promotion, shopper: User, now: datetime, code: str = "") -> Coupon:
    """
    Give the shopper one coupon of the campaign.

    :param code: what she typed; a campaign that is not open to everybody wants it
    :raises NothingToClaim: not a campaign of coupons that runs now, it wants another code, or it is not for her
    :raises ClaimedBefore: she has as many as one person gets
    :raises AllClaimed: total, day or budget are used up
    """
    if campaign.audience not in Promotion.CLAIMED_BY:
        raise NothingToClaim(_("This coupon is given by the shop; it cannot be claimed."))
    if campaign.audience == Promotion.Audience.NEWCOMERS and has_bought(shopper.pk):
        raise NothingToClaim(_("This coupon is for who has never bought in this mall."))
    if not campaign.is_open and (not campaign.code or code.strip().upper() != campaign.code):
        raise NothingToClaim(_("This coupon is given out by code only."))
    return give_one(campaign=campaign, shopper_id=shopper.pk, now=now)


def has_bought(shopper_id: int) -> bool:
    """Whether she has bought in the mall: then she is no newcomer."""
    return import_string(settings.MARKETING_HAS_BOUGHT)(shopper_id)


def give_one(*, campaign: Promotion, shopper_id: int, given_for: str = "", now: datetime) -> Coupon:
    """
    One coupon for a shopper (her key), in the caller's transaction; who may have it, the caller has found out.

    :param given_for: the order (public id) for which it is given
    :raises NothingToClaim: not a campaign of coupons that runs now
    :raises ClaimedBefore: she has as many as one person gets
    :raises AllClaimed: total, day or budget are used up
    """
    since = period_start(campaign.period, business_date(now))
    counted = select_rows(_COUNT_HERS, [campaign.pk, shopper_id, since, campaign.person_limit])
    if not counted:
        raise ClaimedBefore(_("You have claimed as many of this coupon as one person gets."))
    rows = select_rows(
        _TAKE_ONE,
        {
            "id": campaign.pk,
            "now": now,
            "today": business_date(now),
            "worth": (rules.worth(campaign.rule) or 0) if campaign.is_coupon else 0,
        },
    )
    if not rows:
        raise _why_none(campaign, now)
    starts_at, ends_at, valid_days = rows[0]
    return Coupon.objects.create(
        promotion=campaign,
        shopper_id=shopper_id,
        given_for=given_for,
        claimed_at=now,
        valid_from=now if valid_days else starts_at,
        valid_until=now + timedelta(days=valid_days) if valid_days else ends_at,
    )


_COUNT_HERS = """
    INSERT INTO marketing_couponclaims AS mine (promotion_id, shopper_id, count, since) VALUES (%s, %s, 1, %s)
    ON CONFLICT (promotion_id, shopper_id) DO UPDATE SET
        count = CASE WHEN mine.since < excluded.since THEN 1 ELSE mine.count + 1 END,
        since = greatest(mine.since, excluded.since)
    WHERE mine.since < excluded.since OR mine.count < %s
    RETURNING count
"""

_TAKE_ONE = f"""
    UPDATE marketing_promotion p SET
        claimed_count = claimed_count + 1,
        claimed_that_day = CASE WHEN claimed_on = %(today)s THEN claimed_that_day + 1 ELSE 1 END,
        claimed_on = %(today)s,
        spent = spent + CASE WHEN budget IS NULL THEN 0 ELSE %(worth)s END
    WHERE id = %(id)s AND kind = 'coupon' AND status = 'live' AND starts_at <= %(now)s AND ends_at > %(now)s
        AND (total_limit IS NULL OR claimed_count < total_limit)
        AND (daily_limit IS NULL OR claimed_on IS DISTINCT FROM %(today)s OR claimed_that_day < daily_limit)
        AND (budget IS NULL OR spent + %(worth)s <= budget)
        AND (shop_id IS NULL OR EXISTS (
            SELECT FROM merchants_shop s WHERE s.id = p.shop_id AND {states.sql("s", "promote")}))
    RETURNING starts_at, ends_at, valid_days
"""  # noqa: S608 - words of ours


def _why_none(campaign: Promotion, now: datetime) -> Refusal:
    """Asked after the fact, so the words fit what stands there now."""
    campaign.refresh_from_db()
    runs = campaign.status == Promotion.Status.LIVE and campaign.starts_at <= now < campaign.ends_at
    if not campaign.is_coupon or not runs or (campaign.shop and not states.may(campaign.shop, "promote")):
        return NothingToClaim(_("This coupon cannot be claimed at the moment."))
    if campaign.daily_limit and (campaign.total_limit is None or campaign.claimed_count < campaign.total_limit):
        return AllClaimed(_("Today's coupons are all claimed; more are given out tomorrow."))
    return AllClaimed(_("All of these coupons are claimed."))


@transaction.atomic
def revoke_coupon(*, coupon: Coupon, reason: str, by, now: datetime) -> Coupon:
    """
    Staff withdraw a coupon that should not be in somebody's hand.

    :raises WrongStatus: it is in an order, used, or gone already
    """
    coupon = Coupon.objects.select_for_update().get(pk=coupon.pk)
    before = coupon.status
    Coupon.FLOW.move(coupon, Coupon.Status.REVOKED)
    coupon.revoked_because = reason[:200]
    coupon.save(update_fields=["status", "revoked_because"])
    record(
        "marketing.revoke_coupon",
        coupon.public_id,
        by=by,
        now=now,
        before={"status": before},
        after={"status": coupon.status, "reason": coupon.revoked_because},
    )
    return coupon


def expire_coupons(*, now: datetime) -> dict:
    """Coupons whose days are over are marked so, in batches that may be killed and run again."""
    count = 0
    while ran_out := len(
        select_rows(
            "UPDATE marketing_coupon SET status = 'expired' WHERE id IN (SELECT id FROM marketing_coupon WHERE"
            " status IN ('held', 'returned') AND valid_until <= %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)"
            " RETURNING id",
            [now, RUN_OUT_BATCH],
        )
    ):
        count += ran_out
    return {"expired": count} if count else {}


# What pages show ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claimable:
    """
    A campaign as a shopper sees it; ``mine`` is how many she has claimed of those that count now, ``is_for_others``
    that it is for newcomers and she is none.
    """

    campaign: Promotion
    mine: int
    is_gone: bool
    is_for_others: bool = False

    @property
    def can_claim(self) -> bool:
        return not self.is_gone and not self.is_for_others and self.mine < self.campaign.person_limit


def claimable(
    *, shopper_id: int | None, now: datetime, shop_ids: list[int] | None = None, limit: int = 60
) -> list[Claimable]:
    """
    Campaigns that run now and can be claimed without a code, the mall's first; two queries, one for a guest, and one
    more where something is for newcomers, and for ``shop_ids``: what is good there, be it another shop's.
    """
    campaigns = (
        Promotion.objects.select_related("shop")
        .filter(kind=Promotion.Kind.COUPON, status=Promotion.Status.LIVE, is_open=True)
        .filter(starts_at__lte=now, ends_at__gt=now)
        .filter(states.in_states("promote", prefix="shop__") | Q(shop=None))
    )
    if shop_ids is not None:
        jointly = joint.good_in(shop_ids, now)
        campaigns = campaigns.filter(Q(shop__in=shop_ids) | Q(shop=None) | Q(pk__in=jointly))
    found = list(campaigns.order_by(F("shop").asc(nulls_first=True), "-pk")[:limit])
    mine = {}
    if shopper_id is not None and found:
        counts = CouponClaims.objects.filter(shopper_id=shopper_id, promotion__in=found)
        today = business_date(now)
        begins = {campaign.pk: period_start(campaign.period, today) for campaign in found}
        mine = {
            pk: count
            for pk, count, since in counts.values_list("promotion_id", "count", "since")
            if since >= begins[pk]
        }  # fmt: skip
    newcomers = [campaign.pk for campaign in found if campaign.audience == Promotion.Audience.NEWCOMERS]
    shut = newcomers if newcomers and shopper_id is not None and has_bought(shopper_id) else ()
    return [
        Claimable(campaign, mine.get(campaign.pk, 0), is_all_claimed(campaign, now), campaign.pk in shut)
        for campaign in found
    ]


def is_all_claimed(campaign: Promotion, now: datetime) -> bool:
    """Whether nothing is left to claim today."""
    if campaign.total_limit is not None and campaign.claimed_count >= campaign.total_limit:
        return True
    if is_spent(campaign):
        return True
    same_day = campaign.claimed_on == business_date(now)
    return bool(campaign.daily_limit and same_day and campaign.claimed_that_day >= campaign.daily_limit)
