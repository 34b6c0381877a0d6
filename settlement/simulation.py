"""
What would a month have cost at another rate, or by other rules (S6)? Every line of the orders that completed in it is
counted again, with what has gone back since taken off: as it was frozen, and as is asked. Nothing is written.

A line stands under the category in which its product is today.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction

from catalog.commission import Facts, Terms, count, first_that_fits, share_kept
from catalog.models import Category
from mall.clock import start_of
from mall.money import DEFAULT_CURRENCY, Money
from mall.rows import select_rows
from merchants.models import Shop

MOST_SHOPS = 20

# Of each line what it still holds, what the commission is taken of, of the whole line and of what it holds, and what
# was taken, at the frozen rate or by the share of what a rule took.
COUNTED = """
WITH gone AS (
    SELECT x.line_id, sum(x.goods)::bigint AS goods FROM (
        SELECT line_id, order_id, refund_goods AS goods FROM orders_aftersale
        WHERE settled_at IS NOT NULL AND line_id IS NOT NULL
        UNION ALL
        SELECT k.line_id, c.order_id, k.amount FROM orders_creditedline k JOIN orders_aftersale c ON c.id = k.case_id
    ) x JOIN orders_order o ON o.id = x.order_id
    WHERE o.completed_at >= %(since)s AND o.completed_at < %(until)s
    GROUP BY x.line_id
),
held AS (
    SELECT o.id AS order_id, o.shop_id, o.placed_at, l.commission_bps::bigint AS bps, l.commission_on_subsidy,
           l.commission AS by_rule, l.total AS paid, l.quantity - l.gift_count AS pieces, l.unit_price,
           l.discount_parts, l.subsidy + l.from_issuers AS added_whole, g.path, p.kind,
           l.total - coalesce(gone.goods, 0) AS kept,
           CASE WHEN l.total = 0 THEN l.subsidy
           ELSE l.subsidy * (l.total - coalesce(gone.goods, 0)) / l.total END
           + coalesce((
               SELECT sum(CASE WHEN l.total = 0 THEN part.value::bigint
                          ELSE part.value::bigint * (l.total - coalesce(gone.goods, 0)) / l.total END)::bigint
               FROM jsonb_each_text(l.issuers) part
           ), 0) AS added
    FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
    JOIN catalog_sku k ON k.id = l.sku_id JOIN catalog_product p ON p.id = k.product_id
    JOIN catalog_category g ON g.id = p.category_id
    LEFT JOIN gone ON gone.line_id = l.id
    WHERE o.status = 'completed' AND o.kind <> 'gift_card' AND o.currency = %(currency)s
        AND o.completed_at >= %(since)s AND o.completed_at < %(until)s
        AND g.path LIKE %(path)s || '%%' AND (%(shop)s::bigint IS NULL OR o.shop_id = %(shop)s)
),
based AS (SELECT *, kept + CASE WHEN commission_on_subsidy THEN added ELSE 0 END AS base FROM held),
counted AS (
    SELECT *, (base * bps * 2 + 10000) / 20000 AS at_rate,
           CASE WHEN by_rule IS NULL THEN (base * bps * 2 + 10000) / 20000 WHEN paid = 0 THEN 0
           ELSE (by_rule * kept * 2 + paid) / (paid * 2) END AS taken
    FROM based
)
"""
SIMULATED = f"""
{COUNTED}, simulated AS (SELECT *, (base * %(bps)s * 2 + 10000) / 20000 AS simulated FROM counted)
SELECT s.slug, count(DISTINCT order_id), sum(base)::bigint, sum(taken)::bigint, sum(simulated)::bigint
FROM simulated JOIN merchants_shop s ON s.id = simulated.shop_id GROUP BY s.id, s.slug
ORDER BY abs(sum(taken) - sum(simulated)) DESC, s.id
"""  # noqa: S608 - our own words
PARTIES = """
SELECT s.slug, sum(p.amount * greatest(p.whole - x.goods, 0) / p.whole)::bigint
FROM orders_order o JOIN orders_partypart p ON p.order_id = o.id AND p.bearer = 'shop'
JOIN merchants_shop s ON s.id = o.shop_id
LEFT JOIN orders_orderline l ON l.id = p.line_id LEFT JOIN catalog_sku k ON k.id = l.sku_id
LEFT JOIN catalog_product d ON d.id = k.product_id LEFT JOIN catalog_category g ON g.id = d.category_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(CASE WHEN p.line_id IS NULL THEN c.refund_shipping
                        WHEN c.line_id = p.line_id THEN c.refund_goods ELSE 0 END), 0)::bigint
        + coalesce((SELECT sum(r.amount) FROM orders_creditedline r JOIN orders_aftersale a ON a.id = r.case_id
                    WHERE r.line_id = p.line_id), 0)::bigint AS goods
    FROM orders_aftersale c WHERE c.order_id = o.id AND c.settled_at IS NOT NULL
) x
WHERE o.status = 'completed' AND o.currency = %(currency)s
    AND o.completed_at >= %(since)s AND o.completed_at < %(until)s
    AND (%(path)s = '' OR g.path LIKE %(path)s || '%%') AND (%(shop)s::bigint IS NULL OR o.shop_id = %(shop)s)
GROUP BY s.slug
"""
LINE_BY_LINE = f"""
{COUNTED}
SELECT c.order_id, s.slug, s.id, c.path, c.kind, c.placed_at - s.opened_at, c.unit_price,
    coalesce((
        SELECT t.tier FROM merchants_tierrecord t WHERE t.shop_id = s.id AND t.ranked_at <= c.placed_at
        ORDER BY t.month DESC LIMIT 1
    ), ''),
    CASE WHEN %(with_campaigns)s THEN (
        SELECT array_agg(DISTINCT campaign.public_id) FROM jsonb_array_elements(c.discount_parts) part
        JOIN marketing_promotion m ON m.public_id = part ->> 'promotion'
        JOIN marketing_campaignenrolment e ON e.promotion_id = m.id
        JOIN marketing_campaign campaign ON campaign.id = e.campaign_id
    ) END,
    c.paid, c.kept, c.pieces, c.paid + CASE WHEN c.commission_on_subsidy THEN c.added_whole ELSE 0 END,
    c.base, c.taken, c.at_rate
FROM counted c JOIN merchants_shop s ON s.id = c.shop_id ORDER BY c.order_id
"""  # noqa: S608 - our own words
AT_ONCE = 2_000  # lines
NOTHING = Money(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    Of one shop, or of all of them: orders, what commission was taken of, what was taken, what would have been, and what
    parties keep of these orders, which no commission changes.
    """

    name: str
    orders: int
    base: Money
    taken: Money
    simulated: Money
    parties: Money = NOTHING

    @property
    def difference(self) -> Money:
        return self.simulated - self.taken


@dataclass(frozen=True, slots=True)
class Simulation:
    """The sum over all shops, and those whom it would concern the most."""

    total: Outcome
    shops: list[Outcome]


def simulate(
    *,
    month: date,
    bps: int,
    category: Category | None = None,
    shop: Shop | None = None,
    currency: str = DEFAULT_CURRENCY,
) -> Simulation:
    """
    The month in which this day lies, at ``bps``.

    :param category: only goods of it and of everything below it
    :param shop: only orders of it
    """
    within = _within(month, category, shop, currency)
    rows = select_rows(SIMULATED, {**within, "bps": bps})
    given = _given(within)
    return _simulation(
        (
            Outcome(slug, orders, *(Money(int(amount), currency) for amount in (*amounts, given.get(slug, 0))))
            for slug, orders, *amounts in rows
        ),
        currency,
    )


def simulate_rules(
    *,
    month: date,
    rules: Sequence[Terms],
    category: Category | None = None,
    shop: Shop | None = None,
    currency: str = DEFAULT_CURRENCY,
) -> Simulation:
    """
    The month in which this day lies by these rules, the first that fits; a line that none fits keeps the rate of its
    category under which it was placed. Lines are read by and by, so that a large month needs no more memory.
    """
    values = _within(month, category, shop, currency)
    values["with_campaigns"] = any(terms.campaign for terms in rules)
    sums: dict[str, list[int]] = {}
    latest = None
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(LINE_BY_LINE, values)
        while lines := cursor.fetchmany(AT_ONCE):
            for order_id, slug, *line in lines:
                base, taken, simulated = _by_rules(rules, currency, *line)
                of_shop = sums.setdefault(slug, [0, 0, 0, 0])
                of_shop[0] += order_id != latest
                latest = order_id
                for place, amount in enumerate((base, taken, simulated), start=1):
                    of_shop[place] += int(amount)
    given = _given(values)
    return _simulation(
        (Outcome(slug, orders, *(Money(amount, currency) for amount in (*amounts, given.get(slug, 0))))
         for slug, (orders, *amounts) in sums.items()),
        currency,
    )  # fmt: skip


def _by_rules(
    rules: Sequence[Terms], currency: str, shop_id, path, kind, age, price, tier, campaigns, paid, kept, pieces, whole,
    base, taken, at_rate,
) -> tuple[int, int, int]:  # fmt: skip
    facts = Facts(
        category=path,
        shop=shop_id,
        tier=tier,
        shop_days=age.days,
        kind=kind,
        price=price,
        currency=currency,
        campaigns=campaigns or (),
    )
    terms = first_that_fits(rules, facts)
    if terms is None:
        return base, taken, at_rate
    commission = count(terms, base=int(whole), pieces=pieces, paid=paid).amount
    return base, taken, share_kept(commission, kept=kept, paid=paid)


def _given(within: dict) -> dict[str, int]:
    """What parties keep of these orders, by the shop's address (fen): as it was frozen, whatever is simulated."""
    return dict(select_rows(PARTIES, within))


def _within(month: date, category: Category | None, shop: Shop | None, currency: str) -> dict:
    first = month.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return {
        "since": start_of(first),
        "until": start_of(after),
        "path": category.path if category else "",
        "shop": shop.pk if shop else None,
        "currency": currency,
    }


def _simulation(found: Iterable[Outcome], currency: str) -> Simulation:
    outcomes = sorted(found, key=lambda outcome: (-abs(outcome.difference.minor), outcome.name))
    total = Outcome(
        "",
        sum(outcome.orders for outcome in outcomes),
        *(
            Money.total((getattr(outcome, part) for outcome in outcomes), currency)
            for part in ("base", "taken", "simulated", "parties")
        ),
    )
    return Simulation(total=total, shops=outcomes[:MOST_SHOPS])
