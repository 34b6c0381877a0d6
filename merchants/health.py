"""
The health score (M6): once a month, 0-100, from the growth file of the 30 days before the month's first day.

The sheet is a list of measures. Each is a fraction of two counts; between its floor (no points) and its target (all
points) the points grow evenly. To a shop's own orders are added some average ones of its category
(``merchants.health_prior``), so that few orders decide little; a category with few orders is itself drawn to the mean
of all shops in the same way. Points are rounded to hundredths and the score is their sum, so that a merchant can add up
what she is shown. All shops are scored in one statement.

Version 3 of the sheet knows after-sales: answers, returns and complaints; version 2 compared within the category first,
version 1 with all shops.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mall.audit.trail import record
from mall.charts import Chart, Series
from mall.clock import business_date, start_of
from mall.events import is_heard, publish
from mall.events.merchants import HealthScored, ShopBarred, ShopUnbarred
from mall.money import Money
from mall.refusals import Refusal
from mall.rows import select_rows
from merchants import growth
from merchants.models import GrowthEntry, HealthScore, Shop
from merchants.tunables import GRACE_DAYS, PRIOR, WEIGHTS

SHEET_VERSION = 3
WINDOW_DAYS = 30
PASS = HealthScore.PASS
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
        name="response",
        label=_("Hours until after-sales were answered"),
        advice=_("Answer what shoppers ask after they bought within 12 hours, even if it is not settled yet."),
        numerator="round(answer_seconds / 3600, 1)",
        denominator="answered_cases",
        target=Decimal(12),
        floor=Decimal(48),
    ),
    Measure(
        name="returns",
        label=_("Orders sent back"),
        advice=_("Read why goods come back, and put right words, pictures, sizes or packing."),
        numerator="returns",
        denominator="shipped_orders",
        target=Decimal("0.05"),
        floor=Decimal("0.30"),
    ),
    Measure(
        name="complaints",
        label=_("Complaints"),
        advice=_("Answer complaints so that they end there, and mend what they have in common."),
        numerator="complaints",
        denominator="paid_orders",
        target=Decimal("0.005"),
        floor=Decimal("0.05"),
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

_PLACES = tuple(enumerate(SHEET))
_OWN = (
    "completed_orders", "canceled_paid_orders", "paid_orders", "shipping_hours", "shipped_orders", "review_stars",
    "review_count", "answer_seconds", "answered_cases", "returns", "complaints",
)  # fmt: skip


def _each(text: str, join: str = ", ") -> str:
    """A piece of SQL once for every measure of the sheet: ``{i}`` its place, ``{numerator}`` and so on its words."""
    return join.join(
        text.format(i=place, name=line.name, numerator=line.numerator, denominator=line.denominator)
        for place, line in _PLACES
    )


_SCORE = f"""
WITH summed AS (
    SELECT day.shop_id, {", ".join(f"sum(day.{name})::numeric AS {name}" for name in _OWN)},
        count(*) FILTER (WHERE day.product_updates > 0)::numeric AS days_with_updates
    FROM merchants_dailyfacts day WHERE day."on" >= %(first)s AND day."on" < %(month)s
    GROUP BY day.shop_id
), facts AS (
    SELECT shop.id, shop.opened_at, coalesce(activity.category, '') AS category,
        {", ".join(f"coalesce(summed.{name}, 0) AS {name}" for name in (*_OWN, "days_with_updates"))},
        least(%(days)s, ceil(extract(epoch FROM %(end)s - shop.opened_at) / 86400)) AS days_open
    FROM merchants_shop shop
    LEFT JOIN merchants_shopactivity activity ON activity.shop_id = shop.id
    LEFT JOIN summed ON summed.shop_id = shop.id
    WHERE shop.status <> 'closed' AND shop.opened_at < %(end)s
), counted AS (
    SELECT id, opened_at, category, {_each("{numerator} AS n{i}, {denominator} AS d{i}")} FROM facts
), of_category AS (
    SELECT category, {_each("sum(n{i}) AS n{i}, sum(d{i}) AS d{i}")} FROM counted GROUP BY category
), of_all AS (
    SELECT {_each("coalesce(sum(n{i}) / nullif(sum(d{i}), 0), %(target{i})s) AS mean{i}")} FROM of_category
), mean AS (
    SELECT category, {
    _each('''coalesce(
        (n{i} + %(prior{i})s * mean{i}) / nullif(d{i} + %(prior{i})s, 0), mean{i}) AS mean{i}''')
}
    FROM of_category CROSS JOIN of_all
), valued AS MATERIALIZED (
    SELECT counted.*, {_each("mean{i}")}, {
    _each('''
        (n{i} + %(prior{i})s * mean{i}) / nullif(d{i} + %(prior{i})s, 0) AS value{i}''')
}
    FROM counted JOIN mean USING (category)
    WHERE %(shop)s::bigint IS NULL OR counted.id = %(shop)s
), pointed AS MATERIALIZED (
    SELECT *, {
    _each('''round(round(%(weight{i})s * greatest(0, least(1,
        (coalesce(value{i}, %(target{i})s) - %(floor{i})s) / (%(target{i})s - %(floor{i})s))), 12), 2) AS points{i}''')
}
    FROM valued
), scored AS (
    SELECT *, points < {PASS} AND opened_at > %(grace_since)s AS is_lifted
    FROM (SELECT *, {_each("points{i}", " + ")} AS points FROM pointed) AS summed
), before AS (
    SELECT DISTINCT ON (shop_id) shop_id, score FROM merchants_healthscore
    WHERE month < %(month)s AND month >= %(month)s - interval '1 year'
        AND (%(shop)s::bigint IS NULL OR shop_id = %(shop)s)
    ORDER BY shop_id, month DESC
), written AS (
    INSERT INTO merchants_healthscore (shop_id, month, score, measures, sheet_version, scored_at, category)
    SELECT id, %(month)s, CASE WHEN is_lifted THEN {PASS} ELSE points END,
        ('[' || {
    _each(
        '''
            concat('{{"name": "{name}", "numerator": ', n{i}, ', "denominator": ', d{i},
            ', "value": ', coalesce(round(value{i}, 12)::text, 'null'), ', "mean": ', round(mean{i}, 12),
            ', "points": ', points{i}, ', "weight": ', %(weight{i})s, '}}')''',
        join=" || ', ' || ",
    )
} || ']')::jsonb || CASE WHEN is_lifted THEN jsonb_build_array(jsonb_build_object(
            'name', '{GRACE}', 'numerator', null, 'denominator', null, 'value', null,
            'points', {PASS} - points, 'weight', 0
        )) ELSE '[]' END,
        {SHEET_VERSION}, %(now)s, category
    FROM scored ORDER BY id
    ON CONFLICT (shop_id, month) DO {{conflict}}
    RETURNING shop_id, score
), told AS (
    INSERT INTO mall_outboxevent (name, payload, published_at, due_at, delivered_at, attempts, last_error)
    SELECT 'HealthScored', jsonb_build_object(
        'shop_id', shop.public_id, 'month', to_char(%(month)s::date, 'YYYY-MM-DD'), 'score', floor(written.score)::int
    ), now(), now(), CASE WHEN %(is_heard)s THEN NULL ELSE now() END, 0, ''
    FROM written JOIN merchants_shop shop ON shop.id = written.shop_id ORDER BY shop.id
)
SELECT written.shop_id, written.score, before.score
FROM written LEFT JOIN before USING (shop_id)
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
    if score.first_score is None:
        score.first_score = before
        score.save(update_fields=["first_score"])
    if before < PASS <= score.score:
        publish(
            ShopUnbarred(
                shop_id=score.shop.public_id,
                month=score.month.isoformat(),
                score=str(score.score),
                scored_at=now,
            )
        )
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


def _score(*, month: date, now: datetime, conflict: str, shop: int | None = None) -> list[tuple[int, Decimal]]:
    """Write the month's scores, of one shop or of all, and announce them; answers with key and score of each."""
    end = start_of(month)
    values = {
        "month": month,
        "first": month - timedelta(days=WINDOW_DAYS),
        "days": WINDOW_DAYS,
        "end": end,
        "grace_since": end - timedelta(days=GRACE_DAYS.value),
        "shop": shop,
        "now": now,
        "is_heard": is_heard(HealthScored),
        **_sheet(),
    }
    scores = select_rows(_SCORE.replace("{conflict}", conflict), values)
    _announce_standing([(key, score, before) for key, score, before in scores], month, now)
    return [(key, score) for key, score, _before in scores]


def _announce_standing(scores: list[tuple[int, Decimal, Decimal | None]], month: date, now: datetime) -> None:
    """Tell of the shops that may not join campaigns, and of those that may again."""
    turned = {
        key: (ShopBarred if score < PASS else ShopUnbarred, score)
        for key, score, before in scores
        if score < PASS or (before is not None and before < PASS)
    }
    names = dict(Shop.objects.filter(pk__in=turned).values_list("pk", "public_id")) if turned else {}
    publish(
        *(
            event(shop_id=names[key], month=month.isoformat(), score=str(score), scored_at=now)
            for key, (event, score) in sorted(turned.items())
        )
    )


def _sheet() -> dict[str, Decimal | int]:
    """The numbers of the sheet as the statement names them: ``target0``, ``floor0``, ``weight0``, ``prior0``, …"""
    numbers: dict[str, Decimal | int] = {}
    for (place, line), weight in zip(_PLACES, shares(), strict=True):
        numbers |= {
            f"target{place}": line.target,
            f"floor{place}": line.floor,
            f"weight{place}": weight.normalize(),
            f"prior{place}": Decimal(PRIOR.value if line.is_shrunk else 0),
        }
    return numbers


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
        lost = Decimal(str(line["weight"])) - Decimal(str(line["points"])) if measure else 0
        lines.append({**line, "label": label, "lost": lost, "advice": measure.advice if is_short else ""})
    return lines


def recent_facts(shop: Shop, now: datetime) -> dict:
    """The shop's facts of the last 30 business days, today among them, summed."""
    today = business_date(now)
    return growth.sums_of(shop, first=today - timedelta(days=WINDOW_DAYS - 1), last=today)


SHOWN_CAUSES = 10
# What costs points in a measure: the entries' name, what makes one of them costly, and which come first.
_CAUSES = {
    "completion": ("OrderCanceled", {}, "-at"),
    "cancellations": ("OrderCanceled", {}, "-at"),
    "shipping": ("OrderShipped", {"counts__shipping_hours__gt": 24}, "-counts__shipping_hours"),
    "rating": ("ProductReviewed", {"counts__review_stars__lt": 5}, "counts__review_stars"),
    "response": ("AfterSaleClosed", {"counts__answer_seconds__gt": 12 * 3600}, "-counts__answer_seconds"),
    "returns": ("AfterSaleClosed", {"counts__has_key": "returns"}, "-at"),
    "complaints": ("AfterSaleClosed", {"counts__has_key": "complaints"}, "-at"),
}


def causes(score: HealthScore) -> dict[str, list[GrowthEntry]]:
    """For each measure the entries of the growth file that cost points, the worst first, excluded ones too."""
    last = score.month - timedelta(days=1)
    first = score.month - timedelta(days=WINDOW_DAYS)
    found: dict[str, list[GrowthEntry]] = {}
    asked: dict[tuple, list[GrowthEntry]] = {}
    for measure, (name, costly, order) in _CAUSES.items():
        same = (name, *costly.items(), order)
        if same in asked:  # two measures may suffer from the same entries
            found[measure] = asked[same]
            continue
        entries = GrowthEntry.objects.filter(shop=score.shop_id, name=name, on__gte=first, on__lte=last, **costly)
        found[measure] = asked[same] = list(entries.order_by(order, "-at", "pk")[:SHOWN_CAUSES])
    return found


def score_chart(scores: Sequence[HealthScore]) -> Chart:
    """The history of a shop's scores (newest first as given), with the line of 60."""
    history = list(reversed(scores))
    return Chart(
        key="score",
        title=str(_("Score month by month")),
        labels=[f"{score.month:%Y-%m}" for score in history],
        series=[
            Series(str(_("Score")), [float(score.score) for score in history]),
            Series(str(_("Needed for campaigns")), [PASS] * len(history)),
        ],
        axis=str(_("Month")),
    )
