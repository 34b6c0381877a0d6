"""
What people look for: counted per day, each visitor once, without saying who; and the hot words that come of it.

A search is noted in the cache server alone, in a sketch that can count visitors and cannot name them (PFADD); a job
writes the counts into rows. What looks like a number, an address or a whole sentence is not noted at all.
"""

import hmac
import logging
import re
from datetime import datetime, timedelta
from hashlib import sha256

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from catalog import tunables
from catalog.models import SearchedWords
from catalog.search.rules import compared, rules
from catalog.search.words import pinyin
from mall.cache_server import cache_server
from mall.clock import business_date
from risk.screening import banned_words, screen

log = logging.getLogger(__name__)

LONGEST_NOTED = 30
MOST_A_DAY = 20_000  # different words
SHOWN = 10
HOT_DAYS = 7
KEPT_DAYS = 90
_KEEP = 3 * 24 * 3600
_PERSONAL = re.compile(r"[0-9]{6}|@|://|www\.")
_READY, _READY_SECONDS = "hot-words", 60


def note_search(words: str, *, visitor: str, now: datetime) -> None:
    """
    Somebody looked for these words. One question to the cache server; if it does not answer nothing is noted.

    :param visitor: whatever tells this visitor from others today; it goes through a keyed hash into a sketch
    """
    said = _noted(words)
    if not said:
        return
    day = business_date(now).isoformat()
    who = hmac.new(settings.SECRET_KEY.encode(), f"{day} {visitor}".encode(), sha256).digest()[:12]
    try:
        pipe = cache_server().pipeline(transaction=False)
        pipe.sadd(f"searched:{day}", said)
        pipe.pfadd(f"searched:{day}:{said}", who)
        pipe.expire(f"searched:{day}", _KEEP)
        pipe.expire(f"searched:{day}:{said}", _KEEP)
        pipe.execute()
    except redis.RedisError as error:
        log.warning("a search was not noted: %s", error)


def note_found(words: str, count: int, *, now: datetime) -> None:
    """So many products have these words."""
    said = _noted(words)
    if not said:
        return
    day = business_date(now).isoformat()
    try:
        pipe = cache_server().pipeline(transaction=False)
        pipe.hset(f"found:{day}", said, count)
        pipe.expire(f"found:{day}", _KEEP)
        pipe.execute()
    except redis.RedisError as error:
        log.warning("a search was not noted: %s", error)


def count_searches(*, now: datetime) -> dict[str, int]:
    """Write today's and yesterday's counts into rows; safe to run at any time, since counts are whole, not added."""
    today, written = business_date(now), 0
    for on in (today - timedelta(days=1), today):
        written += _write_day(on)
    forgotten, _kinds = SearchedWords.objects.filter(on__lt=today - timedelta(days=KEPT_DAYS)).delete()
    return {name: count for name, count in (("words", written), ("forgotten", forgotten)) if count}


def hot_words() -> list[str]:
    """What staff pinned, then what most people looked for in the last days and found; never a banned word."""
    ready = cache.get(_READY)
    if ready is None:
        ready = _hot_words()
        cache.set(_READY, ready, _READY_SECONDS)
    return ready[:SHOWN]


def beginning_with(typed: str, limit: int) -> list[str]:
    """Hot words that begin with what is being typed, as it is written or as it sounds."""
    hot_words()
    said = compared(typed)
    ready = cache.get(_READY) or []
    return [words for words in ready if compared(words).startswith(said) or pinyin(compared(words)).startswith(said)][
        :limit
    ]


def forget_hot_words() -> None:
    cache.delete(_READY)


def _hot_words() -> list[str]:
    told = rules()
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT words FROM catalog_searchedwords WHERE "on" > (SELECT max("on") FROM catalog_searchedwords) - %s'
            " GROUP BY words HAVING sum(visitors) >= %s AND bool_or(found > 0)"
            " ORDER BY sum(visitors) DESC, words LIMIT 200",
            [HOT_DAYS, tunables.HOT_WORD_VISITORS.value],
        )
        looked_for = [words for (words,) in cursor.fetchall()]
    candidates = list(dict.fromkeys([*told.pinned, *looked_for]))
    banned = banned_words()
    return [
        words for words in candidates if compared(words) not in told.never_hot and not screen([words], banned).findings
    ]


def _noted(words: str) -> str:
    """The words as they are counted; empty for what could be about a person or is no search."""
    said = compared(words)
    return "" if len(said) > LONGEST_NOTED or _PERSONAL.search(words) or _PERSONAL.search(said) else said


def _write_day(on) -> int:
    day, server = on.isoformat(), cache_server()
    if server.scard(f"searched:{day}") > MOST_A_DAY:
        log.warning("more than %d different searches on %s: the rest is not counted", MOST_A_DAY, day)
    words = sorted(
        word.decode() for word, _place in zip(server.sscan_iter(f"searched:{day}"), range(MOST_A_DAY), strict=False)
    )
    if not words:
        return 0
    pipe = server.pipeline(transaction=False)
    for word in words:
        pipe.pfcount(f"searched:{day}:{word}")
    visitors = pipe.execute()
    found = [None if count is None else int(count) for count in server.hmget(f"found:{day}", words)]
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO catalog_searchedwords ("on", words, visitors, found)'
            " SELECT %s, w.words, w.visitors, w.found FROM unnest(%s::text[], %s::int[], %s::int[])"
            " AS w(words, visitors, found) WHERE w.visitors > 0"
            ' ON CONFLICT ("on", words) DO UPDATE SET visitors = excluded.visitors,'
            " found = coalesce(excluded.found, catalog_searchedwords.found)"
            " WHERE (catalog_searchedwords.visitors, catalog_searchedwords.found) IS DISTINCT FROM"
            " (excluded.visitors, coalesce(excluded.found, catalog_searchedwords.found))",
            [on, words, visitors, found],
        )
        return cursor.rowcount
