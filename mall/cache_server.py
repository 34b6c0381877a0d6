"""The cache server spoken to directly, for what Django's cache has no word for: counters and sketches."""

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

_client: redis.Redis | None = None


def cache_server() -> redis.Redis:
    """A connection pool to the cache server, one per process; who waits for it waits a second at most."""
    global _client
    if _client is None:
        # One more attempt at once, on a new connection: a restarted server is found, one that is away not waited for.
        again = Retry(NoBackoff(), 1)
        _client = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"], socket_timeout=1, retry=again)
    return _client
