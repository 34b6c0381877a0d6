"""
Search: how fast the index of very many products is written, and how fast a page of results with its facets is made.

The goods are rows made in the database, with titles as shops write them in both languages; the index is written by the
mall's own builder (``manage.py index_products``), and the words of the titles are learned as every night. Then
two-character Chinese words and English words are looked for through the function that makes the list of a page: all
facets, counts, order and cards, plain and narrowed. The floor, in turns with them, is a bare ``SELECT … WHERE words @@
… ORDER BY sold DESC LIMIT 40`` without facets, counts or cards. One word stands in more than one title in twenty.
"""

import argparse
import statistics
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg2

from benchmarks.report import Limit, Report, peak_memory_mb
from mall.embedded.temporary import TemporaryServers

SMALL = {"products": 20_000, "rounds": 1}
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
MOST_P95 = 80
LEAST_PER_SECOND = 5_000
SHOPS, BRANDS = 2_000, 400


def _words() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("search_words.txt").read_text().splitlines():
        if not line.startswith("#"):
            name, _is, words = line.partition(" = ")
            found.setdefault(name, []).extend(words.split(";"))
    return found


WORDS = _words()
CHINESE, ENGLISH = WORDS["chinese"], WORDS["english"]
NARROWED = ("", "brand=brand-7", "price_min=50&price_max=99.99", "in_stock=1&sort=price_up", "sort=newest&rating=4")
FLOOR = (
    "SELECT product_id FROM catalog_productsearch WHERE words @@ %s::tsquery AND is_listed ORDER BY sold DESC LIMIT 40"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--products", type=int, default=100_000, help="products on sale")
    parser.add_argument("--rounds", type=int, default=3, help="how often each word is looked for")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    from django.db import connections

    from catalog.search.building import build_index
    from catalog.search.spelling import learn_words

    made = timed(lambda: make_goods(options.products, servers))
    connections.close_all()
    build = timed(build_index)
    learning = timed(learn_words)
    owner = psycopg2.connect(servers.owner_url)
    owner.autocommit = True
    with owner.cursor() as cursor:  # as autovacuum does in time
        cursor.execute("VACUUM ANALYZE catalog_productsearch")
        cursor.execute("VACUUM ANALYZE catalog_sku, catalog_stock, catalog_product, catalog_productstats")
        cursor.execute(
            "SELECT pg_total_relation_size('catalog_productsearch'), pg_relation_size('product_search_words')"
        )
        size, words_size = cursor.fetchone()
    owner.close()

    look_for(CHINESE + ENGLISH)  # once each, so that nothing is met for the first time
    chinese, english, floor = [], [], []
    for _round in range(options.rounds):
        for words, into in ((CHINESE, chinese), (ENGLISH, english)):
            for word in words:
                floor.append(plainly(word))
                into += look_for([word])
    figures = {
        "products": options.products,
        "rows_made_s": round(made, 1),
        "build_s": round(build, 1),
        "built_per_s": round(options.products / build),
        "words_learned_s": round(learning, 1),
        "index_mb": round(size / 2**20),
        "words_index_mb": round(words_size / 2**20),
        "chinese_ms": told(chinese),
        "english_ms": told(english),
        "slowest": slowest(chinese + english),
        "peak_memory_mb": peak_memory_mb(),
    }
    bare = told([(word, milliseconds) for word, milliseconds in floor])
    return Report(
        name="search",
        figures=figures,
        floor={"bare_select_ms": bare},
        ratio=round(figures["chinese_ms"]["p50"] / bare["p50"], 2),
        limits={
            "chinese p95 ms": Limit(figures["chinese_ms"]["p95"], most=MOST_P95),
            "english p95 ms": Limit(figures["english_ms"]["p95"], most=MOST_P95),
            "built per s": Limit(figures["built_per_s"], least=LEAST_PER_SECOND),
            "every word found something": Limit(min(found for _name, _ms, found in LAST), least=1),
        },
    )


LAST: list[tuple[str, float, int]] = []


def look_for(words: Iterable[str]) -> list[tuple[str, float]]:
    """How long the list of a page takes for each word, plain and narrowed, in milliseconds."""
    from django.http import QueryDict

    from catalog.listing import asked, listing

    taken = []
    for word in words:
        for query in NARROWED:
            wanted = asked(QueryDict(query), path="/search/", words=word)
            started = time.perf_counter()
            page = listing(wanted)
            milliseconds = (time.perf_counter() - started) * 1000
            taken.append((f"{word}?{query}", milliseconds))
            LAST.append((word, milliseconds, page.matching))
    return taken


def plainly(word: str) -> tuple[str, float]:
    from django.db import connection

    from catalog.search.query import all_words

    query = all_words(word)
    with connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute(FLOOR, [query])
        cursor.fetchall()
    return word, (time.perf_counter() - started) * 1000


def told(taken: list[tuple[str, float]]) -> dict:
    pieces = sorted(milliseconds for _name, milliseconds in taken)
    return {
        "p50": round(statistics.median(pieces), 1),
        "p95": round(pieces[min(len(pieces) - 1, int(len(pieces) * 0.95))], 1),
        "max": round(pieces[-1], 1),
        "questions": len(pieces),
    }


def slowest(taken: list[tuple[str, float]], most: int = 5) -> dict[str, float]:
    return {name: round(ms, 1) for name, ms in sorted(taken, key=lambda pair: -pair[1])[:most]}


def make_goods(products: int, servers: TemporaryServers) -> None:
    """So many products on sale with SKU, stock and sales, straight into the tables."""
    kinds = [kind.split("|") for kind in WORDS["kinds"]]
    bounds, total = [], 0
    for _zh, _en, share in kinds:
        total += int(share)
        bounds.append(total)
    values = {
        "products": products, "now": NOW, "shops": SHOPS, "brands": BRANDS, "provinces": WORDS["provinces"],
        "zh": [zh for zh, _en, _share in kinds], "en": [en for _zh, en, _share in kinds],
        "bounds": bounds, "total": total, "kinds": len(kinds),
        **{name: WORDS[name] for name in ("before", "before_en", "after", "after_en")},
    }  # fmt: skip
    from catalog.models import Category
    from mall.texts import Text
    from merchants.models import Merchant

    values["merchant"] = Merchant.objects.create(
        name="Benchmark", kind="enterprise", credit_code="91330100MA00000000", joined_at=NOW
    ).pk
    for number, (zh, en, _share) in enumerate(kinds, 1):
        Category.objects.add_root({"slug": f"kind-{number}", "name": Text({"zh-hans": zh[-2:], "en": en.split()[-1]})})
    for statement in _GOODS:
        _fill(servers, statement, values)
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda statement: _fill(servers, statement, values), _BESIDE))
    _fill(servers, _STOCK, values)
    _fill(servers, "ANALYZE", values)  # as autovacuum does in time


def _fill(servers: TemporaryServers, statement: str, values: dict) -> None:
    owner = psycopg2.connect(servers.owner_url)
    with owner, owner.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off")
        cursor.execute(statement, values)
    owner.close()


_GOODS = (
    """
    INSERT INTO merchants_shop (public_id, merchant_id, slug, status, name, tagline, about, logo, colour, province,
        city, contact_phone, contact_email, currency, shipping_fee, restriction, opened_at, frozen_because)
    SELECT 'shp_' || lpad(n::text, 20, '0'), %(merchant)s, 'shop-' || n,
        CASE WHEN n %% 50 = 0 THEN 'closed' ELSE 'open' END,
        jsonb_build_object('zh-hans', '店铺' || n, 'en', 'Shop ' || n), '{}', '{}', '', '#000000',
        (%(provinces)s)[1 + n %% 10], '', '', '', 'CNY', 0, 0, %(now)s, ''
    FROM generate_series(1, %(shops)s) AS n
    """,
    """
    INSERT INTO catalog_brand (slug, name, logo, story, registration, is_protected)
    SELECT 'brand-' || n, jsonb_build_object('zh-hans', '品牌' || n, 'en', 'Brand ' || n), '', '{}', '', false
    FROM generate_series(1, %(brands)s) AS n
    """,
    """
    INSERT INTO catalog_product (public_id, handle, status, shop_id, category_id, brand_id, title, subtitle,
        description, options, attributes, currency, price_from, price_to, review_note, created_at, changed_at,
        on_sale_at)
    SELECT 'prd_' || lpad(n::text, 20, '0'), '', 'on_sale', s.low + h1 %% %(shops)s, c.low + k - 1,
        CASE WHEN h2 %% 5 > 0 THEN b.low + h2 %% %(brands)s END,
        jsonb_build_object('zh-hans', (%(before)s)[1 + h3 %% 30] || (%(before)s)[1 + h4 %% 30] || (%(zh)s)[k] || ' '
            || (%(after)s)[1 + h5 %% 30] || ' ' || n %% 9973,
            'en', (%(before_en)s)[1 + h3 %% 30] || ' ' || (%(before_en)s)[1 + h4 %% 30] || ' ' || (%(en)s)[k] || ', '
            || (%(after_en)s)[1 + h5 %% 30] || ' ' || n %% 9973),
        '{}', '{}', '[]', jsonb_build_array(
            jsonb_build_object('name', '{"zh-hans": "用途", "en": "Use"}'::jsonb, 'value', jsonb_build_object(
                'zh-hans', (%(after)s)[16 + h6 %% 9], 'en', (%(after_en)s)[16 + h6 %% 9])),
            jsonb_build_object('name', '{"zh-hans": "颜色", "en": "Colour"}'::jsonb, 'value', jsonb_build_object(
                'zh-hans', (%(after)s)[9 + h7 %% 7], 'en', (%(after_en)s)[9 + h7 %% 7]))),
        'CNY', price, price, '', at, at, at
    FROM (SELECT n, abs(hashint4(n)) AS h1, abs(hashint4(n + 1000000000)) AS h2, abs(hashint4(n # 1431655765)) AS h3,
            abs(hashint4(-n)) AS h4, abs(hashint8(n * 7919::bigint)) AS h5, abs(hashint8(n * 104729::bigint)) AS h6,
            abs(hashint8(n * 1299709::bigint)) AS h7,
            1 + width_bucket(abs(hashint8(n * 15485863::bigint)) %% %(total)s, (%(bounds)s)::int[]) AS k,
            (500 + abs(hashint8(n * 32452843::bigint)) %% 100
                * (1 + abs(hashint8(n * 49979687::bigint)) %% 1500))::bigint AS price,
            %(now)s - make_interval(mins => abs(hashint4(n)) %% 500000) AS at
        FROM generate_series(1, %(products)s) AS n) numbers,
        (SELECT min(id) AS low FROM merchants_shop) s, (SELECT min(id) AS low FROM catalog_category) c,
        (SELECT min(id) AS low FROM catalog_brand) b
    """,
)
_BESIDE = (
    """
    INSERT INTO catalog_productstats (product_id, sold_count, review_count, review_stars)
    SELECT id, CASE WHEN r < 5 THEN r * 4000 WHEN r < 300 THEN r * 7 ELSE r %% 40 END, r %% 50,
        (r %% 50) * (30 + r %% 21) / 10
    FROM (SELECT id, abs(hashint8(id)) %% 1000 AS r FROM catalog_product) p
    """,
    """
    INSERT INTO catalog_sku (public_id, shop_id, product_id, choice, code, currency, price, weight_grams, barcode,
        is_active)
    SELECT 'sku_' || lpad(id::text, 20, '0'), shop_id, id, '{}', '', 'CNY', price_from, 500, '', true
    FROM catalog_product
    """,
)
_STOCK = """
    INSERT INTO catalog_warehouse (public_id, shop_id, name, kind, is_default, sells_online, position, province, city,
        address, hours)
    SELECT 'whs_' || lpad(id::text, 20, '0'), id, '{}', 'merchant', true, true, 0, '', '', '', '{}' FROM merchants_shop;
    INSERT INTO catalog_stock (shop_id, sku_id, warehouse_id, on_hand, reserved)
    SELECT k.shop_id, k.id, w.id, CASE WHEN k.id %% 12 = 0 THEN 0 ELSE 50 END, 0
    FROM catalog_sku k JOIN catalog_warehouse w ON w.shop_id = k.shop_id
"""


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
