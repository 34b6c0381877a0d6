"""The growth file: what happened in a shop is counted on the business day on which it happened (M5)."""

from datetime import datetime

from django.db import connection

from mall.clock import business_date
from merchants.models import DailyFacts

COUNTS = (
    "paid_orders", "paid_amount", "shipped_orders", "shipping_hours", "completed_orders", "canceled_paid_orders",
    "product_updates", "review_count", "review_stars",
)  # fmt: skip
_TABLE = DailyFacts._meta.db_table
_ADD = f"""
    INSERT INTO {_TABLE} AS day (shop_id, "on", currency, {", ".join(COUNTS)})
    SELECT id, %(on)s, currency, {", ".join(f"%({name})s" for name in COUNTS)}
    FROM merchants_shop WHERE public_id = %(shop_id)s
    ON CONFLICT (shop_id, "on") DO UPDATE SET {", ".join(f"{name} = day.{name} + EXCLUDED.{name}" for name in COUNTS)}
"""  # noqa: S608 (names of columns, written above)


def count(*, shop_id: str, at: datetime, **counts: int) -> None:
    """
    Add to the facts of the business day on which ``at`` falls; two at once both count.

    :param shop_id: the shop's public id
    :param counts: any of ``COUNTS``
    """
    if unknown := set(counts) - set(COUNTS):
        raise TypeError(f"daily facts do not count {', '.join(sorted(unknown))}")
    with connection.cursor() as cursor:
        cursor.execute(_ADD, dict.fromkeys(COUNTS, 0) | counts | {"shop_id": shop_id, "on": business_date(at)})


def note_paid_order(*, shop_id: str, at: datetime) -> None:
    """A shop sold something: its clock of M7 starts at the latest such moment, in whatever order they are heard."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO merchants_shopactivity AS activity (shop_id, last_paid_at)
            SELECT id, %(at)s FROM merchants_shop WHERE public_id = %(shop_id)s
            ON CONFLICT (shop_id) DO UPDATE SET last_paid_at = greatest(activity.last_paid_at, EXCLUDED.last_paid_at)
            """,
            {"at": at, "shop_id": shop_id},
        )
