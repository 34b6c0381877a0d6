"""Doors for the clock."""

from mall import clock
from mall.jobs import job
from marketing import coupons


@job("marketing.expire_coupons")
def expire_coupons() -> dict | None:
    return coupons.expire_coupons(now=clock.now()) or None
