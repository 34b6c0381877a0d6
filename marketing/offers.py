"""
Which offers there are for the goods in a cart, or on a page: read in one statement, handed to the pricing engine.

A shop's promotions count while its state allows promoting (``merchants.states``); the mall's count for shops that need
bear nothing of them or have agreed to their part. A coupon counts for who holds it, also after its campaign stopped.
What another shop has signed (``marketing.joint``) counts for its goods too.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mall.rows import select_rows
from mall.texts import Text
from marketing import rules
from marketing.joint import HOSTS, IN_FORCE, PROMOTIONS_IN
from marketing.models import Promotion
from marketing.pricing import Host, Offer
from merchants import states

# True when anything is on offer at all: for statements of others, so that a mall without offers asks nothing more.
ANY_LIVE = (
    "(EXISTS (SELECT FROM marketing_promotion WHERE status = 'live')"
    " OR EXISTS (SELECT FROM marketing_coupon WHERE status IN ('held', 'returned')))"
)

# What a statement about promotions ``p`` asks: themselves, the SKUs ``among`` some that one covers, the gift it gives.
_COVERED = """
    SELECT k.id FROM catalog_sku k JOIN catalog_product g ON g.id = k.product_id
    WHERE {among} AND g.kind <> 'gift_card'
    AND (k.shop_id = p.shop_id OR p.shop_id IS NULL AND (p.shop_bps = 0 OR EXISTS (
        SELECT FROM marketing_promotionshare j
        WHERE j.promotion_id = p.id AND j.shop_id = k.shop_id AND j.shop_bps >= p.shop_bps)){jointly})
    AND CASE p.scope
        WHEN 'all' THEN true
        WHEN 'products' THEN g.id = ANY (p.scope_ids)
        WHEN 'categories' THEN EXISTS (
            SELECT FROM catalog_category a JOIN catalog_category d ON d.path LIKE a.path || '%%'
            WHERE a.id = ANY (p.scope_ids) AND d.id = g.category_id)
        ELSE EXISTS (
            SELECT FROM catalog_shelvedproduct h JOIN catalog_shopcategory c ON c.id = h.category_id
            WHERE h.product_id = g.id AND (c.id = ANY (p.scope_ids) OR c.parent_id = ANY (p.scope_ids)))
    END
"""
_JOINTLY = f"""
    OR p.shop_id <> k.shop_id AND p.kind IN ('coupon', 'full_reduction') AND EXISTS (
        SELECT FROM marketing_jointterms j WHERE j.promotion_id = p.id AND j.host_id = k.shop_id AND {IN_FORCE})
"""
COVERED = _COVERED.replace("{jointly}", "")  # of the shop's own promotions, and of the mall's
COVERED_JOINTLY = _COVERED.replace("{jointly}", _JOINTLY)  # and of what other shops offer jointly with it

COLUMNS = """
    p.public_id, p.shop_id, p.kind, p.name, p.rule, p.version, p.excludes, p.shop_bps, p.budget, p.spent, p.starts_at,
    p.ends_at
"""

GIFT = """
    (SELECT json_build_object('shop_id', k.shop_id, 'price', k.price, 'available', coalesce((
        SELECT sum(t.on_hand - t.reserved) FROM catalog_stock t JOIN catalog_warehouse w ON w.id = t.warehouse_id
        WHERE t.sku_id = k.id AND w.sells_online), 0))
     FROM catalog_sku k JOIN catalog_product g ON g.id = k.product_id
     WHERE p.kind = 'gift' AND k.id = (p.rule ->> 'sku_id')::bigint AND k.shop_id = p.shop_id)
"""

# Of a flash sale: price, units left, and how many of them this shopper may still have, of each SKU that is asked about.
UNITS = """
    (SELECT json_agg(json_build_array(u.sku_id, u.price, CASE WHEN u.is_open THEN u.quota - u.taken ELSE 0 END,
        u.most - coalesce(h.count, 0)) ORDER BY u.sku_id)
     FROM marketing_flashunits u LEFT JOIN marketing_flashcount h ON h.units_id = u.id AND h.shopper_id = %(shopper)s
     WHERE p.kind = 'flash_sale' AND u.promotion_id = p.id AND u.sku_id = ANY (%(skus)s))
"""

# Kinds that count only for who asks for them, as an array.
DEALS = "'{" + ",".join(sorted(Promotion.DEALS)) + "}'::text[]"

_FOR_CART = f"""
    SELECT {COLUMNS}, c.public_id, c.valid_until, ARRAY({COVERED_JOINTLY.format(among="k.id = ANY (%(skus)s)")}),
        {GIFT}, {UNITS}, {HOSTS}
    FROM marketing_promotion p LEFT JOIN merchants_shop s ON s.id = p.shop_id
        LEFT JOIN marketing_coupon c ON p.kind = 'coupon' AND c.promotion_id = p.id AND c.shopper_id = %(shopper)s
            AND c.status IN ('held', 'returned') AND c.valid_until > %(now)s
    WHERE (p.kind = 'coupon' AND c.id IS NOT NULL
            OR p.kind <> 'coupon' AND p.kind <> ALL ({DEALS}) AND p.status = 'live'
                AND p.starts_at <= %(now)s AND p.ends_at > %(now)s)
        AND (p.shop_id IS NULL OR {states.sql("s", "promote")}
            AND (p.shop_id = ANY (%(shops)s) OR p.id = ANY ({PROMOTIONS_IN.format(shops="%(shops)s")})))
    ORDER BY c.valid_until, p.id
"""  # noqa: S608 - words of ours


def offers_for(
    *, sku_ids: Collection[int], shop_ids: Collection[int], shopper_id: int | None, now: datetime
) -> list[Offer]:
    """What can be applied to these SKUs (keys) of these shops for this shopper; one query."""
    if not sku_ids:
        return []
    rows = select_rows(
        _FOR_CART, {"skus": list(sku_ids), "shops": list(set(shop_ids)), "shopper": shopper_id, "now": now}
    )
    found: dict[str, Offer] = {}
    asked = set(sku_ids)
    for *columns, coupon, valid_until, covered, gift, units, hosts in rows:
        promotion = Row(*columns)
        if promotion.public_id not in found:  # of several coupons of one campaign the one that ends first
            found[promotion.public_id] = offer_of(promotion, coupon, valid_until, covered, gift, units, asked, hosts)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Row:
    """A promotion as ``COLUMNS`` tell it."""

    public_id: str
    shop_id: int | None
    kind: str
    name: str
    rule: str
    version: int
    excludes: list[str]
    shop_bps: int
    budget: int | None
    spent: int
    starts_at: datetime
    ends_at: datetime


def offer_of(
    row: Row, coupon: str | None, valid_until, covered: Collection[int], gift, units, asked: set[int], hosts=None
) -> Offer:  # fmt: skip
    """
    The offer of a row for the engine; ``covered`` of the ``asked`` SKUs, and of one coupon if one is named.

    :param hosts: other shops in which it counts, as ``joint.HOSTS`` tells them
    """
    rule = json.loads(row.rule)
    skus = set(covered)
    if row.kind in (Promotion.Kind.BUNDLE, Promotion.Kind.FLASH_SALE, *Promotion.DEALS):
        skus = asked.intersection(rules.sku_ids_in(row.kind, rule))
    elif row.kind == Promotion.Kind.ADD_ON:
        skus |= asked.intersection(rules.sku_ids_in(row.kind, rule))
    place = rules.place_of(row.kind, is_of_mall=row.shop_id is None)
    return Offer(
        key=coupon or row.public_id,
        promotion=row.public_id,
        rule=rules.engine_rule(row.kind, rule, gift=gift, units=units or ()),
        skus=frozenset(skus),
        shop_id=row.shop_id,
        layer=place.layer,
        group=place.group,
        once=place.once,
        version=row.version,
        name=Text(json.loads(row.name)),
        excludes=frozenset(row.excludes),
        is_coupon=coupon is not None,
        bearers=bearers_of(row.shop_id, row.shop_bps),
        left=None if row.budget is None or coupon else row.budget - row.spent,
        starts_at=None if coupon else row.starts_at,
        ends_at=valid_until if coupon else row.ends_at,
        hosts=tuple(Host(host, bps, terms, Text(name)) for host, bps, terms, name, *_issuer in hosts or ()),
        issuer=(hosts[0][4], Text(hosts[0][5])) if hosts else None,
    )


def bearers_of(shop_id: int | None, shop_bps: int) -> tuple[tuple[str, int], ...]:
    """Who bears a discount: a shop its own; of the mall's, the shop its part and the mall the rest."""
    if shop_id is not None or shop_bps == 10_000:
        return (("shop", 10_000),)
    return (("platform", 10_000 - shop_bps), ("shop", shop_bps)) if shop_bps else (("platform", 10_000),)
