"""Does the stock add up? Movements make on hand, held reservations make reserved, and neither is ever exceeded."""

from django.db import connection

SHOWN_FAULTS = 20
_FAULTS = """
WITH moved AS (SELECT stock_id, sum(quantity) AS total FROM catalog_stockmovement GROUP BY stock_id),
held AS (SELECT stock_id, sum(quantity) AS total FROM catalog_reservation WHERE status = 'held' GROUP BY stock_id)
SELECT k.public_id, s.on_hand, s.reserved, coalesce(m.total, 0), coalesce(h.total, 0)
FROM catalog_stock s
JOIN catalog_sku k ON k.id = s.sku_id
LEFT JOIN moved m ON m.stock_id = s.id
LEFT JOIN held h ON h.stock_id = s.id
WHERE coalesce(m.total, 0) <> s.on_hand OR coalesce(h.total, 0) <> s.reserved
   OR NOT (s.on_hand >= s.reserved AND s.reserved >= 0)
ORDER BY s.id
LIMIT %s
"""
_COUNTS = """
SELECT (SELECT count(*) FROM catalog_stock), (SELECT count(*) FROM catalog_stockmovement),
       (SELECT count(*) FROM catalog_reservation)
"""


def verify_stock() -> dict:
    """What was looked at and what does not add up, at most twenty faults."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        stocks, movements, reservations = cursor.fetchone()
        cursor.execute(_FAULTS, [SHOWN_FAULTS])
        faults = [
            {"sku": sku, "on_hand": on_hand, "moved": int(moved), "reserved": reserved, "held": int(held)}
            for sku, on_hand, reserved, moved, held in cursor.fetchall()
        ]
    return {
        "ok": not faults,
        "stocks": stocks,
        "movements": movements,
        "reservations": reservations,
        "faults": faults,
    }
