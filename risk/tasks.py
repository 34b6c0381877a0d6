"""Doors for the clock."""

from mall import clock
from mall.jobs import job
from risk.fake_trade import observing, watching


@job("risk.watch_fake_trade")
def watch_fake_trade() -> dict | None:
    return watching.watch_fake_trade(now=clock.now())


@job("risk.forget_traits")
def forget_traits() -> dict | None:
    count = observing.forget_traits(now=clock.now())
    return {"forgotten": count} if count else None
