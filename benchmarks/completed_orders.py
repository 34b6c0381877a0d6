"""
Completed orders by the hundred thousand, as they lie in the database on the morning of their T+7: order groups, orders,
their entries (paid, completed) with all postings, and a pending share each. Plain SQL, written as the owner with
triggers asleep; what it writes is what the verbs would have written, and ``manage.py verify_ledger`` agrees.
"""

from collections.abc import Sequence
from datetime import datetime

ACCOUNTS = """
INSERT INTO settlement_account (kind, shop_id, currency)
SELECT kind, NULL, 'CNY' FROM unnest(ARRAY['custodian', 'escrow', 'commission']) AS kind
UNION ALL
SELECT kind, shop, 'CNY'
FROM unnest(%(shops)s::bigint[]) AS shop, unnest(ARRAY['shop_pending', 'shop_available']) AS kind
ON CONFLICT DO NOTHING
"""
PLAN = """
CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
SELECT %(start)s + i AS number, 'ord_' || lpad((%(start)s + i)::text, 20, '0') AS ref,
       (%(shops)s::bigint[])[1 + i %% cardinality(%(shops)s::bigint[])] AS shop_id,
       1000 + (i * 7919) %% 90000 AS gross, round((1000 + (i * 7919) %% 90000) * 0.05)::bigint AS commission,
       %(first)s::timestamptz + (i * %(days)s / %(orders)s) * interval '1 day' AS completed_at
FROM generate_series(0, %(orders)s::bigint - 1) AS i
"""
GROUPS = """
INSERT INTO orders_ordergroup (public_id, shopper_id, checkout_key, currency, total, placed_at, pay_by)
SELECT 'grp_' || lpad(number::text, 20, '0'), %(shopper)s, gen_random_uuid(), 'CNY', gross,
       completed_at - interval '10 days', completed_at - interval '9 days'
FROM plan
"""
ORDERS = """
INSERT INTO orders_order (
    public_id, group_id, shop_id, shopper_id, status, currency, goods_total, shipping_fee, discount, total, price_trace,
    consignee, phone, province, city, district, address_line, message, placed_at, paid_at, shipped_at, delivered_at,
    completed_at, cancel_reason
)
SELECT plan.ref, g.id, plan.shop_id, %(shopper)s, 'completed', 'CNY', gross, 0, 0, gross, '[]', '', '', '浙江省',
       '杭州市', '', '', '', g.placed_at, g.placed_at, g.placed_at + interval '1 day', completed_at - interval '7 days',
       completed_at, ''
FROM plan JOIN orders_ordergroup g ON g.public_id = 'grp_' || lpad(number::text, 20, '0')
"""
ENTRIES = """
INSERT INTO settlement_entry (public_id, kind, ref, at)
SELECT 'ent_' || kind.letter || lpad(number::text, 19, '0'), kind.name, ref, completed_at - kind.before
FROM plan, (VALUES ('p', 'paid', interval '10 days'), ('c', 'completed', interval '0')) AS kind (letter, name, before)
ORDER BY number, kind.name DESC
"""
POSTINGS = """
INSERT INTO settlement_posting (entry_id, account_id, shop_id, currency, amount)
SELECT e.id, a.id, a.shop_id, 'CNY', leg.amount
FROM plan
JOIN settlement_entry e ON e.ref = plan.ref
CROSS JOIN LATERAL (
    VALUES ('paid', 'custodian', NULL, gross), ('paid', 'escrow', NULL, -gross), ('completed', 'escrow', NULL, gross),
           ('completed', 'shop_pending', plan.shop_id, commission - gross),
           ('completed', 'commission', NULL, -commission)
) AS leg (entry_kind, account_kind, shop_id, amount)
JOIN settlement_account a ON a.kind = leg.account_kind AND a.shop_id IS NOT DISTINCT FROM leg.shop_id
WHERE e.kind = leg.entry_kind
ORDER BY e.id
"""
SHARES = """
INSERT INTO settlement_share (
    shop_id, order_public_id, status, currency, gross, commission, net, completed_at, due_on
)
SELECT shop_id, ref, 'pending', 'CNY', gross, commission, gross - commission, completed_at,
       (completed_at AT TIME ZONE 'Asia/Shanghai')::date + 7
FROM plan ORDER BY number
"""


def write_completed_orders(
    owner, *, orders: int, shops: Sequence[int], shopper: int, completed_from: datetime, days: int = 1
) -> None:
    """
    Write them in one transaction.

    :param owner: a superuser's connection (psycopg2) in autocommit mode
    :param shops: keys of the shops among which the orders are dealt in turn
    :param completed_from: when the first was completed; the others follow over so many ``days``
    """
    with owner.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_order")
        values = {
            "orders": orders,
            "shops": list(shops),
            "shopper": shopper,
            "first": completed_from,
            "days": days,
            "start": cursor.fetchone()[0],
        }
        cursor.execute("BEGIN; SET LOCAL session_replication_role = replica")
        try:
            for statement in (ACCOUNTS, PLAN, "ANALYZE plan", GROUPS, ORDERS, ENTRIES, POSTINGS, SHARES):
                cursor.execute(statement, values)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("ANALYZE")
