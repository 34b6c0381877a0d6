"""What runs by itself; see ``mall.schedule``."""

from catalog import main_categories, withholding
from catalog.search import hot, index, spelling
from mall import clock
from mall.jobs import job


@job("catalog.follow_trades")
def follow_trades() -> dict:
    return withholding.follow_trades(now=clock.now())


@job("catalog.tell_main_categories")
def tell_main_categories() -> dict:
    changed = main_categories.tell_main_categories()
    return {"changed": changed} if changed else {}


@job("catalog.count_searches")
def count_searches() -> dict:
    return hot.count_searches(now=clock.now())


@job("catalog.tend_search")
def tend_search() -> dict:
    return index.tend_index() | spelling.learn_words()
