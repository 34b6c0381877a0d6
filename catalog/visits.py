"""
How many people looked at a shop and its products (M5): views and visitors, counted by the day, without saying who.

A look is noted in the cache server alone, in one question: a counter, and a sketch that can count visitors and cannot
name them (PFADD of a hash under the mall's key and the day). Once a day the counts of the days that are over are
announced; the growth file keeps each once, so that told twice, or up to four days late, is told once.
"""

import hmac
import logging
from datetime import date, datetime
from hashlib import sha256

import redis
from django.conf import settings
from django.db import transaction

from mall.cache_server import cache_server
from mall.clock import business_date
from mall.events import publish
from mall.events.catalog import ShopVisited
from merchants import growth

log = logging.getLogger(__name__)

_KEEP = (growth.TOLD_LATE_DAYS + 2) * 24 * 3600


def note_visit(shop_id: str, *, visitor: str, now: datetime) -> None:
    """
    Somebody looked at a page of this shop (public id). If the cache server does not answer nothing is noted.

    :param visitor: whatever tells this visitor from others today; it is kept nowhere
    """
    on = business_date(now)
    who = hmac.new(settings.SECRET_KEY.encode(), f"visit {on} {visitor}".encode(), sha256).digest()[:12]
    try:
        pipe = cache_server().pipeline(transaction=False)
        pipe.hincrby(_views(on), shop_id)
        pipe.pfadd(_visitors(on, shop_id), who)
        pipe.expire(_views(on), _KEEP)
        pipe.expire(_visitors(on, shop_id), _KEEP)
        pipe.execute()
    except redis.RedisError as error:
        log.warning("a visit was not noted: %s", error)


def tell_visits(*, now: datetime) -> int:
    """Announce the visits of the days that are over, as far as they are not on file yet; returns of how many shops."""
    told = 0
    for on in growth.days_to_tell(now):
        views = {shop_id.decode(): int(count) for shop_id, count in cache_server().hgetall(_views(on)).items()}
        for shop_ids in growth.untold(ShopVisited.__name__, on, sorted(views)):
            pipe = cache_server().pipeline(transaction=False)
            for shop_id in shop_ids:
                pipe.pfcount(_visitors(on, shop_id))
            visitors = dict(zip(shop_ids, pipe.execute(), strict=True))
            with transaction.atomic():
                publish(
                    *(
                        ShopVisited(
                            shop_id=shop_id,
                            day=on.isoformat(),
                            visitors=min(visitors[shop_id], views[shop_id]),  # a sketch is a little off
                            page_views=views[shop_id],
                        )
                        for shop_id in shop_ids
                    )
                )
            told += len(shop_ids)
    return told


def _views(on: date) -> str:
    return f"visits:{on}"


def _visitors(on: date, shop_id: str) -> str:
    return f"visitors:{on}:{shop_id}"
