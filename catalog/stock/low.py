"""Goods that run low (C4): from how few pieces on, since when; the shop is told once for each fall."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog.models import Sku, StockAlarm, StockTerms
from catalog.stock.reserving import left_of, sold_online
from catalog.stock.shelves import LARGEST_COUNT, WrongCount
from catalog.tunables import LOW_STOCK
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.catalog import StockFellLow

# What can be bought of each SKU that is offered, and from how few on that is little.
_COUNTED = """
    SELECT k.id AS sku_id, k.shop_id, k.public_id, coalesce(a.threshold, m.low_stock, %(usual)s) AS threshold,
        coalesce(sum(t.on_hand - t.reserved) FILTER (WHERE w.sells_online), 0) AS remaining, a.fell_at
    FROM catalog_sku k JOIN catalog_product p ON p.id = k.product_id
        LEFT JOIN catalog_stock t ON t.sku_id = k.id LEFT JOIN catalog_warehouse w ON w.id = t.warehouse_id
        LEFT JOIN catalog_stockalarm a ON a.sku_id = k.id LEFT JOIN catalog_stockterms m ON m.shop_id = k.shop_id
    WHERE k.is_active AND p.status = 'on_sale'
    GROUP BY k.id, a.id, m.id
"""
_FALLEN = f"""
    WITH counted AS ({_COUNTED}), fallen AS (
        INSERT INTO catalog_stockalarm (shop_id, sku_id, fell_at)
        SELECT shop_id, sku_id, %(now)s FROM counted WHERE remaining <= threshold AND fell_at IS NULL ORDER BY sku_id
        ON CONFLICT (sku_id) DO UPDATE SET fell_at = excluded.fell_at WHERE catalog_stockalarm.fell_at IS NULL
        RETURNING sku_id
    )
    SELECT s.public_id, c.public_id FROM fallen f JOIN counted c ON c.sku_id = f.sku_id
        JOIN merchants_shop s ON s.id = c.shop_id
    ORDER BY c.shop_id, c.remaining, c.sku_id
"""  # noqa: S608 - words of this module
_RISEN = f"""
    UPDATE catalog_stockalarm a SET fell_at = NULL
    WHERE a.fell_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM ({_COUNTED}) c WHERE c.sku_id = a.sku_id AND c.remaining <= c.threshold)
"""  # noqa: S608 - words of this module


@transaction.atomic
def watch_low_stock(*, now: datetime) -> dict[str, int]:
    """Mark what has fallen to its threshold or risen above it; each fall is announced once, a shop's together."""
    values = {"usual": LOW_STOCK.value, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_RISEN, values)
        risen = cursor.rowcount
        cursor.execute(_FALLEN, values)
        fallen: dict[str, list[str]] = {}
        for shop_id, sku_id in cursor.fetchall():
            fallen.setdefault(shop_id, []).append(sku_id)
    publish(*(StockFellLow(shop_id=shop_id, sku_ids=tuple(ids), fell_at=now) for shop_id, ids in fallen.items()))
    counts = {"fallen": sum(map(len, fallen.values())), "risen": risen}
    return {name: count for name, count in counts.items() if count}


@transaction.atomic
def set_threshold(*, sku: Sku, threshold: int | None, by, now: datetime) -> None:
    """
    From how few pieces on the shop is told of this SKU; ``None`` as of all others.

    :raises WrongCount: not between nothing and a million
    """
    if threshold is not None and not 0 <= threshold <= LARGEST_COUNT:
        raise WrongCount(_("Enter a count between 0 and %(most)d.") % {"most": LARGEST_COUNT})
    StockAlarm.objects.update_or_create(sku=sku, defaults={"threshold": threshold, "shop_id": sku.shop_id})
    after = {"threshold": threshold}
    record("catalog.set_threshold", sku.public_id, by=by, now=now, shop_slug=sku.shop.slug, after=after)


def threshold_of(shop) -> int:
    """From how few pieces on this shop is told of a SKU without a threshold of its own."""
    terms = StockTerms.objects.owned_by(shop).first()
    return LOW_STOCK.value if terms is None else terms.low_stock


def with_threshold(skus: QuerySet) -> QuerySet:
    """The SKUs with ``threshold``, ``available`` and ``is_low``: something is left, but little."""
    own = StockAlarm.objects.filter(sku=OuterRef("pk")).values("threshold")[:1]
    shops = StockTerms.objects.filter(shop=OuterRef("shop")).values("low_stock")[:1]
    return skus.annotate(
        threshold=Coalesce(Subquery(own), Subquery(shops), Value(LOW_STOCK.value)),
        available=left_of(sold_online()),
        is_low=Case(
            When(available__gt=0, available__lte=F("threshold"), then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        ),
    )
