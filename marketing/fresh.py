"""
Parts of kept pages that change by the second (named in the settings under Wiring): flash sales, and deals of a product.

A page names its parts when it is built; ``fresh_part`` makes them anew every few seconds, the same for everybody.
"""

import re
from datetime import datetime

from mall import clock
from mall.pages import cached_part
from mall.rows import select_rows
from marketing.crowdfunding import showing as crowdfunding
from marketing.deals import presale_showing
from marketing.flash import showing as flash
from marketing.groups import showing as groups

FRESH_SECONDS = 5
DEALS = "deals:"
# Each: (product's public id) -> what its page shows, or ""
_BLOCKS = (groups.block, crowdfunding.block, presale_showing.block)
_NOW = re.compile(r'data-now="[^"]*"')
_IS_ANY = """
    SELECT p.public_id FROM catalog_product p
    WHERE p.id = %(product)s AND EXISTS (
        SELECT FROM marketing_dealunits u JOIN marketing_promotion m ON m.id = u.promotion_id
            JOIN catalog_sku k ON k.id = u.sku_id
        WHERE k.product_id = p.id AND m.status = 'live' AND m.ends_at > %(now)s
        UNION ALL SELECT FROM marketing_depositunits u JOIN marketing_promotion m ON m.id = u.promotion_id
            JOIN catalog_sku k ON k.id = u.sku_id
        WHERE k.product_id = p.id AND m.status = 'live'
            AND (m.rule ->> 'balance_until')::timestamptz > %(now)s)
"""


def part_of(product: int | None, *, now: datetime) -> str:
    """The names of what the page of a product (key) shows by the second, or the home page; empty if that is nothing."""
    names = [flash.part_of(product, now=now)]
    if product is not None:
        names += [DEALS + public_id for (public_id,) in select_rows(_IS_ANY, {"product": product, "now": now})]
    return " ".join(name for name in names if name)


def fresh_part(names: str) -> str:
    """Those parts as they are now."""
    return "".join(map(_fresh, names.split()))


def _fresh(name: str) -> str:
    if not name.startswith(DEALS):
        return flash.fresh_part(name)
    product = name.removeprefix(DEALS)
    text = cached_part(name, seconds=FRESH_SECONDS, build=lambda: "".join(block(product) for block in _BLOCKS))
    return _NOW.sub(f'data-now="{clock.now().isoformat()}"', text)
