"""
Browsing: home, category and product page through gunicorn with two workers, anonymous and signed in.

The floor is a bare Django view that runs one query and renders 24 rows, served by the same gunicorn settings in turn
with the pages. For orientation, where that bare view gave 819/s: django-oscar 4.2 gave 110 product pages/s and 39
lists/s.
"""

import argparse
from datetime import UTC, datetime

from benchmarks.goods import stock_the_shelves
from benchmarks.load import Load, bare_web, get_repeatedly, pace, serve
from benchmarks.report import Limit, Report
from mall.embedded import services
from mall.embedded.processes import free_port
from mall.embedded.temporary import TemporaryServers

SMALL = {"seconds": 3}
LEAST_RATIO = 0.35
LEAST_RATIO_ANONYMOUS = 0.675  # 540 where the bare view gives 800
LEAST_PRODUCT_PAGES = 330  # three times the best of django-oscar 4.2
LEAST_LISTS = 117
ROUNDS = 5  # turns of each, so that a drift of the machine meets all alike
BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile"}  # people's looks are counted, programs' are not
PRODUCTS = 40  # so many product pages are asked for in turn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=20, help="of load for each page and kind of visitor")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    stock_the_shelves(datetime.now(UTC))
    pages = _pages()
    visitors = {"anonymous": BROWSER, "signed_in": BROWSER | {"Cookie": f"mall={_session()}"}}
    log = servers.directory / "log"
    bare_port = free_port()
    web = services.web(servers.env, port=servers.web_port, log=log / "web.log")
    bare = bare_web(servers.env, port=bare_port, log=log / "bare.log")
    floors, loads = [], {}
    try:
        serve(web, servers.web_port, path="/")
        serve(bare, bare_port, path="/")
        for paths in pages.values():  # once each, so that nothing is met for the first time
            get_repeatedly(servers.web_port, paths, seconds=0.5)
        for _round in range(ROUNDS):
            share = options.seconds / ROUNDS
            floors.append(get_repeatedly(bare_port, ["/"], seconds=share))
            for visitor, headers in visitors.items():
                for page, paths in pages.items():
                    load = get_repeatedly(servers.web_port, paths, seconds=share, headers=headers)
                    loads.setdefault(f"{page}_{visitor}", []).append(load)
    finally:
        web.stop()
        bare.stop()
    return _report(_together(floors), {name: _together(parts) for name, parts in loads.items()})


def _report(floor: Load, loads: dict[str, Load]) -> Report:
    ratios = {name: round(load.per_second / floor.per_second, 2) for name, load in loads.items()}
    limits = {
        f"{name} / floor": Limit(ratio, least=LEAST_RATIO_ANONYMOUS if name.endswith("anonymous") else LEAST_RATIO)
        for name, ratio in ratios.items()
    }
    products = min(load.per_second for name, load in loads.items() if name.startswith("product"))
    lists = min(load.per_second for name, load in loads.items() if name.startswith("category"))
    limits["product pages/s"] = Limit(products, least=round(LEAST_PRODUCT_PAGES * pace(floor), 1))
    limits["lists/s"] = Limit(lists, least=round(LEAST_LISTS * pace(floor), 1))
    return Report(
        name="browse",
        figures={name: load.as_json() for name, load in loads.items()} | {"pace": pace(floor)},
        floor={"bare_view_24_rows": floor.as_json()},
        ratio=min(ratios.values()),
        limits=limits,
    )


def _together(parts: list[Load]) -> Load:
    pieces = sorted(piece for part in parts for piece in part.milliseconds)
    return Load(len(pieces), sum(part.seconds for part in parts), pieces)


def _pages() -> dict[str, list[str]]:
    from catalog.models import Category, Product

    products = Product.objects.visible().order_by("pk")[:PRODUCTS]
    return {
        "home": ["/"],
        "category": [f"/c/{category.slug}/" for category in Category.objects.order_by("path")],
        "product": [f"/p/{product.public_id}/" for product in products],
    }


def _session() -> str:
    """The key of a signed-in shopper's session."""
    from django.test import Client

    from mall.accounts.models import User

    client = Client()
    client.force_login(User.objects.create_user("visitor@demo.example.com", None))
    return client.cookies["mall"].value
