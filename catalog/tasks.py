"""What runs by itself; see ``mall.schedule``."""

from catalog import main_categories, withholding
from catalog.interest import history, watches
from catalog.reviews import ratings
from mall import clock
from mall.jobs import job


@job("catalog.follow_trades")
def follow_trades() -> dict:
    return withholding.follow_trades(now=clock.now())


@job("catalog.tell_main_categories")
def tell_main_categories() -> dict:
    changed = main_categories.tell_main_categories()
    return {"changed": changed} if changed else {}


@job("catalog.score_reviews")
def score_reviews() -> dict:
    changed = ratings.score_all(now=clock.now())
    return {"changed": changed} if changed else {}


@job("catalog.tell_watchers")
def tell_watchers() -> dict:
    told = watches.tell_watchers(now=clock.now())
    return {"told": told} if told else {}


@job("catalog.forget_history")
def forget_history() -> dict:
    forgotten = history.forget_old(now=clock.now())
    return {"forgotten": forgotten} if forgotten else {}
