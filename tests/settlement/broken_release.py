"""
A release as it must not be: it asks first and books then, its entries have no key, and the shares are marked in a
second transaction. The negative control of test_release_survives_kills runs it in real workers.
"""

from django.db import connection, transaction

from mall.embedded.celery_app import app
from mall.ids import new_id

__all__ = ["app"]


@app.task(name="tests.broken_release")
def broken_release() -> None:
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM settlement_share WHERE status = 'pending' ORDER BY due_on, id LIMIT 200")
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            with transaction.atomic():
                cursor.execute(
                    """
                    WITH moving AS (SELECT * FROM settlement_share WHERE id = ANY(%(ids)s)),
                    booked AS (
                        INSERT INTO settlement_entry (public_id, kind, ref, at)
                        SELECT left(%(batch)s, 14) || lpad(id::text, 10, '0'), 'released', order_public_id, now()
                        FROM moving RETURNING id, ref
                    )
                    INSERT INTO settlement_posting (entry_id, account_id, shop_id, currency, amount)
                    SELECT b.id, a.id, m.shop_id, 'CNY', CASE a.kind WHEN 'shop_pending' THEN m.net ELSE -m.net END
                    FROM booked b JOIN moving m ON m.order_public_id = b.ref JOIN settlement_account a
                        ON a.shop_id = m.shop_id
                    """,
                    {"ids": ids, "batch": "ent_" + new_id("x")[-10:]},
                )
            with transaction.atomic():
                cursor.execute(
                    "UPDATE settlement_share SET status = 'released', released_at = now() WHERE id = ANY(%s)", [ids]
                )
