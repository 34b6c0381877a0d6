"""
T+7: how long the release of many due shares takes, against the same rows written by hand in plain SQL.

The floor is a copy of the whole database, made before the first round, so tables, indexes, triggers and policies are
the same. It knows beforehand which rows to move: it claims nothing, asks for no hold, and its ids are given. Both take
turns by rounds (one day's shares each) and the other begins every second one.
"""

import argparse
import time
from datetime import UTC, datetime, timedelta

import psycopg2

from benchmarks.completed_orders import write_completed_orders
from benchmarks.report import Limit, Report, peak_memory_mb
from mall.embedded.temporary import DATABASE, TemporaryServers

SMALL = {"orders": 40_000}
FLOOR = "floor"
COMPLETED = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
MOST_RATIO = 1.3
MOST_MEMORY_MB = 512
LEAST_ORDERS_PER_SECOND = 5_000

FLOOR_STATEMENTS = (
    """
    INSERT INTO settlement_entry (public_id, kind, ref, at)
    SELECT 'ent_r' || lpad(id::text, 19, '0'), 'released', order_public_id, %(now)s
    FROM settlement_share WHERE id BETWEEN %(first)s AND %(last)s AND net > 0 ORDER BY id
    """,
    """
    INSERT INTO settlement_posting (entry_id, account_id, shop_id, currency, amount)
    SELECT e.id, a.id, s.shop_id, s.currency, CASE a.kind WHEN 'shop_pending' THEN s.net ELSE -s.net END
    FROM settlement_share s
    JOIN settlement_entry e ON e.kind = 'released' AND e.ref = s.order_public_id
    JOIN settlement_account a ON a.shop_id = s.shop_id AND a.currency = s.currency
    WHERE s.id BETWEEN %(first)s AND %(last)s
    """,
    """
    UPDATE settlement_share SET status = 'released', released_at = %(now)s WHERE id BETWEEN %(first)s AND %(last)s
    """,
    """
    INSERT INTO mall_outboxevent (name, payload, published_at, due_at, attempts, last_error)
    SELECT 'SharesReleased', jsonb_build_object(
        'shop_id', shop.public_id, 'order_count', count(*), 'amount', sum(s.net), 'currency', s.currency
    ), now(), now() + interval '10 seconds', 0, ''
    FROM settlement_share s JOIN merchants_shop shop ON shop.id = s.shop_id
    WHERE s.id BETWEEN %(first)s AND %(last)s GROUP BY shop.public_id, s.currency
    """,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=200_000, help="completed orders whose share is due")
    parser.add_argument("--shops", type=int, default=50, help="shops among which they are dealt")
    parser.add_argument("--rounds", type=int, default=10, help="turns of measure and floor")
    parser.add_argument("--batch", type=int, default=0, help="shares per transaction (the tunable's default)")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    from settlement.release import release_due_shares
    from settlement.tunables import RELEASE_BATCH
    from settlement.verification import verify_ledger

    batch = options.batch or RELEASE_BATCH.default
    prepare(options, servers)
    floor = psycopg2.connect(servers.app_url_of(FLOOR))

    ours, plain = [], []
    memory_before = peak_memory_mb()
    for number in range(options.rounds):
        now = COMPLETED + timedelta(days=7 + number)
        turns = [
            lambda now=now: ours.append(timed(lambda: release_due_shares(now=now, batch=batch))),
            lambda now=now: plain.append(timed(lambda: write_plainly(floor, now, batch))),
        ]
        for turn in turns if number % 2 == 0 else reversed(turns):
            turn()
    memory = peak_memory_mb()

    written = released_rows(psycopg2.connect(servers.owner_url))
    assert written == released_rows(floor), "measure and floor did not write the same"
    verifying = time.perf_counter()
    verified = verify_ledger()
    verifying = time.perf_counter() - verifying
    floor.close()
    seconds, floor_seconds = sum(ours), sum(plain)
    rate, ratio = options.orders / seconds, seconds / floor_seconds
    return Report(
        name="settlement",
        figures={
            "orders": options.orders,
            "shops": options.shops,
            "batch": batch,
            "seconds": round(seconds, 2),
            "orders_per_s": round(rate),
            "slowest_round_orders_per_s": round(options.orders / options.rounds / max(ours)),
            "peak_memory_mb": memory,
            "grown_memory_mb": round(memory - memory_before, 1),
            "released": dict(zip(("entries", "postings", "sum_available", "shares"), written, strict=True)),
            "ledger_ok": verified.ok,
            "verified_entries_per_s": round(verified.entries / verifying),
        },
        floor={"seconds": round(floor_seconds, 2), "orders_per_s": round(options.orders / floor_seconds)},
        ratio=round(ratio, 3),
        limits={
            "ratio": Limit(round(ratio, 3), most=MOST_RATIO),
            "orders_per_s": Limit(round(rate), least=LEAST_ORDERS_PER_SECOND),
            "peak_memory_mb": Limit(memory, most=MOST_MEMORY_MB),
            "every order settled once, ledger whole": Limit(
                int(verified.ok and written[0] == written[3] == options.orders), least=1
            ),
        },
    )


def prepare(options: argparse.Namespace, servers: TemporaryServers) -> None:
    """The completed orders, and a copy of the database for the floor."""
    from django.db import connections

    from mall.accounts.models import User
    from merchants.models import Merchant, Shop

    merchant = Merchant.objects.create(
        name="Benchmark", kind="enterprise", credit_code="91330100MA00000000", joined_at=COMPLETED
    )
    shops = Shop.objects.bulk_create(
        Shop(merchant=merchant, slug=f"shop-{number}", opened_at=COMPLETED) for number in range(options.shops)
    )
    shopper = User.objects.create_user("shopper@example.com")
    owner = psycopg2.connect(servers.owner_url)
    owner.autocommit = True
    write_completed_orders(
        owner,
        orders=options.orders,
        shops=[shop.pk for shop in shops],
        shopper=shopper.pk,
        completed_from=COMPLETED,
        days=options.rounds,
    )
    with owner.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    owner.close()
    connections.close_all()

    outside = psycopg2.connect(servers.owner_url_of("postgres"))
    outside.autocommit = True
    with outside.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {FLOOR} TEMPLATE {DATABASE} STRATEGY FILE_COPY")
    outside.close()


def write_plainly(connection, now: datetime, batch: int) -> None:
    """What somebody who knows exactly which rows are due would type."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(id), max(id) FROM settlement_share WHERE due_on = (%s AT TIME ZONE 'Asia/Shanghai')::date",
            [now],
        )
        first, last = cursor.fetchone()
        for start in range(first, last + 1, batch):
            values = {"now": now, "first": start, "last": min(start + batch - 1, last)}
            for statement in FLOOR_STATEMENTS:
                cursor.execute(statement, values)
            connection.commit()


def released_rows(connection) -> tuple:
    """What a release has left: entries, postings, their sum for the shops, and shares."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM settlement_entry WHERE kind = 'released'),
                   (SELECT count(*) FROM settlement_posting p JOIN settlement_entry e ON e.id = p.entry_id
                    WHERE e.kind = 'released'),
                   (SELECT -sum(p.amount)::bigint FROM settlement_posting p JOIN settlement_account a
                    ON a.id = p.account_id WHERE a.kind = 'shop_available'),
                   (SELECT count(*) FROM settlement_share WHERE status = 'released')
            """
        )
        return cursor.fetchone()


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
