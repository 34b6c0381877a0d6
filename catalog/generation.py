"""
When the parts of pages that everybody shares must be built anew.

Such parts are cached under a number, the generation: one for the whole catalogue (home, lists, shops), one per product
(its page). A change raises the number after its commit, so the next reader sees it at once; the old parts age out.
"""

import time
from collections.abc import Iterable
from datetime import datetime

from django.core.cache import cache
from django.db import transaction

from mall.cache import is_away
from mall.events.bus import publish
from mall.events.catalog import ProductChanged

CATALOGUE = "catalogue"
SHOPS = "shops"
_KEEP = 24 * 3600
_UNKNOWN = 5 * 10**9  # nanoseconds: while no cache answers, processes keep their pages for so long


def generation(*names: str) -> str:
    """The present number of these (``CATALOGUE``, a product's public id), in one question to the cache."""
    keys = [f"generation:{name}" for name in names]
    found = cache.get_many(keys)
    for key in keys:
        if key not in found:  # never zero again: what processes keep under an older number stays forgotten
            moment = time.time_ns()
            found[key] = moment // _UNKNOWN if is_away() else cache.get_or_set(key, moment, _KEEP)
    return "-".join(str(found[key]) for key in keys)


def forget(*names: str) -> None:
    """Raise the number of these now."""
    moment = time.time_ns()
    cache.set_many({f"generation:{name}": moment for name in names}, _KEEP)


def forget_products_after_commit(public_ids: Iterable[str], *, lists_too: bool = False) -> None:
    """The pages of these products are built anew for whoever asks after this transaction; lists too when asked."""
    names = list(public_ids) + ([CATALOGUE] if lists_too else [])
    transaction.on_commit(lambda: forget(*names), robust=True)


def announce_product(product, now: datetime) -> None:
    """Tell who listens that a product changed, and build its page and the lists anew after the commit."""
    publish(ProductChanged(product_id=product.public_id, shop_id=product.shop.public_id, changed_at=now))
    forget_products_after_commit([product.public_id], lists_too=True)
