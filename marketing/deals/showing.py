"""What the page of a product shows of deals: one query, a part for each kind that has one; for everybody the same."""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from catalog.models import Product
from catalog.offers import joined_names
from mall.money import Money
from mall.rows import select_rows
from mall.texts import Text
from marketing.offers import DEALS
from merchants import states

PARTS = {  # by kind, the template of its part; it needs: deals [OnProduct]
    "bargain": "storefront/marketing/_bargain_on_product.html",
    "free_trial": "storefront/marketing/_trial_on_product.html",
}

_ON_PRODUCT = f"""
    SELECT m.kind, m.public_id, m.name, m.rule, m.ends_at, k.public_id, k.choice, p.options, k.price, k.currency,
        (named ->> 1)::bigint, (named ->> 2)::bigint
    FROM marketing_promotion m JOIN merchants_shop s ON s.id = m.shop_id
        CROSS JOIN LATERAL jsonb_array_elements(m.rule -> 'prices') AS named
        JOIN catalog_sku k ON k.id = (named ->> 0)::bigint JOIN catalog_product p ON p.id = k.product_id
    WHERE m.shop_id = %(shop)s AND m.status = 'live' AND m.starts_at <= %(now)s AND m.ends_at > %(now)s
        AND m.kind = ANY ({DEALS}) AND k.product_id = %(product)s AND k.is_active AND {states.sql("s", "promote")}
    ORDER BY m.kind, m.id, k.id
"""  # noqa: S608 - words of ours


@dataclass(frozen=True, slots=True)
class OnProduct:
    """One item of a deal: what it costs usually, and at least with the deal."""

    promotion: str
    name: Text
    rule: dict
    ends_at: datetime
    sku: str
    choice: Text
    price: Money
    least: Money
    quota: int


def on_product(product: Product, *, now: datetime) -> list[SafeString]:
    """The finished parts of the deals that run for something of this product."""
    rows = select_rows(_ON_PRODUCT, {"shop": product.shop_id, "product": product.pk, "now": now})
    parts = []
    for kind, found in groupby(rows, key=lambda row: row[0]):
        if kind in PARTS:
            parts.append(render_to_string(PARTS[kind], {"deals": [_shown(*row[1:]) for row in found]}))
    return parts


def _shown(public_id, name, rule, ends_at, sku, choice, options, price, currency, least, quota) -> OnProduct:
    return OnProduct(
        promotion=public_id,
        name=Text(json.loads(name)),
        rule=json.loads(rule),
        ends_at=ends_at,
        sku=sku,
        choice=joined_names(choice, json.loads(options)),
        price=Money(price, currency),
        least=Money(least, currency),
        quota=quota,
    )
