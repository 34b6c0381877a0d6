"""Doors for the clock."""

from mall import clock
from mall.jobs import job
from marketing import coupons, giving, participation
from marketing.bargaining import clockwork as bargains_clockwork
from marketing.campaigns.clockwork import follow_campaigns as follow_all_campaigns
from marketing.crowdfunding import backing
from marketing.flash import clockwork
from marketing.groups import bonus, seats
from marketing.trials import clockwork as trials_clockwork


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


@job("marketing.follow_bargains")
def follow_bargains() -> dict | None:
    return bargains_clockwork.follow_bargains(now=clock.now()) or None


@job("marketing.follow_trials")
def follow_trials() -> dict | None:
    return trials_clockwork.follow_trials(now=clock.now()) or None


@job("marketing.follow_groups")
def follow_groups() -> dict | None:
    now = clock.now()
    return seats.end_groups(now=now) | bonus.give_due(now=now) or None


@job("marketing.follow_crowdfundings")
def follow_crowdfundings() -> dict | None:
    return backing.follow_crowdfundings(now=clock.now()) or None
