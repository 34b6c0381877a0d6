"""
Which coupons may be promised: by a step of a full reduction (``marketing.perks`` gives them), and to who opens a group
(``marketing.groups.bonus``).
"""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marketing.models import Promotion
from marketing.rules import RuleMakesNoSense


def campaigns_of(shop, *, now: datetime) -> QuerySet[Promotion]:
    """The campaigns of a shop whose coupons may be promised, newest first."""
    mine = Promotion.objects.filter(shop=shop, kind=Promotion.Kind.COUPON, audience=Promotion.Audience.CHOSEN)
    return mine.exclude(status=Promotion.Status.STOPPED).filter(ends_at__gt=now).order_by("-pk")


def check(*, shop, rule: Mapping) -> None:
    """:raises RuleMakesNoSense: what is promised is no coupon of the shop for whom it is sent to"""
    wanted = {tier["coupon"] for tier in rule.get("tiers", ()) if tier.get("coupon")}
    bonus = rule.get("leader_coupon")
    if bonus:
        wanted.add(bonus)
    if not wanted:
        return
    fit = Promotion.objects.filter(
        pk__in=wanted, kind=Promotion.Kind.COUPON, audience=Promotion.Audience.CHOSEN, shop=shop, shop__isnull=False
    )
    if fit.count() < len(wanted):
        raise RuleMakesNoSense(
            _("Only coupons of the shop that are meant for whom they are sent to can be promised."),
            field="leader_coupon" if bonus else "tiers",
        )
