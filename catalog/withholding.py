"""
Goods that a shop may not sell now because a document that their trade needs has run out (M1).

They are withheld, not taken off: they come back by themselves when the papers are in order. What is withheld is decided
by the rows as they stand, so it does not matter in which order, or how often, the news arrive.
"""

from datetime import datetime

from django.db import transaction

from catalog.generation import SHOPS, forget_products_after_commit
from catalog.search.index import follow_status
from mall.audit.trail import record
from mall.rows import select_rows
from merchants.models import Shop

# General goods may be sold by everybody whose general papers are in order; any other trade must have been admitted.
SELLABLE = """
    CASE WHEN t.id IS NULL OR t.slug = 'general' THEN NOT EXISTS (
        SELECT FROM merchants_admittedtrade a JOIN merchants_trade g ON g.id = a.trade_id AND g.slug = 'general'
        WHERE a.merchant_id = s.merchant_id AND a.suspended_at IS NOT NULL
    ) ELSE EXISTS (
        SELECT FROM merchants_admittedtrade a
        WHERE a.merchant_id = s.merchant_id AND a.trade_id = t.id AND a.suspended_at IS NULL
    ) END
"""
MOVE = """
    UPDATE catalog_product p SET status = %(after)s, changed_at = %(now)s
    FROM catalog_category c LEFT JOIN merchants_trade t ON t.id = c.trade_id CROSS JOIN merchants_shop s
    WHERE c.id = p.category_id AND s.id = p.shop_id AND p.status = %(before)s
        AND (%(shop)s IS NULL OR s.id = %(shop)s) AND """
RETURNING = " RETURNING p.public_id"
WITHHOLD = MOVE + f"NOT ({SELLABLE})" + RETURNING
BRING_BACK = MOVE + f"({SELLABLE})" + RETURNING


@transaction.atomic
def follow_trades(*, now: datetime, shop: Shop | None = None) -> dict:
    """Withhold what may not be sold now and bring back what may be again, of one shop or of all."""
    facts = {"now": now, "shop": shop.pk if shop else None}
    withheld = select_rows(WITHHOLD, facts | {"before": "on_sale", "after": "withheld"})
    back = select_rows(BRING_BACK, facts | {"before": "withheld", "after": "on_sale"})
    counts = {name: len(rows) for name, rows in (("withheld", withheld), ("back", back)) if rows}
    if counts:
        follow_status(public_id for (public_id,) in withheld + back)
        record(
            "catalog.follow_trades",
            shop.public_id if shop else "catalogue",
            now=now,
            shop_slug=shop.slug if shop else "",
            after=counts,
        )
        forget_products_after_commit([SHOPS, *(public_id for (public_id,) in withheld + back)], lists_too=True)
    return counts
