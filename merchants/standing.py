"""
Whether a shop may join campaigns and stand in placements (M6, M9): the one place that campaigns and placements ask.

Two things must hold: the state of the shop's life allows promoting (``states``), and its latest monthly score is 60 or
more. A shop without a score yet may join.
"""

from decimal import Decimal

from django.utils.translation import gettext as _

from mall.refusals import Refusal
from merchants import states
from merchants.models import HealthScore, Shop


class BarredFromCampaigns(Refusal):
    """The shop's score or state keeps it out of campaigns and placements."""

    code = "barred-from-campaigns"
    status = 403


def latest_score(shop: Shop) -> Decimal | None:
    """The score that counts now; ``None`` before the first."""
    return HealthScore.objects.owned_by(shop).order_by("-month").values_list("score", flat=True).first()


def why_not_join(shop: Shop) -> str:
    """Why the shop may not join, in words for its people; empty when it may."""
    if why := states.why_not(shop, "promote"):
        return why
    score = latest_score(shop)
    if score is not None and score < HealthScore.PASS:
        return _(
            "Your latest health score is %(score)s. Campaigns and placements open again with %(pass)d or more."
        ) % {
            "score": score.normalize(),
            "pass": HealthScore.PASS,
        }
    return ""


def may_join_campaigns(shop: Shop) -> bool:
    return not why_not_join(shop)


def check_may_join(shop: Shop) -> None:
    """
    :raises BarredFromCampaigns: the shop may not join campaigns and placements now
    """
    if why := why_not_join(shop):
        raise BarredFromCampaigns(why)


def sql(alias: str) -> str:
    """A condition of SQL on a row of ``merchants_shop``: it may join."""
    return (
        f"({states.sql(alias, 'promote')} AND coalesce((SELECT latest.score FROM merchants_healthscore latest"  # noqa: S608
        f" WHERE latest.shop_id = {alias}.id ORDER BY latest.month DESC LIMIT 1), 100) >= {HealthScore.PASS})"
    )
