"""Doors for the clock."""

from mall import clock
from mall.jobs import job
from marketing import coupons, giving, participation
from marketing.campaigns.clockwork import follow_campaigns as follow_all_campaigns
from marketing.flash import clockwork


@job("marketing.expire_coupons")
def expire_coupons() -> dict | None:
    return coupons.expire_coupons(now=clock.now()) or None


@job("marketing.send_coupons")
def send_coupons() -> dict | None:
    sent = giving.continue_sendings(now=clock.now())
    return {"sent": sent} if sent else None


@job("marketing.tell_participation")
def tell_participation() -> dict | None:
    told = participation.tell_participation(now=clock.now())
    return {"told": told} if told else None


@job("marketing.follow_flash_sales")
def follow_flash_sales() -> dict | None:
    return clockwork.follow_flash_sales(now=clock.now()) or None


@job("marketing.follow_campaigns")
def follow_campaigns() -> dict | None:
    return follow_all_campaigns(now=clock.now()) or None
