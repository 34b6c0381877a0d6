"""
Limits that are exact however many ask at once: so many times within so many seconds, by a key.

::

    SIGN_IN = Limit("sign-in", most=10, seconds=900)
    taken = take((SIGN_IN, account))     # None: too often
    taken.give_back()                    # it was no failure after all
    has_room((SIGN_IN, account))         # looks, and counts nothing

One script in the cache server looks and counts in one step, under the server's own clock, for all keys together: either
each has room and each is counted, or none is. What is kept there is a keyed hash and a moment, never a phone number or
an address. While the cache server is away each process counts for itself.
"""

import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

import redis
from django.conf import settings
from django.http import HttpRequest

from mall.cache import is_away, note_away
from mall.cache_server import cache_server
from mall.crypto import blind_index

PREFIX = {4: 24, 6: 64}  # households and rooms share the rest of an address
MOST_OWN_KEYS = 50_000

_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - ARGV[2 * i + 1] * 1000000)
  if redis.call('ZCARD', key) >= tonumber(ARGV[2 * i]) then return i end
end
if ARGV[1] == '' then return 0 end
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[1])
  redis.call('PEXPIRE', key, ARGV[2 * i + 1] * 1000)
end
return 0
"""


@dataclass(frozen=True)
class Limit:
    """At most so many within so many seconds, counted back from each moment."""

    name: str
    most: int
    seconds: int

    def key(self, of: str) -> str:
        return f"limit:{self.name}:{self.seconds}:{blind_index(f'limit {of}')}"


@dataclass(frozen=True)
class Taken:
    """What was counted, so that it can be given back."""

    keys: tuple[str, ...]
    number: str

    def give_back(self) -> None:
        with _own.lock:
            for key in self.keys:
                _own.times[key] = [one for one in _own.times[key] if one[1] != self.number]
        if is_away():
            return
        try:
            with cache_server().pipeline(transaction=True) as pipe:
                for key in self.keys:
                    pipe.zrem(key, self.number)
                pipe.execute()
        except redis.RedisError as error:
            note_away(error)


def take(*asked: tuple[Limit, str]) -> Taken | None:
    """Count one more for each of these keys, or none of them: then ``None``."""
    taken = Taken(tuple(limit.key(of) for limit, of in asked), secrets.token_hex(8))
    return taken if _try(taken, [limit for limit, _of in asked]) else None


def has_room(*asked: tuple[Limit, str]) -> bool:
    """Whether one more could be counted for each of these keys now; nothing is."""
    return _try(Taken(tuple(limit.key(of) for limit, of in asked), ""), [limit for limit, _of in asked])


def _try(taken: Taken, limits: Sequence[Limit]) -> bool:
    """Count what has a number, when there is room for all of it; what has none is only looked at."""
    if not is_away():
        numbers = [figure for limit in limits for figure in (limit.most, limit.seconds)]
        try:
            return not cache_server().eval(_TAKE, len(taken.keys), *taken.keys, taken.number, *numbers)
        except redis.RedisError as error:
            note_away(error)
    return _own.take(taken, limits)


class _Own:
    """What this process has counted by itself."""

    def __init__(self):
        self.lock, self.times = threading.Lock(), defaultdict(list)

    def take(self, taken: Taken, limits: Sequence[Limit]) -> bool:
        now = time.monotonic()
        with self.lock:
            if len(self.times) > MOST_OWN_KEYS:
                self.times.clear()
            for key, limit in zip(taken.keys, limits, strict=True):
                self.times[key] = [one for one in self.times[key] if one[0] > now - limit.seconds]
                if len(self.times[key]) >= limit.most:
                    return False
            for key in taken.keys if taken.number else ():
                self.times[key].append((now, taken.number))
        return True


_own = _Own()


# Who asks


def client_ip(request: HttpRequest) -> str:
    """
    The address a request comes from. What it says itself in X-Forwarded-For counts only when a proxy of ours hands it
    over, and of that only the last part that no proxy of ours has written.
    """
    here = request.META.get("REMOTE_ADDR", "")
    said = request.headers.get("x-forwarded-for", "").split(",")
    while said and _is_our_proxy(here):
        further = said.pop().strip()
        if not further:
            break
        here = further
    return here


def _is_our_proxy(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in ip_network(one) for one in settings.MALL_TRUSTED_PROXIES)


def network_of(address: str) -> str:
    """``203.0.113.0/24`` or ``2001:db8::/64``; an address that is none stands for itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return str(ip_network((found, PREFIX[found.version]), strict=False))
