"""
When a category, a brand or an attribute is called otherwise, or a store is elsewhere, search reads its goods anew.

Few goods at once, in the transaction that changed it; many by a worker, in batches that remember how far they are.
"""

import logging
from collections.abc import Iterable

from django.db import transaction

from catalog.generation import CATALOGUE, forget
from catalog.models import Product, StaleSearch
from catalog.search.engine import engine

AT_ONCE = 200
BATCH = 1_000
log = logging.getLogger("catalog.search")


def _goods(of: str, key: int):
    by = {
        StaleSearch.Of.CATEGORY: "category",
        StaleSearch.Of.BRAND: "brand",
        StaleSearch.Of.ATTRIBUTE: "values__attribute",
        StaleSearch.Of.STORE: "skus__stocks__warehouse",
    }
    return Product.objects.filter(**{by[of]: key})


@transaction.atomic
def read_anew(of: str, keys: Iterable[int]) -> None:
    """Search learns what these are called now: at once for few goods, soon for many."""
    for key in sorted(set(keys)):
        ids = list(_goods(of, key).order_by("pk").values_list("pk", flat=True).distinct()[: AT_ONCE + 1])
        if len(ids) <= AT_ONCE:
            if ids:
                engine().index_products(ids)
        else:
            StaleSearch.objects.update_or_create(of=of, key=key, defaults={"after": 0})
            transaction.on_commit(_nudge, robust=True)


def read_stale() -> dict[str, int]:
    """Go on where the last worker came to, until nothing is left; each batch is a transaction of its own."""
    count = 0
    while (batch := _read_batch()) is not None:
        count += batch
    if count:
        forget(CATALOGUE)
    return {"read": count} if count else {}


@transaction.atomic
def _read_batch() -> int | None:
    row = StaleSearch.objects.select_for_update(skip_locked=True).order_by("pk").first()
    if row is None:
        return None
    goods = _goods(row.of, row.key).filter(pk__gt=row.after).order_by("pk")
    ids = list(goods.values_list("pk", flat=True).distinct()[:BATCH])
    if not ids:
        row.delete()
        return 0
    row.after = ids[-1]
    row.save(update_fields=["after"])
    return engine().index_products(ids)


def _nudge() -> None:
    from catalog import tasks

    try:
        tasks.read_stale_search.apply_async(retry=False, ignore_result=True)
    except Exception:  # the queue is away
        log.warning("could not queue the reading of renamed goods; the clock will")
