"""
The list of a shop's orders at a million orders: opened, narrowed and searched through gunicorn, one clerk who waits.

Half of the orders belong to the clerk's shop, the rest to nine others; each order has two lines of 2,000 SKUs (a few
that nearly everybody buys, many that hardly anybody does) and, once shipped, a parcel. The floor is the same page of an
empty shop of the same mall, asked for in turn.
"""

import argparse
import http.client
import random
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import psycopg2

from benchmarks.load import Load, serve
from benchmarks.report import Limit, Report
from mall.embedded import services
from mall.embedded.processes import LOOPBACK
from mall.embedded.temporary import TemporaryServers

SMALL = {"orders": 50_000, "rounds": 2}
MOST_MILLISECONDS = 300
SHOPS, SKUS, PROVINCES = 10, 2_000, ("浙江省", "广东省", "江苏省", "四川省")
RARE_PROVINCE, FAR = "西藏自治区", 5_000  # one order in so many goes there
FIRST = datetime(2025, 11, 1, tzinfo=UTC)
PHONES = 50
OLD = "completed"

FILL = (
    """
    INSERT INTO orders_ordergroup (public_id, shopper_id, checkout_key, currency, total, placed_at, pay_by)
    VALUES ('grp_all', %(shopper)s, gen_random_uuid(), 'CNY', 0, %(first)s, %(first)s)
    """,
    """
    INSERT INTO orders_order (public_id, group_id, shop_id, shopper_id, status, currency, goods_total, shipping_fee,
        discount, total, price_trace, consignee, phone, phone_index, province, city, district, address_line, message,
        placed_at, paid_at, shipped_at, delivered_at, completed_at, canceled_at, cancel_reason)
    SELECT 'ord_' || lpad(i::text, 20, '0'), (SELECT max(id) FROM orders_ordergroup),
        CASE WHEN i %% 2 = 0 THEN %(shop)s ELSE (%(others)s::bigint[])[1 + (i / 2) %% %(count)s] END, %(shopper)s,
        CASE WHEN share > 0.999 THEN 'unpaid' WHEN share > 0.995 THEN 'paid' WHEN share > 0.98 THEN 'shipped'
             WHEN share > 0.96 THEN 'delivered' WHEN i %% 40 = 0 THEN 'canceled' ELSE 'completed' END,
        'CNY', price, 0, 0, price, '[]', '', '', md5('phone' || (i %% 300000)),
        CASE WHEN i %% %(far)s = 0 THEN %(rare)s ELSE (%(provinces)s::text[])[1 + i %% 4] END, '某市', '', '', '',
        at, CASE WHEN share <= 0.999 THEN at END, at, at, at, at, ''
    FROM generate_series(1, %(orders)s) i,
        LATERAL (SELECT i::float / %(orders)s, 990 + (i::bigint * 7919) %% 90000,
                 %(first)s::timestamptz + i * interval '365 days' / %(orders)s) s (share, price, at)
    """,
    """
    INSERT INTO orders_orderline (shop_id, order_id, sku_id, product_public_id, title, choice_text, picture, quantity,
        currency, unit_price, discount, total, commission_bps)
    SELECT shop_id, id, (%(skus)s::bigint[])[1 + CASE WHEN leg = 0 THEN id %% 20 ELSE (id * 31) %% %(sku_count)s END],
        'prd', '{"zh-hans": "商品"}', '{}', '', 1, 'CNY', 0, 0, 0, 500
    FROM orders_order, generate_series(0, 1) leg
    WHERE leg = 0 OR id %% 20 <> (id * 31) %% %(sku_count)s
    """,
    """
    INSERT INTO orders_parcel (public_id, shop_id, order_id, carrier, tracking_number, shipped_at)
    SELECT 'pcl_' || lpad(id::text, 20, '0'), shop_id, id, 'sf', 'SF' || lpad(id::text, 13, '0'), shipped_at
    FROM orders_order WHERE status NOT IN ('unpaid', 'paid')
    """,
    """
    UPDATE orders_order SET phone_index = (%(phones)s::text[])[1 + id %% %(phone_count)s]
    WHERE shop_id = %(shop)s AND id %% 10000 < %(phone_count)s
    """,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=1_000_000, help="orders of the whole mall")
    parser.add_argument("--rounds", type=int, default=20, help="questions of each kind")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    names = prepare(options.orders, servers)
    headers = {"Cookie": f"mall={_session()}"}
    web = services.web(servers.env, port=servers.web_port, log=servers.directory / "log" / "web.log")
    seconds: dict[str, list[float]] = {}
    dice = random.Random(20261101)
    try:
        serve(web, servers.web_port, path="/healthz/")
        line = http.client.HTTPConnection(LOOPBACK, servers.web_port, timeout=60)
        for number in range(options.rounds + 1):  # the first is for warming up
            for kind, asked in _questions(options.orders, dice, names).items():
                shop = "empty" if kind == "floor" else "desk"
                taken = _ask(line, f"/backoffice/{shop}/orders/{asked}", headers)
                if number:
                    seconds.setdefault(kind, []).append(taken)
    finally:
        web.stop()
    loads = {kind: Load.of(taken, sum(taken)) for kind, taken in seconds.items()}
    floor = loads.pop("floor")
    slowest = max(load.percentile(0.95) for load in loads.values())
    return Report(
        name="order_search",
        figures={"orders": options.orders, **{kind: load.as_json() for kind, load in loads.items()}},
        floor={"list_of_an_empty_shop": floor.as_json()},
        ratio=round(slowest / floor.percentile(0.5), 2),
        limits={
            f"{kind}: p95, ms": Limit(load.percentile(0.95), most=MOST_MILLISECONDS) for kind, load in loads.items()
        },
    )


def _questions(orders: int, dice: random.Random, names: dict) -> dict[str, str]:
    """One question of each kind, as the address of the list says it."""
    number = 2 * dice.randint(1, orders // 2)
    day = (FIRST + timedelta(days=dice.randint(20, 340))).date()
    return {
        "floor": "",
        "opened": "",
        "deep": f"?placed_to={day}",
        "by number": f"?q=ord_{number:020d}",
        "by tracking number": f"?q=SF{number:013d}",
        "by phone": f"?q={dice.choice(names['phones'])}",
        "by a code that is rare": f"?q={names['codes'][dice.randint(20, SKUS - 1)]}",
        "by goods of nearly all": "?q=%E7%83%AD%E5%8D%96",  # 热卖
        "by words that nothing has": f"?q=zzz{number}",
        "by a province that is rare": f"?province={quote(RARE_PROVINCE)}",
        "by days and amount": f"?placed_from={day}&placed_to={day + timedelta(days=14)}&least=500&most=520",
        "sorted by total": f"?sort=-total&status={OLD}&least=300",
        "to ship": "?status=paid&sort=placed",
    }


def _ask(line: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    line.request("GET", path, headers=headers)
    answer = line.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return time.perf_counter() - started


def prepare(orders: int, servers: TemporaryServers) -> dict:
    """Shops, goods and orders, by plain SQL; returns the words that can be searched for."""
    from django.db import connections

    from catalog.models import Category, Product, Sku
    from mall.accounts.models import User
    from mall.crypto import blind_index, normal_phone
    from mall.texts import Text
    from merchants.models import Merchant, Seat, Shop

    merchant = Merchant.objects.create(
        name="Benchmark", kind="enterprise", credit_code="91330100MA00000000", joined_at=FIRST
    )
    slugs = ["desk", "empty", *(f"shop-{number}" for number in range(SHOPS - 1))]
    desk, empty, *others = (Shop.objects.create(merchant=merchant, slug=slug, opened_at=FIRST) for slug in slugs)
    clerk = User.objects.create_user("clerk@example.com")
    for place in (desk, empty):
        Seat.objects.create(shop=place, user=clerk, role=Seat.Role.CLERK)
    category = Category.add_root(name=Text({"zh-hans": "茶具", "en": "Teaware"}), slug="teaware", commission_bps=500)
    products = Product.objects.bulk_create(
        Product(
            shop=desk,
            category=category,
            title=Text({"zh-hans": f"{'热卖' if number < 20 else '青瓷'}盖碗 {number}"}),
            currency="CNY",
            created_at=FIRST,
            changed_at=FIRST,
        )
        for number in range(SKUS)
    )
    skus = Sku.objects.bulk_create(
        Sku(shop=desk, product=product, code=f"CUP-{number}", price=990, currency="CNY")
        for number, product in enumerate(products)
    )
    phones = [f"1990000{number:04d}" for number in range(PHONES)]
    values = {
        "orders": orders,
        "shop": desk.pk,
        "others": [place.pk for place in others],
        "count": len(others),
        "shopper": User.objects.create_user("shopper@example.com").pk,
        "skus": [sku.pk for sku in skus],
        "sku_count": SKUS,
        "first": FIRST,
        "far": FAR,
        "rare": RARE_PROVINCE,
        "provinces": list(PROVINCES),
        "phones": [blind_index(normal_phone(phone)) for phone in phones],
        "phone_count": PHONES,
    }
    owner = psycopg2.connect(servers.owner_url)
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("BEGIN; SET LOCAL session_replication_role = replica")
        for statement in FILL:
            cursor.execute(statement, values)
        cursor.execute("COMMIT")
        cursor.execute("VACUUM ANALYZE")
    owner.close()
    connections.close_all()
    return {"phones": phones, "codes": [sku.code for sku in skus]}


def _session() -> str:
    """The key of the clerk's session."""
    from django.test import Client

    from mall.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(email="clerk@example.com"))
    return client.cookies["mall"].value
