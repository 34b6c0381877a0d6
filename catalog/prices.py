"""
What SKUs cost over time, and which of their prices must stay (2.24, K5).

A price is written down when it *ends*, by ``catalog.skus.save_skus``, the one place through which every change of a
price goes: editor, table, file, approved change. What was never approved has no prices yet: nobody could pay them.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalog.models import FormerPrice, PriceLock, Sku
from mall.money import Money
from mall.refusals import Refusal
from mall.rows import select_rows
from mall.texts import Text

REFERENCE_DAYS = 30  # the law asks for seven at least (SAMR Order No. 32 of 2020, article 21)

# Every price of some SKUs with the moments between which it counted.
_SPANS = """
    WITH span AS (
        SELECT f.sku_id, f.price, f.currency, f.until_at,
            lag(f.until_at) OVER (PARTITION BY f.sku_id ORDER BY f.until_at, f.id) AS since
        FROM catalog_formerprice f WHERE f.sku_id = ANY (%(skus)s)
        UNION ALL
        SELECT k.id, k.price, k.currency, 'infinity',
            (SELECT max(l.until_at) FROM catalog_formerprice l WHERE l.sku_id = k.id)
        FROM catalog_sku k WHERE k.id = ANY (%(skus)s)
    )
"""
_LOWEST = f"""
    {_SPANS} SELECT sku_id, min(price), min(currency) FROM span
    WHERE until_at > %(from)s AND coalesce(since, '-infinity') < %(before)s GROUP BY sku_id
"""  # noqa: S608 - words of ours
_RAISED = f"""
    {_SPANS}, dearer AS (
        SELECT sku_id, since, price > lag(price) OVER (PARTITION BY sku_id ORDER BY until_at) AS is_raise FROM span
    ) SELECT DISTINCT sku_id FROM dearer WHERE is_raise AND since > %(from)s AND since < %(before)s
"""  # noqa: S608 - words of ours


class PriceLocked(Refusal):
    """The price was promised to a campaign and stays until that is over."""

    code = "price-locked"


def lowest_price(sku_ids: Collection[int], *, days: int = REFERENCE_DAYS, before: datetime) -> dict[int, Money]:
    """What each SKU (key) cost at least in the days before a moment; one statement."""
    values = {"skus": list(sku_ids), "from": before - timedelta(days=days), "before": before}
    return {sku_id: Money(fen, currency) for sku_id, fen, currency in select_rows(_LOWEST, values)}


def raised(sku_ids: Collection[int], *, days: int, before: datetime) -> set[int]:
    """Those whose price went up, once or more, in the days before a moment; one statement."""
    values = {"skus": list(sku_ids), "from": before - timedelta(days=days), "before": before}
    return {sku_id for (sku_id,) in select_rows(_RAISED, values)}


def note_former(moved: Sequence[tuple[Sku, Money]], *, now: datetime) -> None:
    """Keep what these SKUs have cost until now, where the price that comes is another."""
    FormerPrice.objects.bulk_create(
        FormerPrice(shop_id=sku.shop_id, sku=sku, currency=sku.currency, price=sku.price, until_at=now)
        for sku, price in moved
        if price != sku.price
    )


# Locks


def lock_prices(*, shop, sku_ids: Collection[int], document: str, name: Text, until_at: datetime) -> None:
    """The prices of these SKUs stay until that moment, for the sake of a document; again: nothing new."""
    list(Sku.objects.select_for_update(no_key=True).filter(pk__in=sku_ids, shop=shop).order_by("pk").values_list("pk"))
    PriceLock.objects.bulk_create(
        (
            PriceLock(shop=shop, sku_id=sku_id, document=document, name=name, until_at=until_at)
            for sku_id in sorted(sku_ids)
        ),
        ignore_conflicts=True,
    )


def unlock_prices(*, document: str, sku_ids: Collection[int] | None = None) -> int:
    """The document asks for them no more: all of its locks, or those of some SKUs; returns how many."""
    rows = PriceLock.objects.filter(document=document)
    count, _rows = (rows if sku_ids is None else rows.filter(sku__in=sku_ids)).delete()
    return count


def check_unlocked(moved: Mapping[int, Money], *, now: datetime) -> None:
    """
    :param moved: what SKUs (keys) that cost something else now would cost
    :raises PriceLocked: one of these prices must stay
    """
    if not moved:
        return
    lock = PriceLock.objects.filter(sku__in=moved, until_at__gt=now).select_related("sku__product").first()
    if lock is not None:
        words = {
            "goods": lock.sku.product.title,
            "name": lock.name,
            "until": date_format(localtime(lock.until_at), "SHORT_DATETIME_FORMAT"),
        }
        sentence = _("“%(goods)s” is in “%(name)s”: its price stays as it is until %(until)s.")
        raise PriceLocked(sentence % words, sku=lock.sku.public_id)
