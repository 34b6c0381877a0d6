"""Lists of 100,000 rows: page 1 and a deep page read few rows and few blocks, whatever the sort and the state."""

import json

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from catalog.backoffice.lists import MOVEMENTS, PRODUCTS
from catalog.models import Product, StockMovement
from mall.backoffice.tables import AFTER, _Ways, capped_counts
from mall.backoffice.tables import read_page as read
from mall.tenancy import shop_scope
from orders.backoffice.lists import ORDERS
from orders.models import Order
from settlement.backoffice.lists import POSTINGS, SHARES, postings_by_account
from settlement.models import Posting, Share
from tests import servers
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop

ROWS = 100_000
PER_PAGE = 25
MOST_ROWS = 6 * (PER_PAGE + 1)  # read by all nodes of a plan together, those that a filter removed among them
MOST_BLOCKS = 900
# Nearly all orders are completed, so PostgreSQL may as well walk all and pass over the young ones: at most these.
IN_OTHER_STATES = 3_100

# States come in stretches, as in life: what waits is young, what is completed is old.
STATUS = """CASE WHEN i > 99900 THEN 'unpaid' WHEN i > 99000 THEN 'paid' WHEN i > 97000 THEN 'shipped'
                 WHEN i %% 50 = 0 THEN 'canceled' ELSE 'completed' END"""
FILL = (
    f"""
    INSERT INTO orders_order (public_id, group_id, shop_id, shopper_id, status, currency, goods_total, shipping_fee,
        discount, total, price_trace, consignee, phone, province, city, district, address_line, message, placed_at,
        paid_at, shipped_at, completed_at, canceled_at, delivered_at, cancel_reason)
    SELECT 'ord_' || lpad(i::text, 20, '0'), 1, %(shop)s, %(person)s, {STATUS}, 'CNY', i %% 700, 0, 0, i %% 700, '[]',
        '', '', '浙江省', '杭州市', '', '', '', moment, CASE WHEN i <= 99900 THEN moment END, moment, moment, moment,
        moment, ''
    FROM generate_series(1, %(rows)s) i,
        LATERAL (SELECT timestamptz '2026-01-01' + (i / 3) * interval '1 minute') m (moment)
    """,
    """
    INSERT INTO catalog_product (public_id, handle, shop_id, status, category_id, title, subtitle, description, options,
        attributes, currency, price_from, price_to, review_note, created_at, changed_at, on_sale_at)
    SELECT 'prd_' || lpad(i::text, 20, '0'), '', %(shop)s,
        CASE WHEN i > 99950 THEN 'draft' WHEN i %% 40 = 0 THEN 'off_sale' ELSE 'on_sale' END, %(category)s,
        '{"zh-hans": "青瓷盖碗"}', '{}', '{}', '[]', '[]', 'CNY', i %% 500, i %% 500, '', moment, moment,
        CASE WHEN i <= 99950 THEN moment END
    FROM generate_series(1, %(rows)s) i,
        LATERAL (SELECT timestamptz '2026-01-01' + (i / 3) * interval '1 minute') m (moment)
    """,
    """
    INSERT INTO catalog_stockmovement (shop_id, stock_id, quantity, reason, document, at)
    SELECT %(shop)s, %(stock)s, 1, 'receipt', 'x', timestamptz '2026-01-01' + (i / 3) * interval '1 minute'
    FROM generate_series(1, %(rows)s) i
    """,
    """
    INSERT INTO settlement_share (shop_id, order_public_id, status, currency, gross, commission, net, completed_at,
        due_on, released_at)
    SELECT %(shop)s, 'ord_' || lpad(i::text, 20, '0'), CASE WHEN i > 95000 THEN 'pending' ELSE 'released' END, 'CNY', i,
        0, i, moment, '2026-03-01', CASE WHEN i <= 95000 THEN moment END
    FROM generate_series(1, %(rows)s) i,
        LATERAL (SELECT timestamptz '2026-01-01' + (i / 3) * interval '1 minute') m (moment)
    """,
    """
    WITH opened AS (
        INSERT INTO settlement_account (kind, shop_id, currency)
        VALUES ('shop_pending', %(shop)s, 'CNY'), ('shop_available', %(shop)s, 'CNY'), ('escrow', NULL, 'CNY')
        RETURNING id, kind, shop_id
    ), entry AS (
        INSERT INTO settlement_entry (public_id, kind, ref, at) VALUES ('ent_1', 'completed', 'ord_1', now())
        RETURNING id
    )
    INSERT INTO settlement_posting (entry_id, account_id, shop_id, currency, amount)
    SELECT entry.id, opened.id, opened.shop_id, 'CNY', 1
    FROM entry, generate_series(1, %(rows)s) i JOIN opened ON opened.kind =
        CASE WHEN i %% 3 = 0 THEN 'shop_pending' WHEN i %% 30 = 1 THEN 'shop_available' ELSE 'escrow' END
    ORDER BY i
    """,
)


@pytest.fixture(scope="module")
def long_lists(django_db_blocker):
    """A shop with 100,000 rows in each list, and another beside it; one database for all of these tests."""
    from tests.conftest import _all_connections_to

    name = servers.next_database_name()
    servers.clone_template(name)
    with _all_connections_to(name), django_db_blocker.unblock():
        place = shop()
        goods = sku(shop=place)
        sku()
        owner = servers.connect_as_owner(name)
        values = {
            "shop": place.pk, "person": shopper().pk, "category": goods.product.category_id,
            "stock": goods.stocks.get().pk, "rows": ROWS,
        }  # fmt: skip
        with owner.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for statement in FILL:
                cursor.execute(statement, values)
            cursor.execute("VACUUM ANALYZE")
        owner.close()
        yield place
    servers.drop_database(name)


CASES = [
    (declared, model, f"{sign}{sort.name}", status)
    for declared, model, statuses in (
        (ORDERS, Order, ["", "paid", "completed", "unpaid"]),
        (PRODUCTS, Product, ["", "on_sale", "draft"]),
        (MOVEMENTS, StockMovement, [""]),
        (SHARES, Share, ["", "pending", "released"]),
        (POSTINGS, Posting, [""]),
    )
    for sort in declared.sorts
    for sign in ("-", "")
    for status in statuses
    # by state only the usual order is held by an index of its own; the others follow their own index or sort the few
    if not status or sort == declared.sorts[0]
]


@pytest.mark.parametrize(
    ("declared", "model", "wanted", "status"), CASES, ids=lambda value: getattr(value, "key", None) or str(value)
)
@pytest.mark.parametrize("depth", [0, 60])
def test_a_page_reads_few_rows(long_lists, declared, model, wanted, status, depth):
    words = {"sort": wanted} | ({"status": status} if status else {})
    asked = RequestFactory().get("/", words)
    sort = next(one for one in declared.sorts if one.name == wanted.removeprefix("-"))

    with shop_scope(long_lists.pk):
        rows = model.objects.owned_by(long_lists)
        shown = declared.filter(asked.GET)
        parts = postings_by_account(long_lists, shown) if declared is POSTINGS else shown.parts(rows)
        if depth:
            fits = shown.narrow(rows).order_by(sort.column, "pk")
            if sort.has_nulls:
                fits = fits.filter(**{f"{sort.column}__isnull": False})
            edge = fits[fits.count() * depth // 100]
            asked = RequestFactory().get(
                "/" + _Ways(QueryDict(asked.GET.urlencode()), "", wanted, sort).to(AFTER, edge)
            )
        with CaptureQueriesContext(connection) as captured:
            page = read(parts, asked, sorts=declared.sorts, default=declared.default, per_page=PER_PAGE)
        plans = [explained(query["sql"]) for query in captured.captured_queries]

    assert len(page) == PER_PAGE or not page.next_url
    skipped = IN_OTHER_STATES if status == "completed" else 0
    assert sum(rows_read(plan) for plan in plans) <= MOST_ROWS * len(parts) + skipped, json.dumps(plans, indent=1)
    assert sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans) <= MOST_BLOCKS


def test_counting_the_tabs_stops_at_the_cap(long_lists):
    with shop_scope(long_lists.pk):
        mine = Order.objects.owned_by(long_lists)
        with CaptureQueriesContext(connection) as captured:
            counts = capped_counts({"": mine} | {status: mine.filter(status=status) for status in Order.Status.values})
        plan = explained(captured.captured_queries[0]["sql"])

    assert counts == {
        "": 1000, "unpaid": 100, "deposit_paid": 0, "paid": 900, "booked": 0, "shipped": 1000, "delivered": 0,
        "completed": 1000, "canceled": 1000,
    }  # fmt: skip
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 3_000


def explained(sql: str) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        return cursor.fetchone()[0][0]["Plan"]


def rows_read(plan: dict) -> int:
    """The rows that the plan's scans touched, with those they threw away."""
    own = 0
    if "Relation Name" in plan or "Index Name" in plan:
        own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return int(own) + sum(rows_read(child) for child in plan.get("Plans", []))
