"""
The cache as something that may be away: what it cannot say is not known, what it cannot keep is not kept.

Django's own backend raises, and a page that only wanted to save work becomes an error. Here the mall goes on without
it, slower; sessions are read from the database. After a failure nobody asks for a moment, so that a server that hangs
is not waited for by every request. Whoever needs to know asks ``mall.cache_server`` itself (``mall.health`` does).
"""

import logging
import time

import redis
from django.core.cache.backends.redis import RedisCache

AWAY_SECONDS = 1.0
log = logging.getLogger(__name__)


def is_away() -> bool:
    """Whether the cache has just failed to answer this process."""
    return time.monotonic() < ForgivingRedisCache._away_until


def note_away(error: Exception) -> None:
    """It has just failed to answer this process: nobody asks for a moment."""
    ForgivingRedisCache._away_until = time.monotonic() + AWAY_SECONDS
    log.warning("the cache does not answer: %s", error)


class ForgivingRedisCache(RedisCache):
    """Misses instead of errors."""

    _away_until = 0.0  # of the process: every thread has a backend of its own

    def _kept(self, name: str, nothing, *args, **kwargs):
        if is_away():
            return nothing
        try:
            return getattr(super(), name)(*args, **kwargs)
        except redis.RedisError as error:
            note_away(error)
            return nothing

    def add(self, *args, **kwargs):
        return self._kept("add", False, *args, **kwargs)

    def get(self, key, default=None, version=None):
        return self._kept("get", default, key, default, version)

    def set(self, *args, **kwargs):
        return self._kept("set", None, *args, **kwargs)

    def touch(self, *args, **kwargs):
        return self._kept("touch", False, *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._kept("delete", False, *args, **kwargs)

    def get_many(self, *args, **kwargs):
        return self._kept("get_many", {}, *args, **kwargs)

    def has_key(self, *args, **kwargs):
        return self._kept("has_key", False, *args, **kwargs)

    def set_many(self, data, *args, **kwargs):
        return self._kept("set_many", list(data), data, *args, **kwargs)

    def delete_many(self, *args, **kwargs):
        return self._kept("delete_many", None, *args, **kwargs)
