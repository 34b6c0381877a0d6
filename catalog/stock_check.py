"""
Does the stock add up? Movements make on hand, held reservations make reserved, neither is ever exceeded, and what a
transfer took from one shelf is in transit or lies on the other; of goods that are codes, as many are free as are on
hand. Run every night and by ``verify_stock``.
"""

from django.db import connection

SHOWN_FAULTS = 20
_FAULTS = """
WITH moved AS (SELECT stock_id, sum(quantity) AS total FROM catalog_stockmovement GROUP BY stock_id),
held AS (
    SELECT stock_id, sum(quantity) AS total, sum(quantity) FILTER (WHERE is_aside) AS aside
    FROM catalog_reservation WHERE status = 'held' GROUP BY stock_id
)
SELECT k.public_id, w.public_id, s.on_hand, s.reserved, coalesce(m.total, 0), coalesce(h.total, 0)
FROM catalog_stock s
JOIN catalog_sku k ON k.id = s.sku_id
JOIN catalog_warehouse w ON w.id = s.warehouse_id
LEFT JOIN moved m ON m.stock_id = s.id
LEFT JOIN held h ON h.stock_id = s.id
WHERE coalesce(m.total, 0) <> s.on_hand OR coalesce(h.total, 0) <> s.reserved
   OR coalesce(h.aside, 0) <> s.set_aside
   OR NOT (s.on_hand >= s.reserved AND s.reserved >= 0)
   OR (w.closed_at IS NOT NULL AND s.on_hand <> 0)
ORDER BY s.id
LIMIT %s
"""
# Of each SKU on each transfer: what left the source, what the target booked, and what both should be.
_WAYS = """
WITH moved AS (
    SELECT v.document, s.sku_id,
        sum(v.quantity) FILTER (WHERE v.reason = 'transfer_out' AND s.warehouse_id = t.source_id) AS gone,
        sum(v.quantity) FILTER (WHERE v.reason = 'transfer_in' AND s.warehouse_id = t.target_id) AS come,
        sum(v.quantity) FILTER (WHERE v.reason IN ('lost', 'damaged') AND s.warehouse_id = t.target_id) AS missed,
        sum(v.quantity) AS kept
    FROM catalog_stockmovement v JOIN catalog_stock s ON s.id = v.stock_id
    JOIN catalog_stocktransfer t ON t.public_id = v.document
    GROUP BY v.document, s.sku_id
),
planned AS (
    SELECT t.public_id, t.status, l.sku_id, l.quantity, l.received
    FROM catalog_stocktransfer t JOIN catalog_stocktransferline l ON l.transfer_id = t.id
),
compared AS (
    SELECT coalesce(p.public_id, m.document) AS transfer, coalesce(p.sku_id, m.sku_id) AS sku_id, p.status, p.quantity,
        p.received, coalesce(m.gone, 0) AS gone, coalesce(m.come, 0) AS come, coalesce(m.missed, 0) AS missed,
        coalesce(m.kept, 0) AS kept
    FROM planned p FULL JOIN moved m ON m.document = p.public_id AND m.sku_id = p.sku_id
)
SELECT k.public_id, c.transfer, c.status, c.quantity, c.gone, c.come, c.missed
FROM compared c JOIN catalog_sku k ON k.id = c.sku_id
WHERE NOT CASE coalesce(c.status, 'draft')
    WHEN 'sent' THEN c.gone = -c.quantity AND c.come = 0 AND c.kept = -c.quantity
    WHEN 'received' THEN c.gone = -c.quantity AND c.come = c.quantity AND c.missed = c.received - c.quantity
        AND c.kept = c.missed
    ELSE c.kept = 0 AND c.gone = 0 AND c.come = 0
END
ORDER BY c.transfer, c.sku_id
LIMIT %s
"""
# Of goods that are codes: what is on hand, and how many codes are free.
_CODES = """
WITH held AS (
    SELECT k.id, k.public_id, sum(s.on_hand) AS on_hand FROM catalog_stock s JOIN catalog_sku k ON k.id = s.sku_id
    JOIN catalog_product p ON p.id = k.product_id WHERE p.kind = 'virtual' GROUP BY k.id
),
free AS (SELECT sku_id, count(*) AS codes FROM catalog_goodscode WHERE status = 'free' GROUP BY sku_id)
SELECT h.public_id, h.on_hand, coalesce(f.codes, 0) FROM held h LEFT JOIN free f ON f.sku_id = h.id
WHERE h.on_hand <> coalesce(f.codes, 0) ORDER BY h.id LIMIT %s
"""
_COUNTS = """
SELECT (SELECT count(*) FROM catalog_stock), (SELECT count(*) FROM catalog_stockmovement),
       (SELECT count(*) FROM catalog_reservation), (SELECT count(*) FROM catalog_stocktransfer)
"""


def verify_stock() -> dict:
    """What was looked at and what does not add up, at most twenty faults of each kind."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        stocks, movements, reservations, transfers = cursor.fetchone()
        cursor.execute(_FAULTS, [SHOWN_FAULTS])
        faults = [
            {
                "sku": sku,
                "warehouse": warehouse,
                "on_hand": on_hand,
                "moved": int(moved),
                "reserved": reserved,
                "held": int(held),
            }
            for sku, warehouse, on_hand, reserved, moved, held in cursor.fetchall()
        ]
        cursor.execute(_WAYS, [SHOWN_FAULTS])
        faults += [
            {
                "sku": sku,
                "transfer": transfer,
                "status": status,
                "quantity": quantity,
                "gone": int(gone),
                "come": int(come),
                "missed": int(missed),
            }
            for sku, transfer, status, quantity, gone, come, missed in cursor.fetchall()
        ]
        cursor.execute(_CODES, [SHOWN_FAULTS])
        faults += [
            {"sku": sku, "on_hand": int(on_hand), "free_codes": codes} for sku, on_hand, codes in cursor.fetchall()
        ]
    return {
        "ok": not faults,
        "stocks": stocks,
        "movements": movements,
        "reservations": reservations,
        "transfers": transfers,
        "faults": faults,
    }
