"""
Documents run out (M1): their merchant is warned, the trades that need them are suspended, and come back.

A document holds through its last day. From the day after, the trades whose requirements name it are suspended for that
merchant, one by one; the shop stays open. Everything is read from the rows as they stand, so a run that comes late, or
twice, does what is still to be done and nothing else.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from mall import clock
from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import DocumentExpiring, TradeRestored, TradeSuspended
from mall.rows import select_rows
from merchants.models import AdmittedTrade, Merchant, Shop, Trade

WARN_DAYS = (30, 15, 7)

# The one warning that is due for a document: the nearest of 30, 15 and 7 that its days left have come down to. What an
# outage has missed is not made up for when a nearer one is due.
WARN = """
    INSERT INTO merchants_documentwarning (document_id, days, at)
    SELECT d.id, (SELECT min(n) FROM unnest(%(days)s) n WHERE n >= d.valid_to - %(today)s), %(now)s
    FROM merchants_document d
    WHERE d.status = 'accepted' AND d.merchant_id IS NOT NULL
        AND d.valid_to BETWEEN %(today)s AND %(today)s + (SELECT max(n) FROM unnest(%(days)s) n)
    ON CONFLICT (document_id, days) DO NOTHING
    RETURNING document_id, days
"""
WARNED = """
    SELECT d.id, d.public_id, m.public_id, d.kind, d.valid_to
    FROM merchants_document d JOIN merchants_merchant m ON m.id = d.merchant_id
    WHERE d.id = ANY (%s)
"""

# A trade lacks a paper when a requirement that applies names a kind of which the accepted document has run out.
LACKS_A_PAPER = """
    EXISTS (
        SELECT FROM merchants_document d
        JOIN merchants_requirement r ON r.code = d.kind AND r.type = 'document' AND r.is_active
            AND r.merchant_kind IN ('', m.kind) AND (r.trade_id IS NULL OR r.trade_id = a.trade_id)
        WHERE d.merchant_id = a.merchant_id AND d.status = 'accepted' AND d.valid_to < %(today)s
    )
"""
SUSPEND = f"""
    UPDATE merchants_admittedtrade a SET suspended_at = %(now)s
    FROM merchants_merchant m
    WHERE m.id = a.merchant_id AND a.suspended_at IS NULL AND (%(merchant)s IS NULL OR m.id = %(merchant)s)
        AND {LACKS_A_PAPER}
    RETURNING a.merchant_id, a.trade_id
"""  # noqa: S608
RESTORE = f"""
    UPDATE merchants_admittedtrade a SET suspended_at = NULL
    FROM merchants_merchant m
    WHERE m.id = a.merchant_id AND a.suspended_at IS NOT NULL AND (%(merchant)s IS NULL OR m.id = %(merchant)s)
        AND NOT {LACKS_A_PAPER}
    RETURNING a.merchant_id, a.trade_id
"""  # noqa: S608


def watch_documents(*, now: datetime) -> dict:
    """The daily round: warn, suspend, restore; however often and however late it runs."""
    warned = warn_of_expiry(now=now)
    suspended, restored = follow_documents(now=now)
    counts = {"warned": warned, "suspended": suspended, "restored": restored}
    return {name: count for name, count in counts.items() if count}


@transaction.atomic
def warn_of_expiry(*, now: datetime) -> int:
    """Tell merchants of documents that run out in 30, 15 or 7 days, once each; returns how many were told."""
    rows = select_rows(WARN, {"days": list(WARN_DAYS), "today": clock.business_date(now), "now": now})
    days_of = dict(rows)
    if days_of:
        publish(
            *(
                DocumentExpiring(
                    document_id=public_id,
                    merchant_id=merchant_id,
                    kind=kind,
                    valid_to=valid_to,
                    days=days_of[pk],
                    told_at=now,
                )
                for pk, public_id, merchant_id, kind, valid_to in select_rows(WARNED, [list(days_of)])
            )
        )
    return len(days_of)


@transaction.atomic
def follow_documents(*, now: datetime, merchant: Merchant | None = None) -> tuple[int, int]:
    """Suspend the trades whose papers have run out and restore those whose papers are in order again; how many each."""
    facts = {"now": now, "today": clock.business_date(now), "merchant": merchant.pk if merchant else None}
    with connection.cursor() as cursor:  # one at a time: a renewal and the daily round never cross
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('merchants.licences', 0))")
    suspended, restored = select_rows(SUSPEND, facts), select_rows(RESTORE, facts)
    for shop_id, trade in _noted(suspended, "merchants.suspend_trade", now):
        publish(TradeSuspended(shop_id=shop_id, trade=trade, suspended_at=now))
    for shop_id, trade in _noted(restored, "merchants.restore_trade", now):
        publish(TradeRestored(shop_id=shop_id, trade=trade, restored_at=now))
    return len(suspended), len(restored)


def _noted(rows: Iterable[tuple[int, int]], action: str, now: datetime) -> list[tuple[str, str]]:
    """The shops (public ids) and trades that these merchants and trades concern, put on the record."""
    pairs = set(rows)
    if not pairs:
        return []
    trades = dict(Trade.objects.filter(pk__in={trade for _merchant, trade in pairs}).values_list("pk", "slug"))
    shops = Shop.objects.filter(merchant__in={merchant for merchant, _trade in pairs})
    noted = []
    for shop in shops.exclude(status=Shop.Status.CLOSED).order_by("pk"):
        for trade_id in sorted(trade for merchant, trade in pairs if merchant == shop.merchant_id):
            record(action, shop.public_id, now=now, shop_slug=shop.slug, after={"trade": trades[trade_id]})
            noted.append((shop.public_id, trades[trade_id]))
    return noted


def admit_trades(merchant: Merchant, slugs: Iterable[str], *, now: datetime) -> None:
    """The merchant may sell in these trades, and in general goods as everybody may; inside the caller's transaction."""
    wanted = {*slugs, Trade.GENERAL}
    AdmittedTrade.objects.bulk_create(
        (
            AdmittedTrade(merchant=merchant, trade=trade, admitted_at=now)
            for trade in Trade.objects.filter(slug__in=wanted)
        ),
        ignore_conflicts=True,
    )


def may_sell(shop: Shop, trade_id: int | None) -> bool:
    """
    Whether a shop may sell goods of a trade now. General goods may be sold by everybody whose general papers are in
    order; any other trade must have been admitted.
    """
    admitted = AdmittedTrade.objects.filter(merchant_id=shop.merchant_id)
    if trade_id is None:
        return not admitted.filter(trade__slug=Trade.GENERAL, suspended_at__isnull=False).exists()
    rows = dict(admitted.filter(trade=trade_id).values_list("trade__slug", "suspended_at"))
    if not rows:
        return Trade.objects.filter(pk=trade_id, slug=Trade.GENERAL).exists()
    return all(suspended_at is None for suspended_at in rows.values())
