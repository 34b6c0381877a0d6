"""
The health score (M6): once a month, 0-100, from the growth file of the 30 days before the month's first day.

The sheet is a list of measures. Each is a fraction of two counts; between its floor (no points) and its target (all
points) the points grow evenly. To a shop's own orders are added some average ones of all shops
(``merchants.health_prior``), so that few orders decide little. Points are rounded to hundredths and the score is their
sum, so that a merchant can add up what she is shown. All shops are scored in one statement.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mall.audit.trail import record
from mall.clock import business_date, start_of
from mall.events import publish
from mall.events.merchants import HealthScored
from mall.money import Money
from mall.refusals import Refusal
from merchants.growth import COUNTS
from merchants.models import DailyFacts, HealthScore, Shop
from merchants.tunables import GRACE_DAYS, PRIOR, WEIGHTS

SHEET_VERSION = 1
WINDOW_DAYS = 30
PASS = 60
GRACE = "grace"


class NothingToScore(Refusal):
    """There is no shop at work that could be scored."""

    code = "nothing-to-score"


@dataclass(frozen=True)
class Measure:
    """One line of the sheet; ``numerator`` and ``denominator`` are SQL over a shop's summed facts."""

    name: str
    label: Promise
    advice: Promise
    numerator: str
    denominator: str
    target: Decimal
    floor: Decimal
    is_shrunk: bool = True


SHEET = (
    Measure(
        name="completion",
        label=_("Orders completed"),
        advice=_("Ship every order that was paid and keep stock figures true, so that none has to be canceled."),
        numerator="completed_orders",
        denominator="completed_orders + canceled_paid_orders",
        target=Decimal("0.98"),
        floor=Decimal("0.80"),
    ),
    Measure(
        name="cancellations",
        label=_("Paid orders canceled"),
        advice=_("Take what you cannot deliver off sale before it is bought."),
        numerator="canceled_paid_orders",
        denominator="paid_orders",
        target=Decimal("0.01"),
        floor=Decimal("0.10"),
    ),
    Measure(
        name="shipping",
        label=_("Hours from payment to shipping"),
        advice=_("Ship within 24 hours: look at the orders to ship in the morning and in the afternoon."),
        numerator="shipping_hours",
        denominator="shipped_orders",
        target=Decimal(24),
        floor=Decimal(72),
    ),
    Measure(
        name="rating",
        label=_("Stars from shoppers"),
        advice=_("Answer reviews, and put right in the product's words and pictures what disappointed."),
        numerator="review_stars",
        denominator="review_count",
        target=Decimal("4.80"),
        floor=Decimal("3.00"),
    ),
    Measure(
        name="freshness",
        label=_("Days on which goods were cared for"),
        advice=_("Once a week add something new or better a product's words, pictures or price."),
        numerator="days_with_updates",
        denominator="days_open",
        target=Decimal(4) / WINDOW_DAYS,
        floor=Decimal(0),
        is_shrunk=False,
    ),
)

_SCORE = f"""
WITH facts AS (
    SELECT shop.id, shop.opened_at, {", ".join(f"coalesce(sum(day.{name}), 0) AS {name}" for name in COUNTS)},
        count(*) FILTER (WHERE day.product_updates > 0) AS days_with_updates,
        least(%(days)s, ceil(extract(epoch FROM %(end)s - shop.opened_at) / 86400)) AS days_open
    FROM merchants_shop shop
    LEFT JOIN merchants_dailyfacts day ON day.shop_id = shop.id AND day."on" >= %(first)s AND day."on" < %(month)s
    WHERE shop.status <> 'closed' AND shop.opened_at < %(end)s
    GROUP BY shop.id
), counted AS (
    SELECT facts.id, facts.opened_at, measure.name, measure.numerator::numeric, measure.denominator::numeric
    FROM facts CROSS JOIN LATERAL (VALUES
        {", ".join(f"('{measure.name}', {measure.numerator}, {measure.denominator})" for measure in SHEET)}
    ) AS measure (name, numerator, denominator)
), mean AS (
    SELECT name, sum(numerator) / nullif(sum(denominator), 0) AS value FROM counted GROUP BY name
), sheet AS (
    SELECT * FROM jsonb_to_recordset(%(sheet)s)
    AS line (place int, name text, target numeric, floor numeric, weight numeric, prior numeric)
), valued AS (
    SELECT counted.*, sheet.place, sheet.target, sheet.floor, sheet.weight,
        (counted.numerator + sheet.prior * coalesce(mean.value, sheet.target))
            / nullif(counted.denominator + sheet.prior, 0) AS value
    FROM counted JOIN sheet USING (name) JOIN mean USING (name)
), pointed AS (
    SELECT *, round(
        weight * greatest(0, least(1, (coalesce(value, target) - floor) / (target - floor))), 2
    ) AS points
    FROM valued
), summed AS (
    SELECT id, opened_at, sum(points) AS points, jsonb_agg(jsonb_build_object(
        'name', name, 'numerator', numerator, 'denominator', denominator, 'value', round(value, 6),
        'points', points, 'weight', trim_scale(weight)
    ) ORDER BY place) AS measures
    FROM pointed GROUP BY id, opened_at
), written AS (
    INSERT INTO merchants_healthscore (shop_id, month, score, measures, sheet_version, scored_at)
    SELECT id, %(month)s, CASE WHEN is_lifted THEN {PASS} ELSE points END,
        CASE WHEN is_lifted THEN measures || jsonb_build_object(
            'name', '{GRACE}', 'numerator', null, 'denominator', null, 'value', null,
            'points', {PASS} - points, 'weight', 0
        ) ELSE measures END,
        {SHEET_VERSION}, %(now)s
    FROM (SELECT *, points < {PASS} AND opened_at > %(grace_since)s AS is_lifted FROM summed) AS scored
    WHERE %(shop)s::bigint IS NULL OR id = %(shop)s
    ORDER BY id
    ON CONFLICT (shop_id, month) DO {{conflict}}
    RETURNING shop_id, score
)
SELECT shop.public_id, written.score FROM written JOIN merchants_shop shop ON shop.id = written.shop_id ORDER BY shop.id
"""  # noqa: S608 (the sheet's own words, written above)
_STAYS = "NOTHING"
_ANEW = (
    "UPDATE SET score = excluded.score, measures = excluded.measures,"
    " sheet_version = excluded.sheet_version, scored_at = excluded.scored_at"
)


@transaction.atomic
def score_month(*, month: date, now: datetime) -> int:
    """
    Score every shop that was open before the month began; returns how many scores are new.

    A score that stands already is official and stays as it is. Closed shops are not scored. A shop that opened within
    ``merchants.grace_days`` before the month is lifted to 60 if it would fall below.

    :param month: the month's first day
    """
    if month.day != 1:
        raise ValueError("a month is named by its first day")
    return len(_score(month=month, now=now, conflict=_STAYS))


@transaction.atomic
def rescore(*, score: HealthScore, reason: str, by, now: datetime) -> HealthScore:
    """
    Make one official score anew, from the facts and the sheet as they stand now: the answer to an appeal (M6).

    :raises NothingToScore: the shop is closed
    """
    score = HealthScore.objects.select_for_update(of=["self"]).select_related("shop").get(pk=score.pk)
    before = score.score
    if not _score(month=score.month, now=now, conflict=_ANEW, shop=score.shop_id):
        raise NothingToScore(_("A closed shop is not scored."))

    score.refresh_from_db()
    record(
        "merchants.rescore",
        score.shop.public_id,
        by=by,
        now=now,
        shop_slug=score.shop.slug,
        before={"month": score.month.isoformat(), "score": str(before)},
        after={"score": str(score.score), "reason": reason[:300]},
    )
    return score


def _score(*, month: date, now: datetime, conflict: str, shop: int | None = None) -> list[tuple[str, Decimal]]:
    """Write the month's scores, of one shop or of all, and announce them."""
    end = start_of(month)
    values = {
        "month": month,
        "first": month - timedelta(days=WINDOW_DAYS),
        "days": WINDOW_DAYS,
        "end": end,
        "grace_since": end - timedelta(days=GRACE_DAYS.value),
        "sheet": json.dumps(_sheet()),
        "shop": shop,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SCORE.replace("{conflict}", conflict), values)
        scores = cursor.fetchall()
    publish(
        *(HealthScored(shop_id=shop, month=month.isoformat(), score=int(score)) for shop, score in scores)
    )  # fmt: skip
    return scores


def _sheet() -> list[dict]:
    return [
        {
            "place": place,
            "name": measure.name,
            "target": str(measure.target),
            "floor": str(measure.floor),
            "weight": str(weight),
            "prior": PRIOR.value if measure.is_shrunk else 0,
        }
        for place, (measure, weight) in enumerate(zip(SHEET, shares(), strict=True))
    ]


def shares() -> list[Decimal]:
    """What each measure of the sheet can give, in hundredths of a point; 100 together, whatever staff turned."""
    weights: Sequence[int] = [WEIGHTS[measure.name].value for measure in SHEET]
    return [part.decimal for part in Money(10_000).allocate(weights)]


# Reading


def latest_scores(shop: Shop, count: int = 12) -> list[HealthScore]:
    """The newest scores of a shop, newest first."""
    return list(HealthScore.objects.owned_by(shop).order_by("-month")[:count])


def explained(score: HealthScore) -> list[dict]:
    """The measures of a score with label and advice; their points add up to the score."""
    sheet = {measure.name: measure for measure in SHEET}
    lines = []
    for line in score.measures:
        measure = sheet.get(line["name"])
        label = measure.label if measure else _("Newcomer's grace") if line["name"] == GRACE else line["name"]
        is_short = measure is not None and line["points"] < line["weight"]
        lines.append({**line, "label": label, "advice": measure.advice if is_short else ""})
    return lines


def recent_facts(shop: Shop, now: datetime) -> dict:
    """The shop's facts of the last 30 business days, today among them, summed."""
    today = business_date(now)
    days = DailyFacts.objects.owned_by(shop).filter(on__gt=today - timedelta(days=WINDOW_DAYS), on__lte=today)
    sums = days.aggregate(**{name: Sum(name, default=0) for name in COUNTS})
    return {**sums, "paid_amount": Money(int(sums["paid_amount"]), shop.currency)}
