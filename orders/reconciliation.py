"""
Each channel's bill of each day held against our own books (O3, C6): what differs is listed, by kind, for staff.

A bill is fetched without any lock, then compared by the database in one transaction, so that a million lines are a few
statements. What is on no bill is missed; what is on two is noticed; and where the bill knows of money that nobody told
us of, the channel is asked and the payment comes right by itself.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import IO
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.flow import WrongStatus
from mall.rows import insert_rows, select_rows
from orders import gateways, payments, tunables
from orders.gateways.base import BillLine, ChannelUnavailable, NoBill
from orders.models import Bill, Difference, Payment

log = logging.getLogger("orders.reconciliation")

BILLS_READY = time(10)  # on the day after; the last of the channels by their own word
GRACE = timedelta(minutes=10)  # between the channel's moment and ours, and between two clocks
MOST_DAYS = 92  # channels keep their bills for three months
CHUNK = 1000

BOOKS = """
    SELECT 'payment' AS kind, public_id AS reference, channel, amount, currency,
        CASE status WHEN 'succeeded' THEN 'done' WHEN 'pending' THEN 'waiting' ELSE 'failed' END AS standing,
        succeeded_at AS at
    FROM orders_payment
    UNION ALL
    SELECT 'refund', r.public_id, p.channel,
        CASE WHEN r.to_balance = r.amount - r.to_cards THEN 0 ELSE r.amount - r.to_cards - r.from_deposit END,
        r.currency,
        CASE r.status WHEN 'succeeded' THEN 'done' ELSE 'waiting' END, r.refunded_at
    FROM orders_refund r JOIN orders_payment p ON p.id = r.payment_id
    UNION ALL
    SELECT 'refund', r.public_id || '-deposit', d.channel,
        CASE WHEN r.to_balance = r.amount - r.to_cards THEN 0 ELSE r.from_deposit END, r.currency,
        CASE r.status WHEN 'succeeded' THEN 'done' ELSE 'waiting' END, r.refunded_at
    FROM orders_refund r
    JOIN orders_payment p ON p.id = r.payment_id
    JOIN orders_payment d ON d.group_id = p.group_id AND d.part = 'deposit' AND d.status = 'succeeded' AND NOT d.is_late
    WHERE r.from_deposit > 0
"""
THERE = """
    CREATE TEMP TABLE there (
        n bigint, kind text, reference text, provider_reference text, amount bigint, currency text, fee bigint,
        standing text, at timestamptz, is_ours boolean
    ) ON COMMIT DROP
"""
COPY = "COPY there FROM STDIN"
COMPARED = """
    CREATE TEMP TABLE compared ON COMMIT DROP AS
    SELECT t.*, h.amount AS own_amount, h.currency AS own_currency, h.standing AS own_standing, h.at AS own_at,
        h.reference IS NOT NULL AND t.is_ours AS is_known,
        row_number() OVER (PARTITION BY t.reference ORDER BY t.n) > 1
            OR EXISTS (SELECT FROM orders_billedmovement b WHERE b.channel = %(channel)s AND b.reference = t.reference)
            AS is_again
    FROM there t
    LEFT JOIN ({books}) h ON h.reference = t.reference AND h.kind = t.kind AND h.channel = %(channel)s
"""
DIFFERING = """
    SELECT * FROM (
        SELECT n, kind, reference, provider_reference, own_currency, own_amount, own_standing, currency, amount, fee,
            standing, at,
            CASE
                WHEN NOT is_known THEN 'missing_here'
                WHEN is_again THEN 'duplicate'
                WHEN currency <> own_currency THEN 'currency'
                WHEN amount <> own_amount THEN 'amount'
                WHEN standing <> own_standing AND NOT (standing = 'waiting' AND own_standing = 'done') THEN 'status'
                WHEN own_at < %(start)s - %(grace)s OR at < %(start)s OR at >= %(end)s THEN 'late'
                WHEN kind = 'payment' AND %(fee_bps)s > 0
                    AND abs(fee - (amount * %(fee_bps)s * 2 + 10000) / 20000) > 1 THEN 'fee'
            END AS why
        FROM compared
    ) judged WHERE why IS NOT NULL ORDER BY n
"""
NOTED = """
    INSERT INTO orders_billedmovement (bill_id, channel, reference)
    SELECT %(bill)s, %(channel)s, reference FROM compared WHERE is_known AND NOT is_again ORDER BY n
"""
MISSING_THERE = """
    SELECT h.kind, h.reference, h.currency, h.amount, h.standing, h.at
    FROM ({books}) h
    WHERE h.channel = %(channel)s AND h.standing = 'done' AND h.amount > 0
        AND h.at >= %(start)s - %(grace)s AND h.at < %(end)s - %(grace)s
        AND NOT EXISTS (
            SELECT FROM orders_billedmovement b WHERE b.channel = %(channel)s AND b.reference = h.reference
        )
    ORDER BY h.at, h.reference
"""
FIRST_DAY = "SELECT min(h.at) FROM ({books}) h WHERE h.channel = %s AND h.standing = 'done'"


def reconcile_bills(*, now: datetime) -> dict:
    """
    Fetch and compare every bill that should be there: of each day since the last one that was compared, so that an
    outage of days is caught up. What a channel does not give now is tried again at the next turn.
    """
    told = {"compared": 0, "waiting": 0, "differences": 0}
    for channel in gateways.channels_with_bills():
        for day in _days_due(channel, now):
            bill, _new = Bill.objects.get_or_create(channel=channel, day=day)
            if bill.status == Bill.Status.COMPARED:
                continue
            try:
                bill = compare_bill(bill=bill, now=now)
            except ChannelUnavailable:
                told["waiting"] += 1
            except Exception as error:
                log.exception("bill %s could not be compared", bill)
                Bill.objects.filter(pk=bill.pk).update(tried_at=now, trouble=type(error).__name__)
                told["waiting"] += 1
            else:
                told["compared"] += 1
                told["differences"] += bill.differing
    return {name: count for name, count in told.items() if count}


def _days_due(channel: str, now: datetime) -> list[date]:
    zone = ZoneInfo(settings.TIME_ZONE)
    here = now.astimezone(zone)
    last = here.date() - timedelta(days=1 if here.time() >= BILLS_READY else 2)
    since = Bill.objects.filter(channel=channel, status=Bill.Status.COMPARED).aggregate(day=Max("day"))["day"]
    waiting = Bill.objects.filter(channel=channel, status=Bill.Status.WAITING, day__lte=last)
    days = set(waiting.values_list("day", flat=True))
    if since is None:
        ((first,),) = select_rows(FIRST_DAY.format(books=books()), [channel])
        if first is None:
            return sorted(days)
        since = first.astimezone(zone).date() - timedelta(days=1)
    first_day = max(since + timedelta(days=1), last - timedelta(days=MOST_DAYS))
    days |= {first_day + timedelta(days=number) for number in range((last - first_day).days + 1)}
    return sorted(days)


def compare_bill(*, bill: Bill, now: datetime) -> Bill:
    """
    Fetch a bill, hold it against the books, list what differs; a second time changes nothing.

    Not one transaction: the channel is called before it.

    :raises ChannelUnavailable: the bill is not there; the row says why
    """
    if bill.status == Bill.Status.COMPARED:
        return bill
    with TemporaryFile() as file:
        try:
            lines = gateways.gateway(bill.channel).bill(day=bill.day, now=now)
            _spool(lines, file)
        except NoBill as none:
            if _moved_here(bill):
                raise _not_there(bill, none, now) from None
            file.seek(0)
            file.truncate()
        except ChannelUnavailable as unavailable:
            raise _not_there(bill, unavailable, now) from None
        file.seek(0)
        bill = _compare(bill, file, now)
    _put_right(bill, now)
    return bill


def fetch_bill(*, bill: Bill, by, now: datetime) -> Bill:
    """
    Staff have a bill fetched now instead of at its next turn, on the record.

    :raises WrongStatus: it is compared
    :raises ChannelUnavailable: the bill is not there yet
    """
    bill.refresh_from_db()
    if not Bill.FLOW.can(bill, Bill.Status.COMPARED):
        raise WrongStatus(_("This bill is compared already."))
    record("orders.fetch_bill", bill.public_id, by=by, now=now)
    return compare_bill(bill=bill, now=now)


def _not_there(bill: Bill, why: ChannelUnavailable, now: datetime) -> ChannelUnavailable:
    Bill.objects.filter(pk=bill.pk).update(tried_at=now, trouble=str(why)[:200])
    return why


def _spool(lines: Iterable[BillLine], file: IO[bytes]) -> None:
    """The bill as PostgreSQL reads it, line by line, so that its length does not matter."""
    for number, line in enumerate(lines, 1):
        cells = (
            str(number), line.kind, _cell(line.reference, 64), _cell(line.provider_reference, 128),
            str(line.amount.minor), line.amount.currency[:3], str(line.fee.minor), line.standing, line.at.isoformat(),
            "t" if line.is_ours else "f",
        )  # fmt: skip
        file.write("\t".join(cells).encode() + b"\n")


def _cell(text: str, longest: int) -> str:
    return (
        text[:longest].replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ").replace("\0", "")
    )


def books() -> str:
    """What every app says of the money it has at channels, as one statement."""
    return " UNION ALL ".join(import_string(name) for name in settings.PAYMENT_BOOKS)


def _span(bill: Bill) -> dict:
    start = datetime.combine(bill.day, time(), ZoneInfo(settings.TIME_ZONE))
    return {"start": start, "end": start + timedelta(days=1), "grace": GRACE, "channel": bill.channel}


def _moved_here(bill: Bill) -> bool:
    return bool(select_rows(f"{MISSING_THERE.format(books=books())} LIMIT 1", _span(bill)))


@transaction.atomic
def _compare(bill: Bill, file: IO[bytes], now: datetime) -> Bill:
    bill = Bill.objects.select_for_update().get(pk=bill.pk)
    if bill.status == Bill.Status.COMPARED:  # somebody else did at this moment
        return bill
    given = {**_span(bill), "bill": bill.pk, "fee_bps": fee_bps(bill.channel)}
    with connection.cursor() as cursor:
        cursor.execute(THERE)
        cursor.copy_expert(COPY, file)
        cursor.execute("ANALYZE there")
        cursor.execute(COMPARED.format(books=books()), given)
        cursor.execute("SELECT count(*) FROM compared")
        (bill.lines,) = cursor.fetchone()
        cursor.execute(DIFFERING, given)
        bill.differing = _list(_of_line(bill, now, *row) for row in _fetched(cursor))
        cursor.execute(NOTED, given)
        cursor.execute(MISSING_THERE.format(books=books()), given)
        bill.differing += _list(_of_books(bill, now, *row) for row in _fetched(cursor))
        cursor.execute("DROP TABLE there, compared")
    _settle_what_came_late(bill, now)
    Bill.FLOW.move(bill, Bill.Status.COMPARED)
    bill.compared_at = bill.tried_at = now
    bill.trouble = ""
    bill.save(update_fields=["status", "lines", "differing", "compared_at", "tried_at", "trouble"])
    return bill


def fee_bps(channel: str) -> int:
    """The agreed fee; 0 where fees are not compared."""
    agreed = {"alipay": tunables.ALIPAY_FEE_BPS, "wechat": tunables.WECHAT_FEE_BPS, "stripe": tunables.STRIPE_FEE_BPS}
    return agreed[channel].value if channel in agreed else 0


def _fetched(cursor) -> Iterator[tuple]:
    """All rows, before the cursor's next statement."""
    return iter(cursor.fetchall())


def _list(differences: Iterator[Difference]) -> int:
    count = 0
    while some := insert_rows(islice(differences, CHUNK)):
        count += len(some)
    return count


def _of_line(
    bill, now, _n, movement, reference, provider_reference, own_currency, own_amount, own_standing, currency, amount,
    fee, standing, at, why,
) -> Difference:  # fmt: skip
    return Difference(
        bill=bill,
        kind=why,
        movement=movement,
        reference=reference,
        provider_reference=provider_reference,
        currency=own_currency or currency,
        amount_here=own_amount,
        status_here=own_standing or "",
        currency_there=currency,
        amount_there=amount,
        fee_there=fee,
        status_there=standing,
        happened_at=at,
        found_at=now,
    )


def _of_books(bill, now, movement, reference, currency, amount, standing, at) -> Difference:
    return Difference(
        bill=bill,
        kind=Difference.Kind.MISSING_THERE,
        movement=movement,
        reference=reference,
        currency=currency,
        amount_here=amount,
        status_here=standing,
        happened_at=at,
        found_at=now,
    )


def _settle_what_came_late(bill: Bill, now: datetime) -> None:
    """What was missed on an earlier bill stands on this one."""
    late = Difference.objects.filter(
        bill__channel=bill.channel,
        kind=Difference.Kind.MISSING_THERE,
        status__in=[Difference.Status.OPEN, Difference.Status.PROPOSED],
        reference__in=Difference.objects.filter(bill=bill, kind=Difference.Kind.LATE).values("reference"),
    )
    _came_right(late.values_list("pk", flat=True), now)


def _put_right(bill: Bill, now: datetime) -> None:
    """Money that the bill knows of and nobody told us: the channel is asked, and the payment is what it says (C3)."""
    paid_there = Difference.objects.filter(
        bill=bill, kind=Difference.Kind.STATUS, movement="payment", status_there="done", status=Difference.Status.OPEN
    )
    for difference in paid_there.order_by("pk"):
        payment = Payment.objects.filter(public_id=difference.reference).first()
        if payment is None:  # a deposit's, which its own clock asks about
            continue
        try:
            payment = payments.learn_from_channel(payment=payment, now=now)
        except Exception:
            log.warning("payment %s is paid by the bill, and could not be asked about", payment, exc_info=True)
            continue
        if payment.status == Payment.Status.SUCCEEDED:
            _came_right([difference.pk], now)


def _came_right(keys: Iterable[int], now: datetime) -> None:
    Difference.objects.filter(pk__in=list(keys)).update(
        status=Difference.Status.RESOLVED, resolution=Difference.Resolution.BY_ITSELF, resolved_at=now
    )
