"""
Tiers (M8): once a month the shops of a category are ranked by turnover and repurchase, and cut into head, waist, tail.

A shop's rank by turnover (paid less refunded, 90 days) counts ``merchants.tier_turnover_weight`` percent, its rank by
repurchase the rest. The first ``merchants.tier_head_percent`` are the head, the next ``merchants.tier_waist_percent``
the waist. Who sold nothing is in the tail. All shops are ranked in one statement.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.charts import Chart, Series
from mall.clock import start_of
from mall.events import publish
from mall.events.merchants import TierChanged
from mall.rows import select_rows
from merchants import standing
from merchants.models import Shop, TierRecord
from merchants.tunables import TIER_HEAD_PERCENT, TIER_TURNOVER_WEIGHT, TIER_WAIST_PERCENT

WINDOW_DAYS = 90
Tier = TierRecord.Tier
# What a tier opens. "reserved_placements" is what placements ask for.
POLICY: dict[str, tuple[tuple[str, Promise], ...]] = {
    Tier.HEAD: (
        ("reserved_placements", gettext_lazy("Placements on the home page are reserved for you.")),
        ("early_campaigns", gettext_lazy("You are asked first when campaigns are planned.")),
        ("training", gettext_lazy("All courses are open to your people.")),
    ),
    Tier.WAIST: (
        ("training", gettext_lazy("Courses on growing are offered to your people.")),
        ("campaigns", gettext_lazy("You may join campaigns like every shop in good standing.")),
    ),
    Tier.TAIL: (
        ("basic_tools", gettext_lazy("The basic tools are yours: goods, orders, health, growth file.")),
        ("campaigns", gettext_lazy("You may join campaigns like every shop in good standing.")),
    ),
}

_RANK = """
WITH sold AS (
    SELECT shop_id, greatest(sum(paid_amount - refunded_amount), 0)::bigint AS turnover FROM merchants_dailyfacts
    WHERE "on" >= %(first)s AND "on" < %(month)s GROUP BY shop_id
), orders_of AS (
    SELECT shop_id, shopper_id, count(*) AS orders FROM merchants_growthentry
    WHERE name = 'OrderPaid' AND shopper_id IS NOT NULL AND excluded_for = ''
        AND "on" >= %(first)s AND "on" < %(month)s
    GROUP BY shop_id, shopper_id
), bought AS (
    SELECT shop_id, count(*) AS buyers, count(*) FILTER (WHERE orders > 1) AS repeat_buyers
    FROM orders_of GROUP BY shop_id
), facts AS (
    SELECT shop.id, shop.currency, coalesce(activity.category, '') AS category, coalesce(sold.turnover, 0) AS turnover,
        coalesce(bought.buyers, 0) AS buyers, coalesce(bought.repeat_buyers, 0) AS repeat_buyers,
        coalesce(bought.repeat_buyers * 10000 / nullif(bought.buyers, 0), 0) AS repurchase
    FROM merchants_shop shop
    LEFT JOIN merchants_shopactivity activity ON activity.shop_id = shop.id
    LEFT JOIN sold ON sold.shop_id = shop.id LEFT JOIN bought ON bought.shop_id = shop.id
    WHERE shop.status NOT IN ('closed', 'exiting') AND shop.opened_at < %(end)s
), ranked AS (
    SELECT *, count(*) OVER of_category AS shops,
        %(weight)s * rank() OVER (PARTITION BY category ORDER BY turnover)
            + (100 - %(weight)s) * rank() OVER (PARTITION BY category ORDER BY repurchase) AS points
    FROM facts WINDOW of_category AS (PARTITION BY category)
), placed AS (
    SELECT *, row_number() OVER (
        PARTITION BY category ORDER BY turnover > 0 DESC, points DESC, turnover DESC, id
    ) AS place FROM ranked
), cut AS (
    SELECT *, CASE
        WHEN turnover > 0 AND place <= ceil(shops * %(head)s / 100.0) THEN 'head'
        WHEN turnover > 0 AND place <= ceil(shops * (%(head)s + %(waist)s) / 100.0) THEN 'waist'
        ELSE 'tail' END AS tier
    FROM placed
), entry AS (
    SELECT category, tier, min(turnover) AS turnover,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY repurchase) AS repurchase
    FROM cut GROUP BY category, tier
), written AS (
    INSERT INTO merchants_tierrecord (shop_id, month, tier, category, currency, turnover, buyers, repeat_buyers, place,
        shops, next_turnover, next_repurchase_bps, ranked_at)
    SELECT cut.id, %(month)s, cut.tier, cut.category, cut.currency, cut.turnover, cut.buyers, cut.repeat_buyers,
        cut.place, cut.shops, above.turnover, above.repurchase, %(now)s
    FROM cut LEFT JOIN entry above ON above.category = cut.category
        AND above.tier = CASE cut.tier WHEN 'tail' THEN 'waist' WHEN 'waist' THEN 'head' END
    ORDER BY cut.id
    ON CONFLICT (shop_id, month) DO NOTHING
    RETURNING shop_id, tier
)
SELECT shop.public_id, written.tier, coalesce((
    SELECT before.tier FROM merchants_tierrecord before
    WHERE before.shop_id = written.shop_id AND before.month < %(month)s ORDER BY before.month DESC LIMIT 1
), '') AS tier_before
FROM written JOIN merchants_shop shop ON shop.id = written.shop_id ORDER BY shop.id
"""


@transaction.atomic
def rank_month(*, month: date, now: datetime) -> int:
    """
    Rank every shop that was open before the month began; returns how many are new. A tier that stands stays.

    :param month: the month's first day
    """
    if month.day != 1:
        raise ValueError("a month is named by its first day")
    values = {
        "month": month,
        "first": month - timedelta(days=WINDOW_DAYS),
        "end": start_of(month),
        "weight": TIER_TURNOVER_WEIGHT.value,
        "head": TIER_HEAD_PERCENT.value,
        "waist": TIER_WAIST_PERCENT.value,
        "now": now,
    }
    ranked = select_rows(_RANK, values)
    publish(
        *(
            TierChanged(shop_id=shop, month=month.isoformat(), tier=tier, tier_before=before, ranked_at=now)
            for shop, tier, before in ranked
            if tier != before
        )
    )
    return len(ranked)


# Reading


def latest_tier(shop: Shop) -> TierRecord | None:
    return TierRecord.objects.owned_by(shop).order_by("-month").first()


def opens(shop: Shop, what: str) -> bool:
    """Whether the shop's tier opens this, such as ``reserved_placements``; nothing is opened to a barred shop."""
    record = latest_tier(shop)
    tier = record.tier if record else Tier.TAIL
    return any(name == what for name, _words in POLICY[tier]) and standing.may_join_campaigns(shop)


def history(shop: Shop, count: int = 12) -> list[TierRecord]:
    return list(TierRecord.objects.owned_by(shop).order_by("-month")[:count])


def next_steps(record: TierRecord) -> list[str]:
    """What it takes to move up, in sentences; empty at the top."""
    if record.tier == Tier.HEAD:
        return []
    steps = []
    if record.next_turnover is not None and record.next_turnover > record.turnover:
        steps.append(
            _("Turnover: the next tier begins at about %(next)s in 90 days; you have %(own)s.")
            % {"next": record.next_turnover, "own": record.turnover}
        )
    if record.next_repurchase_percent is not None and record.next_repurchase_percent > record.repurchase_percent:
        steps.append(
            _("Repurchase: in the next tier usually %(next)s %% of buyers come back; of yours %(own)s %%.")
            % {"next": record.next_repurchase_percent, "own": record.repurchase_percent}
        )
    return steps or [_("You are close: sell steadily, and bring buyers back.")]


def tier_chart(records: Sequence[TierRecord]) -> Chart:
    """Turnover of the shop's months against where the next tier began."""
    rows = list(reversed(records))
    return Chart(
        key="tier",
        title=_("Turnover and the next tier"),
        labels=[f"{row.month:%Y-%m}" for row in rows],
        series=[
            Series(_("Turnover"), [row.turnover.minor for row in rows], "bar"),
            Series(_("Next tier"), [(row.next_turnover or row.turnover).minor for row in rows]),
        ],
        unit="money",
        axis=_("Month"),
    )
