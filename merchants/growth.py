"""
The growth file (M5): every thing that happened in a shop is one entry, and the daily facts are the sums of the entries.

An event becomes an entry once, however often it is told: the bus keeps a receipt for the listener, and the same thing
about the same subject at the same moment is written once (``growth_entry_once``). Facts are kept beside the entries, so
that scores and charts need not add up a year of orders; ``rebuild`` makes them from scratch and comes to the same rows.
An entry that an appeal took out (``is_excluded``) stays on file and counts no more; so do the entries of an order that
looks like fake trade (R3), those that are yet to come too.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from mall.clock import business_date, start_of
from mall.money import Money
from mall.rows import select_rows
from merchants.models import DailyFacts, GrowthEntry, Shop

COUNTS = (
    "paid_orders", "paid_amount", "new_buyers", "repeat_buyers", "shipped_orders", "shipping_hours", "late_orders",
    "completed_orders", "canceled_paid_orders", "refunds", "refunded_amount", "returns", "complaints", "disputes_lost",
    "answered_cases", "answer_seconds", "product_updates", "review_count", "review_stars", "promotion_days", "visitors",
    "page_views",
)  # fmt: skip
OF_BUYERS = ("new_buyers", "repeat_buyers")  # told by where an order stands among all of its shopper's here
COUNTED_FROM_ENTRIES = tuple(name for name in COUNTS if name not in OF_BUYERS)
LATE_AFTER_HOURS = 48
TOLD_LATE_DAYS = 4  # what is told once a day may be told so many days late, and no later
TOLD_AT_ONCE = 500  # shops in one transaction
SILENCE_SECONDS = 72 * 3600  # what a shop's silence counts as, where somebody else had to answer for it
_TABLE = DailyFacts._meta.db_table
_ENTRY = """
    INSERT INTO merchants_growthentry (shop_id, name, subject, at, "on", shopper_id, counts, detail, is_excluded,
        excluded_for)
    SELECT shop.id, %(name)s, %(subject)s, %(at)s, %(on)s, %(shopper_id)s, %(counts)s::jsonb, %(detail)s::jsonb,
        coalesce(aside.is_so, false), CASE WHEN aside.is_so THEN %(order)s ELSE '' END
    FROM merchants_shop shop
    CROSS JOIN LATERAL (SELECT (
        SELECT paid.excluded_for = paid.subject FROM merchants_growthentry paid
        WHERE paid.shop_id = shop.id AND paid.name = 'OrderPaid' AND paid.subject = %(order)s AND %(order)s <> ''
        FOR SHARE
    ) AS is_so) AS aside
    WHERE shop.public_id = %(shop_id)s
    ON CONFLICT DO NOTHING
    RETURNING shop_id, is_excluded
"""
_ADD = f"""
    INSERT INTO {_TABLE} AS day (shop_id, "on", currency, {", ".join(COUNTS)})
    SELECT id, %(on)s, currency, {", ".join(f"%({name})s" for name in COUNTS)}
    FROM merchants_shop WHERE id = %(shop)s
    ON CONFLICT (shop_id, "on") DO UPDATE SET {", ".join(f"{name} = day.{name} + EXCLUDED.{name}" for name in COUNTS)}
"""  # noqa: S608 (names of columns, written above)
_TAKE = f"""
    UPDATE {_TABLE} SET {", ".join(f"{name} = {name} - %({name})s" for name in COUNTS)}
    WHERE shop_id = %(shop)s AND "on" = %(on)s
"""  # noqa: S608 (names of columns, written above)


@transaction.atomic
def write(
    *, shop_id: str, name: str, subject: str, at: datetime, shopper_id: int | None = None, detail: dict | None = None,
    order_id: str = "", **counts: int,
) -> bool:  # fmt: skip
    """
    Put an entry on file and add its counts to the facts of the business day on which ``at`` falls.

    :param shop_id: the shop's public id
    :param order_id: of which order it tells, after it was paid: if that was set aside, it counts nothing
    :param counts: any of ``COUNTED_FROM_ENTRIES``
    :returns: whether it is new; what is on file already changes nothing
    """
    if unknown := set(counts) - set(COUNTED_FROM_ENTRIES):
        raise TypeError(f"daily facts do not count {', '.join(sorted(unknown))}")
    on = business_date(at)
    values = {
        "shop_id": shop_id, "name": name, "subject": subject[:60], "at": at, "on": on, "shopper_id": shopper_id,
        "counts": json.dumps(counts), "detail": json.dumps(detail or {}), "order": order_id,
    }  # fmt: skip
    if name == "OrderPaid" and shopper_id is not None:
        with connection.cursor() as cursor:  # her orders heard at once take turns, before a row is held
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [shop_id, shopper_id % 2**31])
    written = select_rows(_ENTRY, values)
    if not written:
        return False
    shop, is_excluded = written[0]
    if counts and not is_excluded:
        _add(shop, on, **counts)
    if name == "OrderPaid":
        _note_buyer(shop, shopper_id, at)
        _note_paid(shop, subject, at)
    elif name == "OrderCanceled":
        _forget_paid(shop)
    return True


def _add(shop: int, on: date, **counts: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD, dict.fromkeys(COUNTS, 0) | counts | {"shop": shop, "on": on})


def _take(shop: int, on: date, **counts: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, dict.fromkeys(COUNTS, 0) | counts | {"shop": shop, "on": on})


def _note_buyer(shop: int, shopper_id: int | None, at: datetime) -> None:
    """
    A shopper is new with her earliest order here and came back with every other, in whatever order they are heard.
    """
    if shopper_id is None:
        return
    moments = _moments_of(shop, shopper_id)[:2]
    if moments[0] < at or (len(moments) > 1 and moments[1] == at):
        _add(shop, business_date(at), repeat_buyers=1)
        return
    if len(moments) > 1:
        _take(shop, business_date(moments[1]), new_buyers=1)
        _add(shop, business_date(moments[1]), repeat_buyers=1)
    _add(shop, business_date(at), new_buyers=1)


def _moments_of(shop: int, shopper_id: int) -> list[datetime]:
    """When she paid an order here that counts, earliest first."""
    rows = GrowthEntry.objects.filter(shop=shop, name="OrderPaid", shopper_id=shopper_id, excluded_for="")
    return list(rows.order_by("at").values_list("at", flat=True))


def _note_paid(shop: int, order_id: str, at: datetime) -> None:
    """The clock of M7 starts at the latest order that was paid and stayed so, in whatever order they are heard."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO merchants_shopactivity AS activity (shop_id, last_paid_at, category)
            SELECT %(shop)s, %(at)s, '' WHERE NOT EXISTS (
                SELECT FROM merchants_growthentry WHERE shop_id = %(shop)s AND name = 'OrderCanceled'
                AND subject = %(order_id)s
            )
            ON CONFLICT (shop_id) DO UPDATE SET last_paid_at = greatest(activity.last_paid_at, EXCLUDED.last_paid_at)
            """,
            {"at": at, "shop": shop, "order_id": order_id},
        )


_STANDING = """
    SELECT max(paid.at) FROM merchants_growthentry paid
    WHERE paid.shop_id = activity.shop_id AND paid.name = 'OrderPaid' AND paid.excluded_for = '' AND NOT EXISTS (
        SELECT FROM merchants_growthentry canceled
        WHERE canceled.shop_id = paid.shop_id AND canceled.name = 'OrderCanceled' AND canceled.subject = paid.subject
    )
"""


def _forget_paid(shop: int) -> None:
    """An order that was canceled after all was no sale: the clock goes back to the one before."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE merchants_shopactivity activity SET last_paid_at = ({_STANDING}) WHERE shop_id = %s",  # noqa: S608
            [shop],
        )


# What is told once, of a day that is over


def days_to_tell(now: datetime) -> list[date]:
    """The days that are over and may still be told, the oldest first."""
    today = business_date(now)
    return [today - timedelta(days=back) for back in range(TOLD_LATE_DAYS, 0, -1)]


def untold(name: str, on: date, shop_ids: Sequence[str]) -> Iterator[list[str]]:
    """Of these shops (public ids), in batches, those of which no such entry of that day is on file."""
    for start in range(0, len(shop_ids), TOLD_AT_ONCE):
        batch = shop_ids[start : start + TOLD_AT_ONCE]
        told = set(
            GrowthEntry.objects.filter(
                shop__public_id__in=batch, name=name, subject=on.isoformat(), at=start_of(on)
            ).values_list("shop__public_id", flat=True)
        )
        if left := [shop_id for shop_id in batch if shop_id not in told]:
            yield left


def write_day(*, shop_id: str, name: str, day: str, **counts: int) -> bool:
    """Put what is told of a whole day (YYYY-MM-DD) on file, once for each shop and day, whatever is told again."""
    return write(shop_id=shop_id, name=name, subject=day, at=start_of(date.fromisoformat(day)), **counts)


# From scratch

_SUMS = ", ".join(
    f"coalesce(sum((counts ->> '{name}')::bigint) FILTER (WHERE NOT is_excluded), 0) AS {name}"
    for name in COUNTED_FROM_ENTRIES
)
_REBUILD = f"""
    WITH sums AS (
        SELECT shop_id, "on", {_SUMS} FROM merchants_growthentry WHERE counts <> '{{}}' GROUP BY shop_id, "on"
    ), bought AS (
        SELECT shop_id, "on", row_number() OVER (PARTITION BY shop_id, shopper_id ORDER BY at) AS place
        FROM merchants_growthentry WHERE name = 'OrderPaid' AND shopper_id IS NOT NULL AND excluded_for = ''
    ), buyers AS (
        SELECT shop_id, "on", count(*) FILTER (WHERE place = 1) AS new_buyers,
            count(*) FILTER (WHERE place > 1) AS repeat_buyers
        FROM bought GROUP BY shop_id, "on"
    )
    INSERT INTO {_TABLE} (shop_id, "on", currency, {", ".join(COUNTS)})
    SELECT shop_id, "on", shop.currency,
        {", ".join(f"coalesce({name}, 0)" if name in OF_BUYERS else name for name in COUNTS)}
    FROM sums LEFT JOIN buyers USING (shop_id, "on") JOIN merchants_shop shop ON shop.id = shop_id
    ORDER BY shop_id, "on"
"""  # noqa: S608 (names of columns, written above)


@transaction.atomic
def rebuild() -> dict[str, int]:
    """
    Make all daily facts and the shops' latest sales from the entries, from scratch; returns how many days and changes.

    Nothing is written meanwhile; afterwards every row is what it was, if nothing was wrong.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE merchants_growthentry, {_TABLE} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"CREATE TEMPORARY TABLE facts_before ON COMMIT DROP AS SELECT * FROM {_TABLE}")  # noqa: S608
        cursor.execute(f"DELETE FROM {_TABLE}")  # noqa: S608 (a name of ours)
        cursor.execute(_REBUILD)
        days = cursor.rowcount
        same = f'shop_id, "on", currency, {", ".join(COUNTS)}'
        cursor.execute(
            f"SELECT count(*) FROM ((SELECT {same} FROM facts_before EXCEPT SELECT {same} FROM {_TABLE})"  # noqa: S608
            f" UNION ALL (SELECT {same} FROM {_TABLE} EXCEPT SELECT {same} FROM facts_before)) AS different"
        )
        different = cursor.fetchone()[0]
        cursor.execute("DROP TABLE facts_before")
        cursor.execute(
            f"UPDATE merchants_shopactivity activity SET last_paid_at = ({_STANDING})"  # noqa: S608 (the query above)
            f" WHERE last_paid_at IS DISTINCT FROM ({_STANDING})"
        )
        moved = cursor.rowcount
    return {"days": days, "different": different, "clocks_moved": moved}


# Taking out what an appeal showed to be nobody's fault


def exclude(shop: Shop, entry_ids: Iterable[int]) -> int:
    """These entries of the shop count no more; returns how many counted until now."""
    entries = GrowthEntry.objects.select_for_update().filter(shop=shop, pk__in=list(entry_ids), is_excluded=False)
    count = 0
    for entry in entries.order_by("pk"):
        _take(shop.pk, entry.on, **entry.counts)
        entry.is_excluded = True
        entry.save(update_fields=["is_excluded"])
        count += 1
    return count


def exclude_subject(*, shop_id: str, name: str, subject: str) -> int:
    """
    What happened to one thing (by event and id) counts no more, because staff decided so; returns how many entries.

    :raises GrowthEntry.DoesNotExist: it is not on file yet; who heard of the decision first hears of it again
    """
    shop = Shop.objects.get(public_id=shop_id)
    entries = _of_subject(shop, name, subject).values_list("pk", flat=True)
    if not entries:
        raise GrowthEntry.DoesNotExist(f"{name} {subject} is not on file yet")
    return exclude(shop, entries)


def readmit_subject(*, shop_id: str, name: str, subject: str) -> int:
    """What was excluded counts again; returns how many entries."""
    shop = Shop.objects.get(public_id=shop_id)
    entries = _of_subject(shop, name, subject).filter(is_excluded=True, excluded_for="").select_for_update()
    count = 0
    for entry in entries.order_by("pk"):
        _add(shop.pk, entry.on, **entry.counts)
        entry.is_excluded = False
        entry.save(update_fields=["is_excluded"])
        count += 1
    return count


def _of_subject(shop: Shop, name: str, subject: str):
    return GrowthEntry.objects.filter(shop=shop, name=name, subject=subject)


# Orders that look like fake trade (R3)

_WITH_ORDER = ("PaymentRefunded", "AfterSaleClosed")  # whose details name it; of the others it is the subject


@transaction.atomic
def set_orders_aside(*, shop_id: str, order_ids: Iterable[str]) -> int:
    """
    What happened in these orders (public ids) counts no more, nor does what is heard of them later: in the facts of the
    days, among the buyers, for the clock of M7. Returns how many entries counted until now.

    :raises GrowthEntry.DoesNotExist: that one of them was paid is not on file yet; who heard first hears it again
    """
    shop, wanted = Shop.objects.get(public_id=shop_id), sorted(set(order_ids))
    paid = _paid_entries(shop, wanted)
    if missing := set(wanted) - {entry.subject for entry in paid}:
        raise GrowthEntry.DoesNotExist(f"OrderPaid {min(missing)} is not on file yet")
    return _switch_orders(shop, paid, GrowthEntry.objects.filter(excluded_for="", is_excluded=False), is_aside=True)


@transaction.atomic
def readmit_orders(*, shop_id: str, order_ids: Iterable[str]) -> int:
    """What was set aside of these orders counts again; returns how many entries."""
    shop = Shop.objects.get(public_id=shop_id)
    return _switch_orders(
        shop, _paid_entries(shop, set(order_ids)), GrowthEntry.objects.exclude(excluded_for=""), is_aside=False
    )


def _paid_entries(shop: Shop, order_ids: Iterable[str]) -> list[GrowthEntry]:
    """That these orders were paid, locked; their buyers' other orders take turns, as in ``write``."""
    rows = GrowthEntry.objects.filter(shop=shop, name="OrderPaid", subject__in=list(order_ids)).order_by("pk")
    with connection.cursor() as cursor:
        for shopper in sorted(set(rows.order_by().values_list("shopper_id", flat=True)) - {None}):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [shop.public_id, shopper % 2**31])
    return list(rows.select_for_update())


def _switch_orders(shop: Shop, paid: list[GrowthEntry], rows, *, is_aside: bool) -> int:
    ids = [entry.subject for entry in paid]
    shoppers = sorted({entry.shopper_id for entry in paid if entry.shopper_id is not None})
    for shopper in shoppers:
        _count_buyer(shop.pk, shopper, _take)
    theirs = Q(subject__in=ids) | Q(name__in=_WITH_ORDER, detail__order__in=ids)
    entries = list(rows.filter(theirs, shop=shop).select_for_update().order_by("pk"))
    for entry in entries:
        (_take if is_aside else _add)(shop.pk, entry.on, **entry.counts)
        entry.is_excluded = is_aside
        entry.excluded_for = entry.detail.get("order", entry.subject) if is_aside else ""
    GrowthEntry.objects.bulk_update(entries, ["is_excluded", "excluded_for"], batch_size=500)
    for shopper in shoppers:
        _count_buyer(shop.pk, shopper, _add)
    if entries:
        _forget_paid(shop.pk)
    return len(entries)


def _count_buyer(shop: int, shopper_id: int, change) -> None:
    """All that a shopper's orders here add to the counts of new buyers and of those who came back."""
    for place, at in enumerate(_moments_of(shop, shopper_id)):
        change(shop, business_date(at), **{OF_BUYERS[min(place, 1)]: 1})


# Categories: shops are compared within theirs


def note_categories(categories: dict[int, str]) -> int:
    """The catalogue tells in which category each shop (by key) sells most; returns how many changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO merchants_shopactivity AS activity (shop_id, category)
            SELECT told.shop_id, told.category FROM unnest(%s::bigint[], %s::text[]) AS told (shop_id, category)
            ON CONFLICT (shop_id) DO UPDATE SET category = EXCLUDED.category
            WHERE activity.category <> EXCLUDED.category
            """,
            [list(categories), list(categories.values())],
        )
        return cursor.rowcount


# Reading


def sums_of(shop: Shop, *, first: date, last: date) -> dict:
    """The facts of these days, summed."""
    from django.db.models import Sum

    days = DailyFacts.objects.owned_by(shop).filter(on__gte=first, on__lte=last)
    sums = days.aggregate(**{name: Sum(name, default=0) for name in COUNTS})
    money = {name: Money(int(sums[name]), shop.currency) for name in ("paid_amount", "refunded_amount")}
    return {**sums, **money}


def days_of(shop: Shop, *, last: date, count: int) -> list[DailyFacts]:
    """So many days up to and with ``last``, oldest first; a day without facts is an empty one."""
    first = last - timedelta(days=count - 1)
    found = {day.on: day for day in DailyFacts.objects.owned_by(shop).filter(on__gte=first, on__lte=last)}
    days = (first + timedelta(days=number) for number in range(count))
    return [found.get(on) or DailyFacts(shop=shop, on=on, currency=shop.currency) for on in days]
