"""Doors for the clock: measuring, telling, forgetting."""

import redis

from mall import cache, clock
from mall.jobs import job
from mall.operations import telling, traffic, watching
from mall.security import keeping


@job("mall.watch_operations")
def watch_operations() -> dict | None:
    now = clock.now()
    try:
        traffic.write_traffic(now=now)
    except redis.RedisError as error:  # what was counted waits there; all else is measured
        cache.note_away(error)
    return watching.take_readings(now=now) or None


@job("mall.send_alerts")
def send_alerts() -> dict | None:
    return telling.send_due(now=clock.now()) or None


@job("mall.forget_readings")
def forget_readings() -> dict | None:
    count = watching.forget_readings(now=clock.now())
    return {"forgotten": count} if count else None


@job("mall.make_security_report")
def make_security_report() -> dict | None:
    report = keeping.make_due_report(now=clock.now())
    return {"quarter": report.quarter, "to_do": len(report.to_do)} if report else None
