"""What runs by itself; see ``mall.schedule``."""

from catalog import withholding
from mall import clock
from mall.jobs import job


@job("catalog.follow_trades")
def follow_trades() -> dict:
    return withholding.follow_trades(now=clock.now())
