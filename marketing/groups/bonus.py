"""
What who opened a group gets when it came together (behaviours 2.25): a coupon of the shop, when the time for
after-sales of her order is over. If money of the order goes back before, she does not get it; if afterwards, it is
withdrawn where it is unused.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from mall.audit.trail import record
from mall.notifications.sending import notify
from marketing import notices, tunables
from marketing.coupons import AllClaimed, ClaimedBefore, NothingToClaim, give_one
from marketing.models import BuyingGroup, Coupon, Promotion, Seat

MOST_AT_ONCE = 500
log = logging.getLogger("marketing.groups")


@transaction.atomic
def delivered(*, order_id: str, now: datetime) -> bool:
    """The order (public id) of who opened a group has arrived: from now on her days count; once."""
    group = _locked(order_id)
    if group is None or group.bonus_due_at or group.bonus_lost_at or group.status != BuyingGroup.Status.FORMED:
        return False
    group.bonus_due_at = now + timedelta(days=tunables.LEADER_BONUS_DAYS.value)
    group.save(update_fields=["bonus_due_at"])
    return True


@transaction.atomic
def refunded(*, order_id: str, now: datetime) -> bool:
    """Money of the order (public id) of who opened a group went back: no bonus, an unused one is withdrawn; once."""
    group = _locked(order_id)
    if group is None or group.bonus_lost_at:
        return False
    group.bonus_lost_at = now
    group.save(update_fields=["bonus_lost_at"])
    coupon = (
        Coupon.objects.select_for_update(no_key=True, of=("self",))
        .filter(promotion=group.bonus_id, given_for=order_id, status__in=Coupon.USABLE)
        .first()
    )
    if coupon is not None:
        before = coupon.status
        with override(settings.LANGUAGE_CODE):
            coupon.revoked_because = _("Money of the order for which it was given went back")
        Coupon.FLOW.move(coupon, Coupon.Status.REVOKED)
        coupon.save(update_fields=["status", "revoked_because"])
        record(
            "marketing.take_back_coupon",
            coupon.public_id,
            now=now,
            shop_slug=group.bonus.shop.slug,
            before={"status": before},
            after={"status": coupon.status, "order": order_id},
        )
        _tell(group, notices.BONUS_TAKEN_BACK, now)
    return True


def give_due(*, now: datetime) -> dict:
    """Whose days are over gets her coupon; one transaction for each group, so several may share the work."""
    counts = {"bonuses": 0, "without": 0}
    for _number in range(MOST_AT_ONCE):
        outcome = _give_next(now)
        if not outcome:
            break
        counts[outcome] += 1
    return {name: count for name, count in counts.items() if count}


@transaction.atomic
def _give_next(now: datetime) -> str:
    due = BuyingGroup.objects.filter(bonus_due_at__lte=now, bonus_given_at=None, bonus_lost_at=None)
    group = (
        due.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("bonus__shop", "leader")
        .order_by("bonus_due_at", "pk")
        .first()
    )
    if group is None:
        return ""
    seat = group.seats.filter(shopper=group.leader_id, status=Seat.Status.PAID).get()
    try:
        with transaction.atomic():
            give_one(campaign=group.bonus, shopper_id=group.leader_id, given_for=seat.order_public_id, now=now)
    except (ClaimedBefore, AllClaimed, NothingToClaim) as refusal:
        log.info("no bonus for %s: %s", group, refusal)
        group.bonus_lost_at = now
        group.save(update_fields=["bonus_lost_at"])
        return "without"
    group.bonus_given_at = now
    group.save(update_fields=["bonus_given_at"])
    _tell(group, notices.COUPON_GIVEN, now)
    return "bonuses"


def _locked(order_id: str) -> BuyingGroup | None:
    """The group with a bonus that was opened with this order, locked."""
    rows = Seat.objects.filter(order_public_id=order_id, group__bonus__isnull=False)
    found = rows.values_list("group_id", "shopper_id", "group__leader_id").first()
    if found is None or found[1] != found[2]:
        return None
    groups = BuyingGroup.objects.select_related("bonus__shop", "leader")
    return groups.select_for_update(of=("self",), no_key=True).get(pk=found[0])


def _tell(group: BuyingGroup, kind, now: datetime) -> None:
    facts = {"coupon": dict(group.bonus.name), "shop": dict(group.bonus.shop.name)}
    notify([group.leader], kind, facts, url=reverse("storefront:marketing:mine"), now=now)


def on_bonus(promotion: Promotion, group: BuyingGroup | None = None) -> str:
    """What who opens a group (or has opened this one) gets, in a sentence; empty where that is nothing."""
    key = group.bonus_id if group else promotion.rule.get("leader_coupon")
    if not key:
        return ""
    name = Promotion.objects.values_list("name", flat=True).get(pk=key)
    days = tunables.LEADER_BONUS_DAYS.value
    sentence = ngettext(
        "Whoever opens a group that comes together gets the coupon “%(coupon)s” %(days)d day after her goods arrived,"
        " as long as there are any; not if money of her order goes back.",
        "Whoever opens a group that comes together gets the coupon “%(coupon)s” %(days)d days after her goods arrived,"
        " as long as there are any; not if money of her order goes back.",
        days,
    )
    return sentence % {"coupon": name, "days": days}
