"""
Health and idle shops: how long the monthly score of very many shops takes, and the nightly watch over them.

The floor is a copy of the database in which the same scores are written by hand: one statement that knows the sheet by
heart, asks no tunable, compares nothing with the month before and tells nobody. Both take turns by rounds (one month
each) and the other begins every second one. One shop in ten sold nothing for over 60 days, one for over 30, one in
twenty rested meanwhile: these the watch finds.
"""

import argparse
import time
from datetime import UTC, date, datetime, timedelta

import psycopg2

from benchmarks.report import Limit, Report, peak_memory_mb
from mall.embedded.temporary import DATABASE, TemporaryServers

SMALL = {"shops": 5_000, "rounds": 2}
FLOOR = "floor"
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
MONTHS = (date(2026, 3, 1), date(2026, 2, 28), date(2026, 2, 27), date(2026, 2, 26))
MOST_RATIO = 2.0
MOST_SCORE_SECONDS = 30
MOST_WATCH_SECONDS = 10

MEASURES = (  # name, numerator, denominator, target, floor, weight, prior
    ("completion", "completed", "completed + canceled", 0.98, 0.80, 20, 20),
    ("cancellations", "canceled", "paid", 0.01, 0.10, 10, 20),
    ("shipping", "hours", "shipped", 24, 72, 20, 20),
    ("rating", "stars", "reviews", 4.8, 3, 20, 20),
    ("response", "round(answering / 3600, 1)", "answered", 12, 48, 10, 20),
    ("returns", "back", "shipped", 0.05, 0.30, 5, 20),
    ("complaints", "complained", "paid", 0.005, 0.05, 5, 20),
    ("freshness", "busy_days", "days_open", "(4 / 30.0)", 0, 10, 0),
)


def each(text: str, join: str = ", ") -> str:
    names = ("name", "above", "below", "target", "floor", "weight", "prior")
    return join.join(text.format(i=place, **dict(zip(names, line, strict=True))) for place, line in enumerate(MEASURES))


BY_HAND = f"""
WITH facts AS (
    SELECT shop.id, shop.opened_at, activity.category,
        sum(completed_orders)::numeric AS completed, sum(canceled_paid_orders)::numeric AS canceled,
        sum(paid_orders)::numeric AS paid, sum(shipping_hours)::numeric AS hours,
        sum(shipped_orders)::numeric AS shipped, sum(review_stars)::numeric AS stars,
        sum(answer_seconds)::numeric AS answering, sum(answered_cases)::numeric AS answered,
        sum(returns)::numeric AS back, sum(complaints)::numeric AS complained,
        sum(review_count)::numeric AS reviews, count(*) FILTER (WHERE product_updates > 0)::numeric AS busy_days,
        30::numeric AS days_open
    FROM merchants_shop shop JOIN merchants_shopactivity activity ON activity.shop_id = shop.id
    JOIN merchants_dailyfacts day ON day.shop_id = shop.id AND day."on" >= %(first)s AND day."on" < %(month)s
    GROUP BY shop.id, activity.category
), counted AS (
    SELECT id, opened_at, category, {each("{above} AS n{i}, {below} AS d{i}")} FROM facts
), everybody AS (
    SELECT {each("sum(n{i}) / sum(d{i}) AS m{i}")} FROM counted
), means AS (
    SELECT category, {each("(sum(n{i}) + {prior} * max(m{i})) / (sum(d{i}) + {prior}) AS m{i}")}
    FROM counted CROSS JOIN everybody GROUP BY category
), valued AS MATERIALIZED (
    SELECT counted.*, {each("m{i}, (n{i} + {prior} * m{i}) / (d{i} + {prior}) AS v{i}")}
    FROM counted JOIN means USING (category)
), pointed AS MATERIALIZED (
    SELECT *, {each("round({weight} * greatest(0, least(1, (v{i} - {floor}) / ({target} - {floor}))), 2) AS p{i}")}
    FROM valued
)
INSERT INTO merchants_healthscore (shop_id, month, score, measures, sheet_version, scored_at, category)
SELECT id, %(month)s, {each("p{i}", " + ")}, ('[' || {
    each(
        '''
    concat('{{"name": "{name}", "numerator": ', n{i}, ', "denominator": ', d{i}, ', "value": ', round(v{i}, 12),
    ', "mean": ', round(m{i}, 12), ', "points": ', p{i}, ', "weight": ', {weight}, '}}')''',
        join=" || ', ' || ",
    )
} || ']')::jsonb, 3, %(now)s, category
FROM pointed ORDER BY id
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shops", type=int, default=20_000, help="shops with facts of every day of the month")
    parser.add_argument("--rounds", type=int, default=2, help="turns of measure and floor, four at the most")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    from merchants.health import score_month
    from merchants.idle import watch_idle_shops
    from merchants.models import Shop

    prepare(options.shops, servers)
    floor = psycopg2.connect(servers.app_url_of(FLOOR))
    ours, plain = [], []
    for number, month in enumerate(MONTHS[: options.rounds]):
        turns = [
            lambda month=month: ours.append(timed(lambda: score(score_month, month))),
            lambda month=month: plain.append(timed(lambda: score_plainly(floor, month))),
        ]
        for turn in turns if number % 2 == 0 else reversed(turns):
            turn()
    apart = largest_difference(psycopg2.connect(servers.owner_url), floor)
    floor.close()

    watched = {}
    watching = timed(lambda: watched.update(watch_idle_shops(now=NOW)))
    again = timed(lambda: watched.update(again=watch_idle_shops(now=NOW)))
    frozen = Shop.objects.filter(status=Shop.Status.FROZEN).count()
    seconds, floor_seconds = max(ours), max(plain)
    ratio = sum(ours) / sum(plain)
    return Report(
        name="health",
        figures={
            "shops": options.shops,
            "rounds": options.rounds,
            "score_seconds": round(seconds, 2),
            "shops_per_s": round(options.shops / seconds),
            "watch_seconds": round(watching, 2),
            "watch_again_seconds": round(again, 2),
            "reminded": watched["reminded"],
            "frozen": watched["frozen"],
            "peak_memory_mb": peak_memory_mb(),
        },
        floor={"score_seconds": round(floor_seconds, 2)},
        ratio=round(ratio, 3),
        limits={
            "ratio": Limit(round(ratio, 3), most=MOST_RATIO),
            "score_seconds": Limit(round(seconds, 2), most=MOST_SCORE_SECONDS),
            "watch_seconds": Limit(round(watching, 2), most=MOST_WATCH_SECONDS),
            "scores agree with those by hand": Limit(float(apart), most=0.0),
            "watched once, as due": Limit(
                int(watched["again"] == {} and frozen == watched["frozen"] == options.shops // 10), least=1
            ),
        },
    )


def score(score_month, month: date) -> None:
    """The verb takes a month by its first day; the rounds want further days, which the statement does not mind."""
    from django.db import transaction

    from merchants import health

    with transaction.atomic():
        if month.day == 1:
            score_month(month=month, now=NOW)
        else:
            health._score(month=month, now=NOW, conflict=health._STAYS)


def score_plainly(connection, month: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BY_HAND, {"month": month, "first": month - timedelta(days=30), "now": NOW})
    connection.commit()


def prepare(shops: int, servers: TemporaryServers) -> None:
    """So many shops with facts, and a copy of the database for the floor."""
    from django.db import connections

    from merchants.models import Merchant

    merchant = Merchant.objects.create(
        name="Benchmark", kind="enterprise", credit_code="91330100MA00000000", joined_at=NOW
    )
    owner = psycopg2.connect(servers.owner_url)
    owner.autocommit = True
    values = {"merchant": merchant.pk, "shops": shops, "now": NOW, "last": date(2026, 2, 28)}
    with owner.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    owner.close()
    connections.close_all()
    outside = psycopg2.connect(servers.owner_url_of("postgres"))
    outside.autocommit = True
    with outside.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {FLOOR} TEMPLATE {DATABASE} STRATEGY FILE_COPY")
    outside.close()


# Of ten shops one sold nothing for over 60 days and one for over 30; one in twenty rested for a while meanwhile.
_FILL = (
    """
    INSERT INTO merchants_shop (public_id, merchant_id, slug, status, name, tagline, about, logo, colour, province,
        city, contact_phone, contact_email, currency, shipping_fee, restriction, opened_at, frozen_because)
    SELECT 'shp_' || lpad(number::text, 20, '0'), %(merchant)s, 'shop-' || number, 'open', '{}', '{}', '{}', '',
        '#000000', '', '', '', '', 'CNY', 0, 0, %(now)s - interval '400 days', ''
    FROM generate_series(1, %(shops)s) AS number
    """,
    """
    INSERT INTO merchants_shopactivity (shop_id, last_paid_at, category)
    SELECT id, %(now)s - CASE id %% 10 WHEN 0 THEN interval '70 days' WHEN 1 THEN interval '40 days'
        ELSE interval '1 day' END, 'category-' || id %% 12
    FROM merchants_shop
    """,
    """
    INSERT INTO merchants_dailyfacts (shop_id, "on", currency, paid_orders, paid_amount, new_buyers, repeat_buyers,
        shipped_orders, shipping_hours, late_orders, completed_orders, canceled_paid_orders, refunds, refunded_amount,
        returns, complaints, disputes_lost, answered_cases, answer_seconds, product_updates, review_count, review_stars,
        promotion_days, visitors, page_views)
    SELECT shop.id, %(last)s::date - back, 'CNY', paid, paid * 5000, paid / 2, paid - paid / 2, paid,
        paid * (6 + (shop.id + back) %% 80), 0, paid - (shop.id %% 13 = 0)::int, (shop.id %% 13 = 0)::int, 0, 0,
        paid / 8, ((shop.id + back) %% 29 = 0)::int, 0, paid / 6, paid / 6 * (1800 + (shop.id * 977 + back) %% 150000),
        ((shop.id + back) %% 9 = 0)::int, paid / 2, paid / 2 * (3 + (shop.id + back) %% 3), (shop.id + back) %% 3,
        paid * 20, paid * 50
    FROM merchants_shop shop CROSS JOIN generate_series(0, 34) AS back
    CROSS JOIN LATERAL (SELECT 1 + ((shop.id * 7 + back * 3) %% 11)::int AS paid) AS busy
    ORDER BY shop.id, back
    """,
    """
    INSERT INTO accounts_user (password, is_superuser, public_id, email, display_name, is_staff, is_active, joined_at)
    VALUES ('', false, 'usr_benchmark', 'benchmark@example.com', '', false, true, %(now)s)
    """,
    """
    INSERT INTO merchants_holiday (shop_id, started_at, ends_at, ended_at, started_by_id)
    SELECT shop.id, %(now)s - interval '20 days', %(now)s - interval '18 days', %(now)s - interval '18 days', person.id
    FROM merchants_shop shop CROSS JOIN accounts_user person
    WHERE shop.id %% 20 = 0 AND person.email = 'benchmark@example.com'
    """,
)


def largest_difference(ours, plain) -> float:
    """How far the scores of both databases are apart at the most; they must be the same rows."""
    found = []
    for connection in (ours, plain):
        with connection.cursor() as cursor:
            cursor.execute("SELECT shop_id, month, score FROM merchants_healthscore ORDER BY month, shop_id")
            found.append(cursor.fetchall())
    assert [row[:2] for row in found[0]] == [row[:2] for row in found[1]], "not the same shops and months"
    return max(abs(mine[2] - theirs[2]) for mine, theirs in zip(*found, strict=True))


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
