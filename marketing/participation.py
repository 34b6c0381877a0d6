"""
How much each shop took part in promotions (M5): once a day the growth file is told of the days that are over.

A promotion ran on a business day if at any moment of it it was started and within its span. What rows remember is
their latest start and stop: a promotion that was stopped and started anew on a later day, before the day in between was
told, counts from its new start on; told every night, that is nobody.
"""

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from mall.clock import start_of
from mall.events import publish
from mall.events.marketing import ShopPromoted
from marketing.models import Promotion, PromotionShare
from merchants import growth


def tell_participation(*, now: datetime) -> int:
    """Announce what ran on the days that are over, as far as it is not on file yet; returns how many days of shops."""
    told = 0
    for on in growth.days_to_tell(now):
        counts = promotions_on(on)
        for shop_ids in growth.untold(ShopPromoted.__name__, on, sorted(counts)):
            with transaction.atomic():
                publish(*(ShopPromoted(shop_id=each, day=on.isoformat(), promotions=counts[each]) for each in shop_ids))
            told += len(shop_ids)
    return told


def promotions_on(on: date) -> Counter[str]:
    """How many promotions ran on this day in each shop (by public id) in which any did; two queries."""
    joined_by_then = {"joined_at__lt": start_of(on + timedelta(days=1))}
    own = Promotion.objects.filter(_ran(on), shop__isnull=False)
    joined = PromotionShare.objects.filter(_ran(on, "promotion__"), **joined_by_then)
    counts: Counter[str] = Counter()
    for rows in (own, joined):
        counts.update(dict(rows.values_list("shop__public_id").annotate(count=Count("pk"))))
    return counts


def _ran(on: date, prefix: str = "") -> Q:
    begin, end = start_of(on), start_of(on + timedelta(days=1))
    here = {"started_at__lt": end, "starts_at__lt": end, "ends_at__gt": begin}
    is_started = Q(**{f"{prefix}status": Promotion.Status.LIVE}) | Q(
        **{f"{prefix}status": Promotion.Status.STOPPED, f"{prefix}stopped_at__gt": begin}
    )
    return Q(**{f"{prefix}{name}": moment for name, moment in here.items()}) & is_started
