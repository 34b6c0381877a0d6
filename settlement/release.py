"""
T+7 (S3): shares whose day has come become available, in batches that may be killed at any moment.

A batch is one transaction: it claims due shares that nobody else has claimed, leaves out what risk or an open
after-sale holds, writes an entry with two postings for each and marks them released. What a killed batch had done is
undone by the database with it; its shares are due still and found by the next run, or by a run that goes on beside it.
The entry's key keeps a share from being paid twice whatever happens.

Of a due share that only an after-sale holds, what nobody disputes becomes available at once (``advanced``): the
lines of which no case is open. The rest follows when the case has ended. What brands, suppliers, carriers and promoters
get of an order becomes available with the whole of it, in the same transaction.
"""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from mall.clock import business_date
from mall.events import publish
from mall.events.settlement import SharesReleased
from mall.money import Money
from merchants.models import Shop
from orders.after_sales.queries import paused_orders
from risk.holds import held_subjects
from risk.models import Hold
from settlement import ledger, parties
from settlement.models import Account, Entry, Share
from settlement.remains import undisputed
from settlement.tunables import RELEASE_BATCH

RELEASE_HOUR = 4  # of the daily run, as it stands in mall/schedule.py

# One statement: entries for the shares of the batch, their legs, and the shares themselves. An entry that stands
# already is not written again.
RELEASE = """
WITH moving AS (
    SELECT share.id, share.shop_id, share.order_public_id, share.currency,
           share.net - share.reversed - share.advanced AS net, given.public_id,
           pending.id AS pending_id, available.id AS available_id
    FROM unnest(%(shares)s::bigint[], %(entry_ids)s::text[]) AS given (share_id, public_id)
    JOIN settlement_share share ON share.id = given.share_id
    JOIN settlement_account pending ON pending.kind = %(pending)s
        AND pending.shop_id = share.shop_id AND pending.currency = share.currency
    JOIN settlement_account available ON available.kind = %(available)s
        AND available.shop_id = share.shop_id AND available.currency = share.currency
),
booked AS (
    INSERT INTO settlement_entry (public_id, kind, ref, at)
    SELECT public_id, %(kind)s, order_public_id, %(now)s FROM moving WHERE net > 0 ORDER BY id
    ON CONFLICT (kind, ref) DO NOTHING
    RETURNING id, ref
),
legs AS (
    INSERT INTO settlement_posting (entry_id, account_id, shop_id, currency, amount)
    SELECT booked.id, leg.account_id, moving.shop_id, moving.currency, leg.amount
    FROM booked JOIN moving ON moving.order_public_id = booked.ref
    CROSS JOIN LATERAL (
        VALUES (moving.pending_id, moving.net), (moving.available_id, -moving.net)
    ) AS leg (account_id, amount)
),
moved AS (
    UPDATE settlement_share share SET status = %(released)s, released_at = %(now)s
    FROM moving WHERE share.id = moving.id
    RETURNING share.shop_id, share.currency, share.net - share.reversed - share.advanced AS net
)
SELECT shop_id, currency, count(*), sum(net)::bigint FROM moved GROUP BY shop_id, currency ORDER BY shop_id, currency
"""


def release_due_shares(*, now: datetime, batch: int | None = None, due_by: date | None = None) -> int:
    """
    Make every share available whose day has come and that is not held, of frozen shops too; returns how many.

    Safe to run twice, late, or by several workers at once.

    :param batch: shares per transaction; the tunable's number when left out
    :param due_by: the last day that counts as come; the business day of ``now`` when left out
    """
    batch = batch or RELEASE_BATCH.value
    due_by = due_by or business_date(now)
    count, cursor = 0, None
    while True:
        released, cursor = _release_batch(now=now, batch=batch, due_by=due_by, after=cursor)
        count += released
        if cursor is None:
            return count


def continue_release(*, now: datetime) -> int:
    """Finish what the latest daily run should have done: whatever became of it, its shares are known by their day."""
    return release_due_shares(now=now, due_by=last_release_day(now))


def last_release_day(now: datetime) -> date:
    """The day of the latest daily run that should have begun by now."""
    return business_date(now - timedelta(hours=RELEASE_HOUR))


@transaction.atomic
def _release_batch(
    *, now: datetime, batch: int, due_by: date, after: tuple[date, int] | None
) -> tuple[int, tuple[date, int] | None]:
    """Release the next due shares after a place in the queue; returns how many, and where to go on (nowhere: None)."""
    due = Share.objects.filter(status=Share.Status.PENDING, due_on__lte=due_by)
    if after is not None:
        due = due.filter(Q(due_on=after[0], pk__gt=after[1]) | Q(due_on__gt=after[0]), due_on__gte=after[0])
    claimed = list(
        due.order_by("due_on", "pk")
        .select_for_update(skip_locked=True)
        .values_list("pk", "order_public_id", "shop_id", "currency", "due_on", "advanced", named=True)[:batch]
    )
    if not claimed:
        return 0, None

    shop_ids = dict(Shop.objects.filter(pk__in={share.shop_id for share in claimed}).values_list("pk", "public_id"))
    held = held_subjects(Hold.Kind.SETTLEMENT, [*shop_ids.values(), *(share.order_public_id for share in claimed)])
    paused = paused_orders(share.order_public_id for share in claimed)
    unheld = [share for share in claimed if not {share.order_public_id, shop_ids[share.shop_id]} & held]
    free = [share for share in unheld if share.order_public_id not in paused]
    if free:
        _move(free, shop_ids, now)
        parties.release_with([share.order_public_id for share in free], now=now)
    if disputed := [share.pk for share in unheld if share.order_public_id in paused and not share.advanced]:
        _advance(disputed, now)
    return len(free), (claimed[-1].due_on, claimed[-1].pk) if len(claimed) == batch else None


def _move(shares: list[tuple], shop_ids: dict[int, str], now: datetime) -> None:
    """Book the claimed shares, mark them and announce it to each shop."""
    ledger.accounts(
        (kind, shop_id, currency)
        for shop_id, currency in {(share.shop_id, share.currency) for share in shares}
        for kind in (Account.Kind.SHOP_PENDING, Account.Kind.SHOP_AVAILABLE)
    )

    with connection.cursor() as cursor:
        cursor.execute(
            RELEASE,
            {
                "shares": [share.pk for share in shares],
                "entry_ids": ledger.entry_ids(len(shares)),
                "kind": Entry.Kind.RELEASED.value,
                "pending": Account.Kind.SHOP_PENDING.value,
                "available": Account.Kind.SHOP_AVAILABLE.value,
                "released": Share.Status.RELEASED.value,
                "now": now,
            },
        )
        moved = cursor.fetchall()
    publish(
        *(
            SharesReleased(shop_id=shop_ids[shop_id], order_count=count, amount=amount, currency=currency)
            for shop_id, currency, count, amount in moved
        )
    )


def _advance(keys: list[int], now: datetime) -> None:
    """Make available of these claimed shares what no after-sale is about; once for each."""
    for share in Share.objects.filter(pk__in=keys).select_related("shop").order_by("pk"):
        part = min(undisputed(share.order_public_id), share.left, key=lambda amount: amount.minor)
        if part <= Money(0, share.currency):
            continue
        kinds = (Account.Kind.SHOP_PENDING, Account.Kind.SHOP_AVAILABLE)
        of = ledger.accounts((kind, share.shop_id, share.currency) for kind in kinds)
        pending, available = (of[kind, share.shop_id, share.currency] for kind in kinds)
        legs = [ledger.Leg(pending, part), ledger.Leg(available, -part)]
        if ledger.post(kind=Entry.Kind.RELEASED_PART, ref=share.order_public_id, at=now, legs=legs) is None:
            continue
        share.advanced, share.advanced_at = part, now
        share.save(update_fields=["advanced", "advanced_at"])
        publish(SharesReleased(shop_id=share.shop.public_id, order_count=1, amount=part.minor, currency=share.currency))
