"""
Checkout: over real HTTP (add to cart, look at the checkout, place the order), and by the verb alone.

The verb is held against the same rows written by hand in plain SQL, over as many connections. For orientation, where
the bare view of ``browse`` gave 819/s: django-oscar 4.2 gave 12.4 checkouts/s over HTTP and 83/s by direct call.
"""

import argparse
import http.client
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import uuid4

import psycopg2

from benchmarks.goods import stock_the_shelves
from benchmarks.load import Load, bare_web, get_repeatedly, pace, serve, side_by_side, together
from benchmarks.report import Limit, Report
from mall.embedded import services
from mall.embedded.processes import LOOPBACK, free_port
from mall.embedded.temporary import TemporaryServers

SMALL = {"seconds": 4}
MOST_RATIO = 3.0
LEAST_BY_VERB = 249  # three times django-oscar 4.2
LEAST_OVER_HTTP = 37.2
BARE_SHARE = 0.15  # of the seconds, before and after
CONNECTIONS = 4
ROUNDS = 4
CARTS_PER_SECOND = 1200  # more than anybody can place
REQUESTS_PER_ORDER = 3
TOKEN = "b" * 32  # a CSRF token that the client made up, as a browser may keep one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=20, help="of load for each way to order")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    stock_the_shelves(datetime.now(UTC))
    share = options.seconds / ROUNDS
    skus = _endless_stock()
    by_verb, plain, bare = [], [], [_bare(options.seconds * BARE_SHARE, servers)]
    for number in range(ROUNDS):
        turns = [
            lambda: by_verb.append(_by_verb(share, skus)),
            lambda: plain.append(_by_plain_sql(share, skus, servers.app_url)),
        ]
        for turn in turns if number % 2 == 0 else reversed(turns):
            turn()
    over_http = _over_http(options.seconds, skus, servers)
    bare.append(_bare(options.seconds * BARE_SHARE, servers))
    verb, floor, bare_view = _sum(by_verb), _sum(plain), _sum(bare)
    now = pace(bare_view)
    ratio = round(floor.per_second / verb.per_second, 2)
    return Report(
        name="checkout",
        figures={
            "by_verb": verb.as_json(),
            "over_http": {**over_http.as_json(), "requests_per_order": REQUESTS_PER_ORDER},
            "pace": now,
        },
        floor={"plain_sql": floor.as_json(), "bare_view_24_rows": bare_view.as_json()},
        ratio=ratio,
        limits={
            "floor / verb": Limit(ratio, most=MOST_RATIO),
            "by verb/s": Limit(verb.per_second, least=round(LEAST_BY_VERB * now, 1)),
            "over HTTP/s": Limit(over_http.per_second, least=round(LEAST_OVER_HTTP * now, 1)),
        },
    )


def _sum(parts: list[Load]) -> Load:
    pieces = sorted(piece for part in parts for piece in part.milliseconds)
    return Load(len(pieces), sum(part.seconds for part in parts), pieces)


def _bare(seconds: float, servers: TemporaryServers) -> Load:
    port = free_port()
    web = bare_web(servers.env, port=port, log=servers.directory / "log" / "bare.log")
    try:
        serve(web, port, path="/")
        get_repeatedly(port, ["/"], seconds=0.5)
        return get_repeatedly(port, ["/"], seconds=seconds)
    finally:
        web.stop()


def _endless_stock() -> list[int]:
    """One hundred SKUs with more on hand than anybody orders; received by the verb."""
    from catalog import stock
    from catalog.models import Sku

    skus = list(Sku.objects.filter(product__status="on_sale", shop__status="open").order_by("pk")[:100])
    for sku in skus:
        stock.receive(sku=sku, quantity=1_000_000, now=datetime.now(UTC), document="benchmark")
    return [sku.pk for sku in skus]


def shoppers(count: int) -> list[tuple[int, int]]:
    """(shopper, address) for so many new shoppers."""
    from mall.accounts.models import Address, User

    users = User.objects.bulk_create([User(email=f"{uuid4().hex}@demo.example.com") for _ in range(count)])
    addresses = Address.objects.bulk_create(
        Address(
            shopper=user,
            consignee="示例收件人",
            phone="+8619900000000",
            province="浙江省",
            city="杭州市",
            line="示例路 1 号",
            is_default=True,
        )
        for user in users
    )
    return [(user.pk, address.pk) for user, address in zip(users, addresses, strict=True)]


def _full_carts(count: int, skus: list[int]) -> list[tuple[int, int]]:
    """So many shoppers, each with one SKU in her cart."""
    from catalog.models import Sku
    from orders.models import Cart, CartLine

    now, people, prices = datetime.now(UTC), shoppers(count), Sku.objects.in_bulk(skus)
    carts = Cart.objects.bulk_create(Cart(shopper_id=shopper, changed_at=now) for shopper, _address in people)
    CartLine.objects.bulk_create(
        CartLine(cart=cart, sku_id=sku, quantity=1, seen_price=prices[sku].price, added_at=now)
        for cart, sku in zip(carts, (skus[number % len(skus)] for number in range(count)), strict=True)
    )
    return people


def _by_verb(seconds: float, skus: list[int]) -> Load:
    from django.db import connection

    from mall.accounts.models import Address, User
    from orders.checkout import place_order

    waiting = _full_carts(int(CARTS_PER_SECOND * seconds), skus)
    users = User.objects.in_bulk([shopper for shopper, _address in waiting])
    addresses = Address.objects.in_bulk([address for _shopper, address in waiting])

    def work(number: int, until: float) -> Iterator[float]:
        try:
            for shopper, address in waiting[number::CONNECTIONS]:
                started = time.perf_counter()
                if started > until:
                    return
                place_order(
                    shopper=users[shopper], checkout_key=uuid4(), address=addresses[address], now=datetime.now(UTC)
                )
                yield time.perf_counter() - started
        finally:
            connection.close()

    connection.close()
    return side_by_side(work, seconds, CONNECTIONS)


FLOOR = (
    "SELECT id FROM orders_cart WHERE shopper_id = %(shopper)s FOR NO KEY UPDATE",
    "SELECT id, sku_id, quantity FROM orders_cartline WHERE cart_id = %(cart)s",
    """
    INSERT INTO orders_ordergroup (public_id, shopper_id, checkout_key, currency, total, placed_at, pay_by)
    VALUES (%(group_id)s, %(shopper)s, %(key)s, 'CNY', %(price)s, now(), now() + interval '30 minutes') RETURNING id
    """,
    """
    INSERT INTO orders_order (public_id, shop_id, group_id, shopper_id, status, currency, goods_total, shipping_fee,
        discount, total, price_trace, consignee, phone, province, city, district, address_line, message, placed_at,
        cancel_reason, due_at)
    VALUES (%(order_id)s, %(shop)s, %(group)s, %(shopper)s, 'unpaid', 'CNY', %(price)s, 0, 0, %(price)s, '[]',
        %(secret)s,
        %(secret)s, '浙江省', '杭州市', '', %(secret)s, '', now(), '', now() + interval '30 minutes') RETURNING id
    """,
    """
    INSERT INTO orders_orderline (shop_id, order_id, sku_id, product_public_id, title, choice_text, picture, quantity,
        currency, unit_price, discount, total, commission_bps)
    VALUES (%(shop)s, %(order)s, %(sku)s, 'prd', %(title)s, '{}', '', 1, 'CNY', %(price)s, 0, %(price)s, 500)
    """,
    """
    INSERT INTO orders_orderstep (shop_id, order_id, kind, at, by_id, note)
    VALUES (%(shop)s, %(order)s, 'placed', now(), %(shopper)s, '')
    """,
    "SELECT id, on_hand, reserved FROM catalog_stock WHERE sku_id = %(sku)s FOR NO KEY UPDATE",
    "UPDATE catalog_stock SET reserved = reserved + 1 WHERE sku_id = %(sku)s AND on_hand - reserved >= 1",
    """
    INSERT INTO catalog_reservation (shop_id, stock_id, document, quantity, status, reserved_at, expires_at)
    VALUES (%(shop)s, %(stock)s, %(order_id)s, 1, 'held', now(), now() + interval '30 minutes')
    """,
    "DELETE FROM orders_cartline WHERE cart_id = %(cart)s",
    """
    INSERT INTO mall_outboxevent (name, payload, published_at, due_at, attempts, last_error)
    VALUES ('OrdersPlaced', %(payload)s, now(), now() + interval '10 seconds', 0, '')
    """,
)


def _by_plain_sql(seconds: float, skus: list[int], url: str) -> Load:
    from django.db import connection

    from catalog.models import Stock

    waiting = _full_carts(int(CARTS_PER_SECOND * seconds), skus)
    facts = {
        stock.sku_id: (stock.shop_id, stock.pk, stock.sku.price.minor)
        for stock in Stock.objects.filter(sku__in=skus).select_related("sku")
    }

    def work(number: int, until: float) -> Iterator[float]:
        plain = psycopg2.connect(url)
        try:
            for place, (shopper, _address) in enumerate(waiting[number::CONNECTIONS]):
                started = time.perf_counter()
                if started > until:
                    return
                sku = skus[(number + place * CONNECTIONS) % len(skus)]
                _place_plainly(plain, shopper, sku, *facts[sku])
                yield time.perf_counter() - started
        finally:
            plain.close()

    connection.close()
    return side_by_side(work, seconds, CONNECTIONS)


def _place_plainly(connection, shopper: int, sku: int, shop: int, stock: int, price: int) -> None:
    mark = uuid4().hex[:20]
    values = {
        "shopper": shopper,
        "key": str(uuid4()),
        "group_id": f"grp_{mark}",
        "order_id": f"ord_{mark}",
        "shop": shop,
        "sku": sku,
        "stock": stock,
        "price": price,
        "secret": "1:" + "x" * 60,
        "title": json.dumps({"zh-hans": "龙泉青瓷盖碗 150ml", "en": "Longquan celadon gaiwan, 150 ml"}),
        "payload": json.dumps({"group_id": mark, "order_ids": [mark], "shopper_id": shopper}),
    }
    kept = {0: "cart", 2: "group", 3: "order"}  # statements whose returned key later ones need
    with connection, connection.cursor() as cursor:
        for number, statement in enumerate(FLOOR):
            cursor.execute(statement, values)
            if number in kept:
                values[kept[number]] = cursor.fetchone()[0]


def _over_http(seconds: float, skus: list[int], servers: TemporaryServers) -> Load:
    from catalog.models import Sku

    ids = list(Sku.objects.filter(pk__in=skus).values_list("public_id", flat=True))
    sessions = sessions_of(shoppers(max(200, int(seconds * 120))))
    web = services.web(servers.env, port=servers.web_port, log=servers.directory / "log" / "web.log")
    try:
        serve(web, servers.web_port, path="/cart/")

        def work(number: int, until: float) -> Iterator[float]:
            for place, session in enumerate(sessions[number::CONNECTIONS]):
                started = time.perf_counter()
                if started > until:
                    return
                _order(servers.web_port, session, ids[(number + place) % len(ids)])
                yield time.perf_counter() - started

        return together(work, seconds, CONNECTIONS)
    finally:
        web.stop()


def _order(port: int, session: str, sku: str) -> None:
    """A shopper's way in the fewest requests: into the cart, the checkout page, the order."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
    headers = {"Cookie": f"mall={session}; csrftoken={TOKEN}", "Content-Type": "application/x-www-form-urlencoded"}

    def ask(method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN}) if fields is not None else None
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", ""), answer.read().decode()

    status, _where, _page = ask("POST", "/cart/add/", {"sku": sku, "quantity": "1"})
    if status != 302:
        raise RuntimeError(f"adding to the cart answered {status}")
    status, _where, page = ask("GET", "/checkout/")
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    address = re.search(r'name="address"[^>]*value="(adr_\w+)"', page)
    if status != 200 or "checkout_key" not in found or address is None:
        raise RuntimeError(f"the checkout page answered {status}")
    fields = {
        "checkout_key": found["checkout_key"],
        "fingerprint": found["fingerprint"],
        "address": address.group(1),
    }
    status, where, _page = ask("POST", "/checkout/", fields)
    if status != 302 or "/pay/" not in where:
        raise RuntimeError(f"placing the order answered {status} {where}")
    connection.close()


def sessions_of(shoppers: list[tuple[int, int]]) -> list[str]:
    """Session keys of signed-in shoppers."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from mall.accounts.models import User

    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = []
    for user in User.objects.filter(pk__in=[shopper for shopper, _address in shoppers]):
        session = store()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        keys.append(session.session_key)
    return keys
