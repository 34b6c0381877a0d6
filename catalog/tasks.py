"""What runs by itself; see ``mall.schedule``."""

from celery import shared_task

from catalog import brands, categories, main_categories, sale_times, samples, slots, visits, withholding
from catalog.interest import history, watches
from catalog.reviews import ratings
from catalog.search import hot, index, renaming, spelling
from catalog.stock import expiry, low
from catalog.stock_check import verify_stock as verify
from catalog.transfer import bringing, pictures
from mall import clock
from mall.jobs import job


@job("catalog.follow_trades")
def follow_trades() -> dict:
    return withholding.follow_trades(now=clock.now())


@job("catalog.follow_sale_times")
def follow_sale_times() -> dict | None:
    return sale_times.follow_sale_times(now=clock.now()) or None


@job("catalog.draw_samples")
def draw_samples() -> dict:
    drawn = samples.draw_samples(now=clock.now())
    return {"drawn": drawn} if drawn else {}


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


@shared_task(name="catalog.check_import")
def check_import(*, import_id: str) -> None:
    bringing.check_import(import_id=import_id, now=clock.now())


@shared_task(name="catalog.bring_in_import")
def bring_in_import(*, import_id: str) -> None:
    bringing.bring_in(import_id=import_id, now=clock.now())


@job("catalog.continue_imports")
def continue_imports() -> dict | None:
    return bringing.continue_imports(now=clock.now()) or None


@job("catalog.forget_imports")
def forget_imports() -> dict | None:
    count = bringing.forget_imports(now=clock.now())
    return {"forgotten": count} if count else None


@job("catalog.fetch_pictures")
def fetch_pictures() -> dict | None:
    return pictures.fetch_pictures(now=clock.now()) or None


@job("catalog.count_searches")
def count_searches() -> dict:
    return hot.count_searches(now=clock.now())


@job("catalog.tell_visits")
def tell_visits() -> dict | None:
    told = visits.tell_visits(now=clock.now())
    return {"told": told} if told else None


@job("catalog.watch_authorizations")
def watch_authorizations() -> dict:
    count = brands.warn_of_expiry(now=clock.now())
    return {"warned": count} if count else {}


@job("catalog.follow_commissions")
def follow_commissions() -> dict:
    count = categories.follow_commissions(now=clock.now())
    return {"applied": count} if count else {}


@job("catalog.read_stale_search")
def read_stale_search() -> dict:
    return renaming.read_stale()


@job("catalog.tend_search")
def tend_search() -> dict:
    return index.tend_index() | spelling.learn_words()


@job("catalog.expire_reservations")
def expire_reservations() -> dict:
    released = expiry.expire_reservations(now=clock.now())
    return {"released": released} if released else {}


@job("catalog.lapse_slots")
def lapse_slots() -> dict | None:
    count = slots.lapse_slots(now=clock.now())
    return {"closed": count} if count else None


@job("catalog.watch_low_stock")
def watch_low_stock() -> dict:
    return low.watch_low_stock(now=clock.now())


@job("catalog.verify_stock")
def verify_stock() -> dict:
    """What does not add up stays in the summary of the run, from which the staff's queue reads it."""
    report = verify()
    return {} if report["ok"] else {"faults": report["faults"]}
