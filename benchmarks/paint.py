"""
The first view on a mid-range phone: when something shows, when the largest part shows, what moves, what it weighs.

Chromium, processor slowed to a quarter, 1.6 Mbit/s with 150 ms, 390 x 844 at two points a pixel, nothing cached: home,
category, product and cart page with the demonstration's pictures, as `make run` serves them. The floor is a bare list
of 24 rows from the same gunicorn, painted in turn with the pages.
"""

import argparse
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import chromium
from benchmarks.goods import stock_the_shelves
from benchmarks.load import bare_web, get_repeatedly, serve
from benchmarks.report import Limit, Report
from mall.embedded import services
from mall.embedded.processes import LOOPBACK, free_port
from mall.embedded.temporary import TemporaryServers

SMALL = {"runs": 1}
MOST_SECONDS_TO_FIRST_PAINT = 1.0  # X2
MOST_SECONDS_TO_LARGEST_PAINT = 1.8
MOST_LAYOUT_SHIFT = 0.05
MOST_KILOBYTES = 200

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
}
SLOWER = 4
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
QUIET_SECONDS = 1.0  # the view is there when nothing has come for so long

WATCH = """
window.seen = { largest: 0, what: "", shift: 0, shifted: [] };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.seen.largest = entry.startTime;
    const { element } = entry;
    window.seen.what = element ? `${element.localName}.${element.className}`.slice(0, 60) : "";
  }
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    window.seen.shift += entry.value;
    for (const { node } of entry.sources)
      window.seen.shifted.push(`${node?.localName}.${node?.className}`.slice(0, 60));
  }
}).observe({ type: "layout-shift", buffered: true });
"""
TELL = """() => ({
  ...window.seen,
  first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
})"""


@dataclass(frozen=True)
class View:
    """What one first view took: seconds, a share of the screen that moved, kilobytes and requests."""

    first: float
    largest: float
    shift: float
    kilobytes: float
    requests: int
    what: str
    shifted: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=5, help="views of each page, of which the median counts")
    parser.add_argument("--pictures", type=Path, help="leave a picture of each page in this directory")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    chromium.needed()  # before anything is prepared in vain
    stock_the_shelves(datetime.now(UTC))
    (servers.directory / "static").mkdir(exist_ok=True)
    services.run_manage("collectstatic", "--noinput", "--verbosity=0", environment=servers.env)
    pages, cookies = _pages(), _cart()
    log, bare_port = servers.directory / "log", free_port()
    web = services.web(servers.env, port=servers.web_port, log=log / "web.log")
    bare = bare_web(servers.env, port=bare_port, log=log / "bare.log")
    addresses = {"bare": f"http://{LOOPBACK}:{bare_port}/"} | {
        name: f"http://{LOOPBACK}:{servers.web_port}{path}" for name, path in pages.items()
    }
    views: dict[str, list[View]] = {name: [] for name in addresses}
    try:
        serve(web, servers.web_port, path="/")
        serve(bare, bare_port, path="/")
        get_repeatedly(servers.web_port, list(pages.values()), seconds=1)  # no page is met for the first time
        with chromium.launched() as browser:
            for _turn in range(options.runs):
                for name, address in addresses.items():
                    picture = options.pictures and options.pictures / f"{name}.png"
                    views[name].append(_view(browser, address, cookies, picture))
    finally:
        web.stop()
        bare.stop()
    return _report({name: _middle(seen) for name, seen in views.items()})


def _report(seen: dict[str, View]) -> Report:
    floor = seen.pop("bare")
    limits = {}
    for name, view in seen.items():
        limits[f"{name}: first paint, s"] = Limit(view.first, most=MOST_SECONDS_TO_FIRST_PAINT)
        limits[f"{name}: largest paint, s"] = Limit(view.largest, most=MOST_SECONDS_TO_LARGEST_PAINT)
        limits[f"{name}: layout shift"] = Limit(view.shift, most=MOST_LAYOUT_SHIFT)
        limits[f"{name}: kilobytes"] = Limit(view.kilobytes, most=MOST_KILOBYTES)
    return Report(
        name="paint",
        figures={name: _told(view) for name, view in seen.items()},
        floor={"bare_page_24_rows": _told(floor)},
        ratio=round(max(view.first for view in seen.values()) / floor.first, 2),
        limits=limits,
    )


def _told(view: View) -> dict:
    return {
        "first_paint_s": view.first,
        "largest_paint_s": view.largest,
        "layout_shift": view.shift,
        "kilobytes": view.kilobytes,
        "requests": view.requests,
        "largest": view.what,
        **({"shifted": list(view.shifted)} if view.shifted else {}),
    }


def _middle(views: list[View]) -> View:
    return View(
        first=round(median(view.first for view in views), 3),
        largest=round(median(view.largest for view in views), 3),
        shift=round(median(view.shift for view in views), 4),
        kilobytes=round(median(view.kilobytes for view in views), 1),
        requests=round(median(view.requests for view in views)),
        what=views[-1].what,
        shifted=tuple(dict.fromkeys(name for view in views for name in view.shifted))[:6],
    )


def _view(browser, address: str, cookies: list[dict], picture: Path | None) -> View:
    """One page in a browser that has never been here."""
    context = browser.new_context(**PHONE)
    try:
        page = context.new_page()
        context.add_cookies([{**cookie, "url": address} for cookie in cookies])
        page.add_init_script(WATCH)
        wire = context.new_cdp_session(page)
        came, last = [], [time.monotonic()]

        def finished(event: dict) -> None:
            came.append(event["encodedDataLength"])
            last[0] = time.monotonic()

        wire.on("Network.loadingFinished", finished)
        wire.send("Network.enable")
        wire.send("Network.emulateNetworkConditions", LINE)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(address, wait_until="load", timeout=60_000)
        while time.monotonic() - last[0] < QUIET_SECONDS:
            page.wait_for_timeout(100)
        told = page.evaluate(TELL)
        if picture:
            picture.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=picture)
        return View(
            first=told["first"] / 1000,
            largest=told["largest"] / 1000,
            shift=told["shift"],
            kilobytes=sum(came) / 1000,
            requests=len(came),
            what=told["what"],
            shifted=tuple(told["shifted"]),
        )
    finally:
        context.close()


def _pages() -> dict[str, str]:
    from catalog.models import Category, Product

    category = Category.objects.filter(products__status="on_sale").order_by("path").first()
    product = Product.objects.visible().exclude(options=[]).order_by("pk").first()
    return {"home": "/", "category": f"/c/{category.slug}/", "product": f"/p/{product.public_id}/", "cart": "/cart/"}


def _cart() -> list[dict]:
    """The cookies of a guest who has put four things into her cart."""
    from django.test import Client
    from django.urls import reverse

    from catalog.models import Product

    guest = Client(SERVER_NAME=LOOPBACK)
    for product in Product.objects.visible().order_by("pk")[:4]:
        sku = product.skus.filter(is_active=True, stocks__on_hand__gt=1).first()
        if sku:
            guest.post(reverse("storefront:orders:cart-add"), {"sku": sku.public_id, "quantity": "1"})
    return [{"name": name, "value": morsel.value} for name, morsel in guest.cookies.items() if name != "messages"]
