"""
What a campaign brought (K5): orders, conversion and satisfaction, shop by shop, and the points that come of it.

Of a hundred points forty are for orders (against the shop that had most), thirty for conversion (orders per visitor,
against the best), thirty for satisfaction (stars of the reviews; without reviews half of it). Each complaint per
hundred orders takes one away. All shops are counted in one statement.
"""

from datetime import datetime

from django.db import transaction

from mall.audit.trail import record
from mall.clock import business_date
from mall.events import publish
from mall.events.marketing import CampaignEvaluated
from mall.rows import select_rows
from marketing.models import Campaign

_EVALUATE = """
    WITH took AS (
        SELECT DISTINCT shop_id, promotion_id FROM marketing_campaignenrolment
        WHERE campaign_id = %(campaign)s AND status = 'locked'
    ), sold AS (
        SELECT t.shop_id, count(DISTINCT u.order_public_id) AS orders, coalesce(sum(u.order_total), 0) AS paid
        FROM took t LEFT JOIN marketing_promotionuse u ON u.promotion_id = t.promotion_id AND u.returned_at IS NULL
        GROUP BY t.shop_id
    ), units AS (
        SELECT t.shop_id, sum(f.taken) AS units FROM took t JOIN marketing_flashunits f USING (promotion_id)
        GROUP BY t.shop_id
    ), days AS (
        SELECT shop_id, sum(visitors) FILTER (WHERE "on" <= %(last)s) AS visitors, sum(review_count) AS reviews,
            sum(review_stars) AS stars, sum(complaints) AS complaints
        FROM merchants_dailyfacts JOIN (SELECT DISTINCT shop_id FROM took) t USING (shop_id)
        WHERE "on" BETWEEN %(first)s AND %(today)s GROUP BY shop_id
    ), facts AS (
        SELECT sold.shop_id, sold.orders, sold.paid, coalesce(units.units, 0) AS units,
            coalesce(days.visitors, 0) AS visitors, coalesce(days.reviews, 0) AS reviews,
            coalesce(days.stars, 0) AS stars, coalesce(days.complaints, 0) AS complaints,
            CASE WHEN days.visitors > 0 THEN least(sold.orders * 10000 / days.visitors, 10000) ELSE 0 END AS conversion
        FROM sold LEFT JOIN units USING (shop_id) LEFT JOIN days USING (shop_id)
    )
    INSERT INTO marketing_campaignresult (campaign_id, shop_id, currency, orders, units, paid, visitors, conversion_bps,
        review_count, review_stars, complaints, points, evaluated_at)
    SELECT %(campaign)s, f.shop_id, s.currency, f.orders, f.units, f.paid, f.visitors, f.conversion, f.reviews, f.stars,
        f.complaints, CASE WHEN f.orders = 0 THEN 0 ELSE greatest(0, round(
            40.0 * f.orders / max(f.orders) OVER ()
            + 30.0 * f.conversion / greatest(max(f.conversion) OVER (), 1)
            + 30.0 * CASE WHEN f.reviews = 0 THEN 0.5 ELSE (f.stars::numeric / f.reviews - 1) / 4 END
            - 100.0 * f.complaints / f.orders)) END, %(now)s
    FROM facts f JOIN merchants_shop s ON s.id = f.shop_id ORDER BY f.shop_id
    ON CONFLICT (campaign_id, shop_id) DO NOTHING
    RETURNING (SELECT public_id FROM merchants_shop o WHERE o.id = shop_id), points
"""


@transaction.atomic
def evaluate(*, campaign: Campaign, now: datetime) -> int:
    """Count what came of it; returns for how many shops. Again: none."""
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if row.status != Campaign.Status.SETTLED:
        return 0
    values = {
        "campaign": row.pk,
        "first": business_date(row.live_from),
        "last": business_date(row.live_until),
        "today": business_date(now),
        "now": now,
    }
    found = select_rows(_EVALUATE, values)
    Campaign.FLOW.move(row, Campaign.Status.EVALUATED)
    row.evaluated_at = now
    row.save(update_fields=["status", "evaluated_at"])
    publish(
        *(
            CampaignEvaluated(campaign_id=row.public_id, shop_id=shop_id, points=points, evaluated_at=now)
            for shop_id, points in found
        )
    )
    record("marketing.evaluate_campaign", row.public_id, now=now, after={"shops": len(found)})
    return len(found)
