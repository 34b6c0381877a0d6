"""
Flash sale (test B1): everybody presses the button at once, over HTTP, while others go on looking around the mall.

Served by gunicorn with two workers of eight threads and two Celery workers, with the whole middleware. Buyers are
robots in processes of their own (``benchmarks.rush``), one in twenty clicks twice. What must be exact is read from
PostgreSQL afterwards. The floor is the same browsing before the rush.
"""

import argparse
import multiprocessing
import random
import time
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from benchmarks.goods import stock_the_shelves
from benchmarks.load import Load, get_now_and_then, serve
from benchmarks.report import Limit, Report
from benchmarks.rush import BOUGHT, Told, rush
from mall.embedded import services
from mall.embedded.temporary import TemporaryServers

SMALL = {"buyers": 300, "units": 20, "seconds": 3}
MOST_SECONDS, MOST_SOLD_OUT_MS, MOST_BROWSE_MS = 60, 1_500, 1_500
PROCESSES, CONNECTIONS = 2, 24  # of each process, so that three requests wait for every thread that serves
DOUBLE_CLICKS = 20  # one in so many
THREADS = {"GUNICORN_CMD_ARGS": "--threads 8"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--buyers", type=int, default=2_000, help="who all press the button")
    parser.add_argument("--units", type=int, default=100, help="that there are, one for each person")
    parser.add_argument("--seconds", type=float, default=10, help="of browsing before the rush")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    from django.db import connection

    stock_the_shelves(datetime.now(UTC))
    sale, sku = _sale(options.units)
    clicks = _clicks(options.buyers)
    paths = _pages(sku)
    log = servers.directory / "log"
    web = services.web(servers.env | THREADS, port=servers.web_port, log=log / "web.log")
    worker = services.worker(servers.env, log=log / "worker.log")
    worker.start()
    try:
        serve(web, servers.web_port, path="/")
        connection.close()
        before = _browse_for(servers.web_port, paths, options.seconds)
        over, during = Event(), []
        browsing = Thread(target=lambda: during.append(get_now_and_then(servers.web_port, paths, until=over)))
        browsing.start()
        started = time.perf_counter()
        told = _rush(servers.web_port, sale.public_id, sku.public_id, clicks)
        seconds = time.perf_counter() - started
        over.set()
        browsing.join()
    finally:
        web.stop()
        worker.stop()
    return _report(options, told, seconds, before, during[0], _counted(sale, sku))


def _sale(units: int):
    """A flash sale that runs, of the SKU that has most; everything is done by the verbs."""
    from catalog import stock
    from catalog.models import Sku
    from mall.texts import Text
    from marketing.promotions import save_promotion, start_promotion

    now = datetime.now(UTC)
    ware = Sku.objects.filter(product__status="on_sale", product__kind="physical", shop__status="open")
    sku = ware.select_related("shop", "product").order_by("-price", "pk")[0]
    stock.receive(sku=sku, quantity=units, now=now, document="benchmark")
    made = save_promotion(
        shop=sku.shop,
        kind="flash_sale",
        name=Text({"zh-hans": "限时秒杀", "en": "Flash sale"}),
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        rule={"prices": [[sku.pk, sku.price.minor // 2, units]], "most": 1},
        by=None,
        now=now,
    )
    return start_promotion(promotion=made, by=None, now=now), sku


def _clicks(buyers: int) -> list[str]:
    """A session for each buyer, and a second click of one in twenty; in no order."""
    from benchmarks.checkout import sessions_of, shoppers

    sessions = sessions_of(shoppers(buyers))
    clicks = [*sessions, *sessions[::DOUBLE_CLICKS]]
    random.Random(1).shuffle(clicks)
    return clicks


def _pages(sku) -> list[str]:
    """What the others look at: the home page and products that are not in the sale."""
    from catalog.models import Product

    others = Product.objects.visible().exclude(pk=sku.product_id).order_by("pk")[:20]
    return ["/", *(f"/p/{product.public_id}/" for product in others)]


def _browse_for(port: int, paths: list[str], seconds: float) -> Load:
    over = Event()
    Thread(target=lambda: (time.sleep(seconds), over.set()), daemon=True).start()
    return get_now_and_then(port, paths, until=over)


def _rush(port: int, sale: str, sku: str, clicks: list[str]) -> Told:
    """In processes, so that no interpreter lock of the robots is measured."""
    shares = [(port, sale, sku, clicks[number::PROCESSES]) for number in range(PROCESSES)]
    whole = Told()
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        for told in pool.starmap(_part_of_rush, shares):
            whole.add(told)
    return whole


def _part_of_rush(port: int, sale: str, sku: str, clicks: list[str]) -> Told:
    return rush(port, sale=sale, sku=sku, sessions=clicks, workers=CONNECTIONS)


def _counted(sale, sku) -> dict:
    from catalog.models import Stock
    from catalog.stock_check import verify_stock
    from orders.models import Order
    from settlement.verification import verify_ledger

    row = sale.units.get()
    orders = Order.objects.filter(lines__sku=sku)
    return {
        "orders": orders.count(),
        "buyers": orders.values("shopper").distinct().count(),
        "left": row.quota - row.taken,
        "set_aside": sum(Stock.objects.filter(sku=sku).values_list("set_aside", flat=True)),
        "stock_ok": verify_stock()["ok"],
        "ledger_ok": verify_ledger().ok,
    }


def _report(options, told: Told, seconds: float, before: Load, during: Load, counted: dict) -> Report:
    sold_out = Load.of([piece / 1000 for piece in told.milliseconds.get("sold_out", [0.0])], seconds)
    answers = {
        kind: Load.of([piece / 1000 for piece in pieces], seconds) for kind, pieces in sorted(told.milliseconds.items())
    }
    p99 = sold_out.percentile(0.99)
    return Report(
        name="flash_sale",
        figures={
            "buyers": options.buyers,
            "clicks": sum(told.ends.values()),
            "units": options.units,
            "sold": counted,
            "seconds": round(seconds, 1),
            "ends": dict(told.ends),
            "statuses": {str(status): number for status, number in sorted(told.statuses.items())},
            "answers": {
                kind: {"count": load.count, "p50_ms": load.percentile(0.5), "p99_ms": load.percentile(0.99)}
                for kind, load in answers.items()
            },
            "browse_during": {**during.as_json(), "p99_ms": during.percentile(0.99)},
            "problems": told.problems[:5],
        },
        floor={"browse_before": {**before.as_json(), "p99_ms": before.percentile(0.99)}},
        ratio=round(during.percentile(0.5) / before.percentile(0.5), 2),
        limits={
            "orders": Limit(counted["orders"], least=options.units, most=options.units),
            "buyers with an order": Limit(counted["buyers"], least=options.units, most=options.units),
            "told that they bought": Limit(told.ends[BOUGHT], least=options.units, most=options.units),
            "units left": Limit(counted["left"] + counted["set_aside"], most=0),
            "stock and ledger add up": Limit(counted["stock_ok"] + counted["ledger_ok"], least=2),
            "answers 5xx": Limit(told.errors, most=0),
            "seconds": Limit(round(seconds, 1), most=MOST_SECONDS),
            "sold out p99 ms": Limit(p99, most=MOST_SOLD_OUT_MS),
            "browse during p95 ms": Limit(during.percentile(0.95), most=MOST_BROWSE_MS),
        },
    )
