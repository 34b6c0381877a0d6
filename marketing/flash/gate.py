"""
The gate in front of a flash sale, in the cache server: who may go to the checkout now, who waits, who comes too late.

It only spares work. Rows of PostgreSQL decide (``marketing.flash.units``); the gate knows what they said last, with the
number of moves that they had made by then, so that older news never wins over newer. What the gate does not know it
asks PostgreSQL for; where the cache server does not answer, everybody is let in and PostgreSQL alone keeps to the
quota. A pass is for one shopper and some units, and ends by itself; so does her place in the queue when she no longer
asks.
"""

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import redis

from mall.cache_server import cache_server
from mall.rows import select_rows
from marketing import tunables

if TYPE_CHECKING:
    from marketing.flash.units import Taken

log = logging.getLogger(__name__)

KEEP = 2 * 24 * 3600  # seconds that the gate remembers a sale nobody asks about
FORGOTTEN = 45  # seconds after which somebody who does not ask any more has left the queue
SWEPT = 200  # of those at one time, so that no question takes long

IN, WAIT, SOLD_OUT, HAD, EARLY, OVER, UNKNOWN = "in", "wait", "sold_out", "had", "early", "over", "unknown"
AWAY = "away"

# KEYS: state, passes, queue, seen, had.
# ARGV: shopper, seconds now, seconds of the mall's clock, seconds of a pass, passes at once, forgotten after, swept,
#       whether to wait also when all are sold
_ASK = """
local state = redis.call('HMGET', KEYS[1], 'quota', 'taken', 'most', 'starts', 'ends', 'open')
if not state[1] then return {'unknown', 0} end
local who, now, moment = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if state[6] ~= '1' or moment >= tonumber(state[5]) then return {'over', 0} end
if moment < tonumber(state[4]) then return {'early', 0} end
if tonumber(redis.call('HGET', KEYS[5], who) or '0') >= tonumber(state[3]) then return {'had', 0} end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZSCORE', KEYS[2], who) then return {'in', 0} end
for _, left in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now - tonumber(ARGV[6]), 'LIMIT', 0, ARGV[7])) do
    redis.call('ZREM', KEYS[3], left)
    redis.call('ZREM', KEYS[4], left)
end
local units = tonumber(state[1]) - tonumber(state[2])
local passes = redis.call('ZCARD', KEYS[2])
local place = redis.call('ZRANK', KEYS[3], who)
if units <= 0 and not place and ARGV[8] ~= '1' then return {'sold_out', 0} end
local ahead = place or redis.call('ZCARD', KEYS[3])
if math.min(units, tonumber(ARGV[5])) - passes > ahead then
    redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), who)
    redis.call('ZREM', KEYS[3], who)
    redis.call('ZREM', KEYS[4], who)
    return {'in', 0}
end
if not place then redis.call('ZADD', KEYS[3], redis.call('HINCRBY', KEYS[1], 'came', 1), who) end
redis.call('ZADD', KEYS[4], now, who)
if units <= 0 then return {'sold_out', ahead + 1} end
return {'wait', ahead + 1}
"""
# KEYS: state, passes, had. ARGV: shopper, taken, moves, hers
_BOUGHT = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if tonumber(ARGV[3]) > tonumber(redis.call('HGET', KEYS[1], 'moves')) then
    redis.call('HSET', KEYS[1], 'taken', ARGV[2], 'moves', ARGV[3])
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
return 1
"""
# KEYS: state, had, passes, queue, seen. ARGV: quota, taken, moves, most, starts, ends, open, keep, shopper, count, ...
_RESTORE = """
local known = redis.call('HGET', KEYS[1], 'moves')
if known and tonumber(known) > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'quota', ARGV[1], 'taken', ARGV[2], 'moves', ARGV[3], 'most', ARGV[4], 'starts', ARGV[5],
    'ends', ARGV[6], 'open', ARGV[7])
redis.call('DEL', KEYS[2])
for at = 9, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1]) end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[8]) end
return 1
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate says to a shopper; ``place`` is hers in the queue, from one on."""

    what: str
    place: int = 0

    @property
    def is_in(self) -> bool:
        return self.what == IN


def ask(units_id: int, *, shopper_id: int, now: datetime, waits: bool = False) -> Answer:
    """
    May she go to the checkout with a unit? Asked again, she keeps her pass, or her place in the queue.

    :param now: of the mall's clock, by which the sale starts and ends
    :param waits: she wants to wait for a unit that comes back, although all are sold

    While the cache server does not answer nobody is let in, or all of a rush would be: it is ``AWAY``.
    """
    values = [
        shopper_id,
        f"{time.time():.3f}",
        f"{now.timestamp():.3f}",
        tunables.FLASH_PASS_SECONDS.value,
        tunables.FLASH_AT_ONCE.value,
        FORGOTTEN,
        SWEPT,
        int(waits),
    ]
    try:
        for _turn in range(2):
            what, place = _run("ask", _ASK, _keys(units_id, "state", "passes", "queue", "seen", "had"), values)
            what = what.decode()
            if what != UNKNOWN:
                return Answer(what, int(place))
            _restore([units_id])
    except redis.RedisError as error:
        log.warning("the gate of a flash sale does not answer, nobody is let in: %s", error)
        return Answer(AWAY)
    return Answer(OVER)


def is_sold_out(units_id: int, *, now: datetime) -> bool:
    """Whether whoever comes now comes too late, as far as the gate knows; one cheap question, nothing is remembered."""
    try:
        quota, taken, ends, is_open = cache_server().hmget(_key(units_id, "state"), "quota", "taken", "ends", "open")
    except redis.RedisError:
        return False
    if quota is None:
        return False
    return int(taken) >= int(quota) or is_open != b"1" or now.timestamp() >= float(ends)


def bought(row: "Taken", *, shopper_id: int) -> None:
    """An order has taken units, and is committed: her pass is used."""
    values = [shopper_id, row.taken, row.moves, row.hers]
    try:
        _run("bought", _BOUGHT, _keys(row.units_id, "state", "passes", "had"), values)
    except redis.RedisError as error:
        log.warning("the gate of a flash sale was not told of an order; it will be restored: %s", error)


def leave(units_id: int, *, shopper_id: int) -> None:
    """She does not wait any more, and gives her pass to the next."""
    try:
        pipe = cache_server().pipeline(transaction=False)
        for what in ("passes", "queue", "seen"):
            pipe.zrem(_key(units_id, what), shopper_id)
        pipe.execute()
    except redis.RedisError as error:
        log.warning("a place in the queue of a flash sale ends by itself: %s", error)


def restore(units_ids: Collection[int]) -> None:
    """Tell the gate what PostgreSQL says of these; when it does not answer it will ask."""
    try:
        _restore(units_ids)
    except redis.RedisError as error:
        log.warning("the gate of a flash sale was not restored: %s", error)


_STATE = """
    SELECT u.id, u.quota, u.taken, u.moves, u.most, p.starts_at, p.ends_at, u.is_open AND p.status = 'live',
        (SELECT json_agg(json_build_array(c.shopper_id, c.count)) FROM marketing_flashcount c
         WHERE c.units_id = u.id AND c.count > 0)
    FROM marketing_flashunits u JOIN marketing_promotion p ON p.id = u.promotion_id WHERE u.id = ANY (%s)
"""
_LIVE = """
    SELECT u.id FROM marketing_flashunits u JOIN marketing_promotion p ON p.id = u.promotion_id
    WHERE u.is_open AND p.ends_at > %s
"""


def _restore(units_ids: Collection[int]) -> None:
    for units_id, quota, taken, moves, most, starts_at, ends_at, is_open, counts in select_rows(
        _STATE, [list(units_ids)]
    ):
        values = [quota, taken, moves, most, starts_at.timestamp(), ends_at.timestamp(), int(is_open), KEEP]
        for shopper_id, count in counts or ():
            values += [shopper_id, count]
        _run("restore", _RESTORE, _keys(units_id, "state", "had", "passes", "queue", "seen"), values)


def restore_live(*, now: datetime) -> int:
    """What the clock does: every sale that runs or will, so that news which got lost come late, and not never."""
    ids = [units_id for (units_id,) in select_rows(_LIVE, [now])]
    restore(ids)
    return len(ids)


_scripts: dict[str, redis.commands.core.Script] = {}


def _run(name: str, text: str, keys: list[str], values: list):
    script = _scripts.get(name)
    if script is None:
        script = _scripts[name] = cache_server().register_script(text)
    return script(keys=keys, args=values)


def _key(units_id: int, what: str) -> str:
    return f"flash:{{{units_id}}}:{what}"


def _keys(units_id: int, *names: str) -> list[str]:
    return [_key(units_id, name) for name in names]
