"""
Reconciliation: how long a day's bill of a payment channel takes, whether every planted fault is told by its kind, and
none invented (C6).

The bill is WeChat Pay's own format, downloaded over HTTP from a process beside. The floor is what cannot be spared: the
same file read to its end, and its lines copied into a table and joined with the payments, and nothing kept.
"""

import argparse
import gzip
import hashlib
import io
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryFile

import psycopg2

from benchmarks.report import Limit, Report, peak_memory_mb
from mall.embedded.processes import LOOPBACK, die_with_parent, free_port, wait_until
from mall.embedded.temporary import TemporaryServers

SMALL = {"lines": 20_000}
DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
NEXT_DAY = datetime(2026, 3, 3, 4, tzinfo=UTC)
MERCHANT = "1600000001"
KINDS = ["missing_there", "missing_here", "amount", "fee", "duplicate", "late", "currency", "status"]
ONE_FAULT_IN = 1000
REFUND_EVERY = 20  # lines
MOST_SECONDS = 300
MOST_MEMORY_MB = 512

PLAN = """
CREATE TABLE bench_plan AS
SELECT i AS n, 'pay_' || lpad(i::text, 20, '0') AS payment, 1000 + (i * 7919) % 90000 AS amount,
    CASE WHEN i % {fault} = {fault} / 2 THEN ({kinds}::text[])[1 + (i / {fault}) % 8] ELSE '' END AS fault
FROM generate_series(0, {lines}::bigint - 1) AS i
"""
BOOKS = (
    """
    INSERT INTO orders_ordergroup (public_id, shopper_id, checkout_key, currency, total, placed_at, pay_by)
    SELECT 'grp_' || lpad(n::text, 20, '0'), %(shopper)s, gen_random_uuid(), 'CNY', amount, %(at)s, %(at)s
    FROM bench_plan
    """,
    """
    INSERT INTO orders_payment (
        public_id, group_id, channel, status, currency, amount, provider_reference, started_at, succeeded_at, is_late
    )
    SELECT payment, g.id, 'wechat', CASE fault WHEN 'status' THEN 'closed' ELSE 'succeeded' END, 'CNY', amount, '',
        %(at)s, CASE fault WHEN 'late' THEN %(at)s::timestamptz - interval '2 days' WHEN 'status' THEN NULL
            ELSE %(at)s END, false
    FROM bench_plan JOIN orders_ordergroup g ON g.public_id = 'grp_' || lpad(n::text, 20, '0')
    WHERE fault <> 'missing_here' ORDER BY n
    """,
    """
    INSERT INTO orders_refund (
        public_id, payment_id, status, currency, amount, duty, to_cards, reason, asked_at, refunded_at
    )
    SELECT 'ref_' || lpad(n::text, 20, '0'), p.id, 'succeeded', 'CNY', p.amount, 0, 0, '', %(at)s, %(at)s
    FROM bench_plan JOIN orders_payment p ON p.public_id = payment WHERE fault = '' AND n %% {refund} = 0 ORDER BY n
    """,
    "ANALYZE orders_payment",
    "ANALYZE orders_refund",
)
# A payment's line, twice where it is a duplicate; then the line of its refund.
BILL = """
SELECT concat_ws(',', '`2026-03-02 12:00:00', '`wx', '`{merchant}', '`0', '`', '`42' || n,
    '`' || CASE WHEN is_refund OR fault <> 'missing_here' THEN payment ELSE 'pay_of_nobody_' || n END, '`', '`NATIVE',
    CASE WHEN is_refund THEN '`REFUND' ELSE '`SUCCESS' END, '`',
    CASE fault WHEN 'currency' THEN '`USD' ELSE '`CNY' END, '`0.00', '`0.00',
    CASE WHEN is_refund THEN '`50' || n ELSE '`0' END,
    CASE WHEN is_refund THEN '`ref_' || lpad(n::text, 20, '0') ELSE '`0' END, '`0.00', '`0.00', '`',
    CASE WHEN is_refund THEN '`SUCCESS' ELSE '`' END, '`', '`',
    CASE WHEN is_refund THEN '`0.00' ELSE '`' || to_char(
        ((amount * 60 * 2 + 10000) / 20000 + CASE fault WHEN 'fee' THEN 5 ELSE 0 END) / 100.0, 'FM999999990.00') END,
    '`0.60%%', CASE WHEN is_refund THEN '`0.00' ELSE '`' || to_char(
        (amount + CASE fault WHEN 'amount' THEN 1 ELSE 0 END) / 100.0, 'FM999999990.00') END,
    CASE WHEN is_refund THEN '`' || to_char(amount / 100.0, 'FM999999990.00') ELSE '`0.00' END, '`')
FROM bench_plan
CROSS JOIN LATERAL (
    SELECT false AS is_refund WHERE fault <> 'missing_there'
    UNION ALL SELECT false WHERE fault = 'duplicate'
    UNION ALL SELECT true WHERE fault = '' AND n %% {refund} = 0
) AS line
ORDER BY n, is_refund
"""
FOUND = """
SELECT kind, CASE WHEN kind = 'missing_here' THEN 'pay_' || lpad(substr(reference, 15), 20, '0') ELSE reference END
FROM orders_difference
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lines", type=int, default=1_000_000, help="payments on the bill; a refund for each twentieth"
    )


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    from orders.gateways import wechat_bill
    from orders.gateways.wire import Wire
    from orders.models import Bill
    from orders.reconciliation import compare_bill

    _write_books(options.lines, servers)
    path, sha1 = _write_bill(servers)
    port = free_port()
    server = _serve(path.parent, port)
    try:
        url = f"http://{LOOPBACK}:{port}/{path.name}"
        assert wait_until(lambda: _answers(port), 20), "the bill's server does not start"

        def lines():
            with Wire("wechat").download(url) as file:
                yield from wechat_bill.lines(file, sha1=sha1, merchant=MERCHANT)

        floor = _floor(lines, servers.app_url)
        _use(lines)
        bill = Bill.objects.create(channel="wechat", day=DAY)
        started = time.perf_counter()
        bill = compare_bill(bill=bill, now=NEXT_DAY)
        seconds = time.perf_counter() - started
        memory = peak_memory_mb()
        planted, found = _planted(servers), _found(servers)
    finally:
        server.terminate()
        server.wait()
    right = sum((planted & found).values())
    wrong = sum((found - planted).values())
    return Report(
        name="reconciliation",
        figures={
            "lines": bill.lines,
            "seconds": round(seconds, 2),
            "lines_per_second": round(bill.lines / seconds),
            "peak_memory_mb": memory,
            "planted": dict(Counter(kind for kind, _reference in planted.elements())),
            "classified": right,
            "invented": wrong,
        },
        floor={"read_copied_and_joined_seconds": round(floor, 2)},
        ratio=round(seconds / floor, 2),
        limits={
            "seconds": Limit(round(seconds, 2), most=MOST_SECONDS),
            "peak memory MB": Limit(memory, most=MOST_MEMORY_MB),
            "faults not told": Limit(sum(planted.values()) - right, most=0),
            "faults invented": Limit(wrong, most=0),
            "kinds of faults": Limit(len({kind for kind, _reference in planted}), least=min(8, options.lines // 1000)),
        },
    )


def _write_books(lines: int, servers: TemporaryServers) -> None:
    """Payments and refunds of a day as the verbs would have left them, written as the owner."""
    from mall.accounts.models import User

    shopper = User.objects.create(email="bench@demo.example.com").pk
    kinds = "ARRAY[" + ", ".join(f"'{kind}'" for kind in KINDS) + "]"
    with _owner(servers) as connection, connection.cursor() as cursor:
        cursor.execute(PLAN.format(fault=ONE_FAULT_IN, kinds=kinds, lines=lines))
        for statement in BOOKS:
            cursor.execute(statement.format(refund=REFUND_EVERY), {"shopper": shopper, "at": NOON})


def _write_bill(servers: TemporaryServers) -> tuple[Path, str]:
    from orders.gateways.wechat_bill import COLUMNS, SUMS

    folder = servers.directory / "bill"
    folder.mkdir()
    path, digest = folder / "bill.gz", hashlib.sha1(usedforsecurity=False)

    class Packed(io.RawIOBase):
        def __init__(self, file):
            self.file = file

        def write(self, words) -> int:
            digest.update(words)
            return self.file.write(words)

    with gzip.open(path, "wb", compresslevel=1) as file, _owner(servers) as connection, connection.cursor() as cursor:
        packed = Packed(file)
        packed.write((",".join(COLUMNS) + "\n").encode("utf-8-sig"))
        statement = BILL.format(merchant=MERCHANT, refund=REFUND_EVERY).replace("%%", "%")
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT", packed)
        packed.write(f"{SUMS}\n".encode())
    return path, digest.hexdigest()


def _serve(folder: Path, port: int) -> subprocess.Popen:
    us = os.getpid()
    return subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", LOOPBACK, "--directory", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: die_with_parent(15, us),
    )


def _answers(port: int) -> bool:
    import requests

    try:
        return requests.get(f"http://{LOOPBACK}:{port}/", timeout=1).status_code == 200
    except requests.RequestException:
        return False


def _use(lines) -> None:
    """The mall takes WeChat Pay, whose bill is this one, and which knows of no payment what is not on it."""
    from django.conf import settings

    from orders import gateways
    from orders.gateways.base import Answer, Standing
    from orders.gateways.wechat import WechatGateway

    class Benched(WechatGateway):
        def is_configured(self) -> bool:
            return True

        def bill(self, *, day, now):
            return lines()

        def query(self, *, payment, now):
            return Answer(Standing.WAITING, payment.amount, "")

    settings.PAYMENT_CHANNELS = ["wechat"]
    gateways._GATEWAYS["wechat"] = Benched()


def _floor(lines, app_url: str) -> float:
    from orders.reconciliation import COPY, THERE, _spool

    connection = psycopg2.connect(app_url)
    started = time.perf_counter()
    with TemporaryFile() as file:
        _spool(lines(), file)
        file.seek(0)
        with connection.cursor() as cursor:
            cursor.execute(THERE)
            cursor.copy_expert(COPY, file)
            cursor.execute("SELECT count(*) FROM there t JOIN orders_payment p ON p.public_id = t.reference")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def _planted(servers: TemporaryServers) -> Counter:
    with _owner(servers) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT fault, payment FROM bench_plan WHERE fault <> ''")
        return Counter(cursor.fetchall())


def _found(servers: TemporaryServers) -> Counter:
    with _owner(servers) as connection, connection.cursor() as cursor:
        cursor.execute(FOUND)
        return Counter(cursor.fetchall())


def _owner(servers: TemporaryServers):
    from mall.embedded.temporary import DATABASE

    return psycopg2.connect(servers.owner_url.rsplit("/", 1)[0] + f"/{DATABASE}")
