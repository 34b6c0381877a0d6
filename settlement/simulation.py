"""
What would a month have cost at another rate (S6)? Every line of the orders that completed in it is counted again, with
what has gone back since taken off, at the rate that was frozen and at the one that is asked about. Nothing is written.

A line stands under the category in which its product is today.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from catalog.models import Category
from mall.clock import start_of
from mall.money import DEFAULT_CURRENCY, Money
from mall.rows import select_rows
from merchants.models import Shop

MOST_SHOPS = 20

SIMULATED = """
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
    SELECT o.id AS order_id, o.shop_id, l.commission_bps::bigint AS bps, l.commission_on_subsidy,
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
based AS (SELECT *, kept + CASE WHEN commission_on_subsidy THEN added ELSE 0 END AS base FROM held)
SELECT s.slug, count(DISTINCT order_id), sum(base)::bigint,
       sum((base * bps * 2 + 10000) / 20000)::bigint, sum((base * %(bps)s * 2 + 10000) / 20000)::bigint
FROM based JOIN merchants_shop s ON s.id = based.shop_id GROUP BY s.id, s.slug
ORDER BY abs(sum((base * bps * 2 + 10000) / 20000) - sum((base * %(bps)s * 2 + 10000) / 20000)) DESC, s.id
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one shop, or of all of them: orders, what commission was taken of, what was taken, what would have been."""

    name: str
    orders: int
    base: Money
    taken: Money
    simulated: Money

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
    first = month.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    rows = select_rows(
        SIMULATED,
        {
            "since": start_of(first),
            "until": start_of(after),
            "path": category.path if category else "",
            "shop": shop.pk if shop else None,
            "bps": bps,
            "currency": currency,
        },
    )
    outcomes = [
        Outcome(slug, orders, *(Money(int(amount), currency) for amount in amounts)) for slug, orders, *amounts in rows
    ]
    total = Outcome(
        "",
        sum(outcome.orders for outcome in outcomes),
        *(
            Money.total((getattr(outcome, part) for outcome in outcomes), currency)
            for part in ("base", "taken", "simulated")
        ),
    )
    return Simulation(total=total, shops=outcomes[:MOST_SHOPS])
