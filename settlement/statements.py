"""
Statements (S5): every night the day before, and on the first of a month the month before, is written down for each
shop whose money moved: opening balance, every posting, closing balance.

A posting stands on one statement of each kind, which the database holds. What is booked later with an earlier moment
stands on the next one, so a statement never changes and its closing balance is the next one's opening balance. Days
that an outage has missed are made up for, one statement each. Money on a shop's gift cards is their holders', not the
shop's, and stands on none.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.clock import business_date, start_of
from mall.events import publish
from mall.events.settlement import DisputeAnswered, StatementDisputed
from mall.ids import new_id
from mall.refusals import Refusal
from mall.tenancy import house_scope
from merchants.models import Shop
from settlement.models import Account, Dispute, Statement, StatementLine
from settlement.tunables import STATEMENT_DAYS, TAX_BPS

ONE_DAY = timedelta(days=1)
SHOPS = 500  # in one transaction
Kind, Status = Statement.Kind, Statement.Status

# What stands on no statement of this kind yet, of shops whose last one ended before the period begins. Below a
# statement's `next_posting` nothing is left, so the past is not read again.
UNSTATED = """
unstated AS MATERIALIZED (
    SELECT p.id, p.entry_id, p.account_id, p.shop_id, p.currency, -p.amount AS amount, e.at, e.ref, mark.last_day
    FROM settlement_account a
    CROSS JOIN LATERAL (
        SELECT coalesce(max(next_posting), 0) AS floor, max(period_to) AS last_day FROM settlement_statement s
        WHERE s.shop_id = a.shop_id AND s.kind = %(kind)s AND s.currency = a.currency
    ) mark
    JOIN settlement_posting p ON p.account_id = a.id AND p.id BETWEEN mark.floor AND %(settled)s
    JOIN settlement_entry e ON e.id = p.entry_id
    WHERE a.shop_id = ANY (%(shops)s) AND a.kind <> 'shop_cards'
        AND NOT EXISTS (SELECT FROM settlement_statementline l WHERE l.posting_id = p.id AND l.kind = %(kind)s)
)
"""
FIRST_DAY = f"""
WITH {UNSTATED}
SELECT min(greatest(first_day, last_day + 1)) FROM (
    SELECT min((at AT TIME ZONE 'Asia/Shanghai')::date) AS first_day, max(last_day) AS last_day
    FROM unstated WHERE at < %(until)s GROUP BY shop_id, currency
) x
"""  # noqa: S608
FREEZE = f"""
WITH {UNSTATED},
due AS (SELECT * FROM unstated WHERE at < %(until)s AND (last_day IS NULL OR last_day < %(period_from)s)),
totals AS (SELECT shop_id, currency, count(*) AS lines FROM due GROUP BY shop_id, currency),
taxed AS (
    SELECT d.shop_id, d.currency, -coalesce(sum(p.amount) FILTER (WHERE a.kind = 'commission'), 0) AS commission,
           -coalesce(sum(p.amount) FILTER (WHERE a.kind = 'fees'), 0) AS fees,
           -coalesce(sum(p.amount) FILTER (WHERE a.kind IN ('party_pending', 'party_available')), 0) AS parties_back
    FROM (SELECT DISTINCT shop_id, currency, entry_id FROM due) d
    JOIN settlement_posting p ON p.entry_id = d.entry_id
    JOIN settlement_account a ON a.id = p.account_id
        AND a.kind IN ('commission', 'fees', 'party_pending', 'party_available')
    GROUP BY d.shop_id, d.currency
),
given AS (  -- what parties were given of the orders that completed
    SELECT d.shop_id, d.currency, sum(share.parties) AS parties
    FROM (SELECT DISTINCT shop_id, currency, ref FROM due WHERE ref LIKE 'ord\\_%%') d
    JOIN settlement_share share ON share.order_public_id = d.ref AND share.shop_id = d.shop_id AND share.parties > 0
    WHERE EXISTS (
        SELECT FROM due JOIN settlement_entry e ON e.id = due.entry_id AND e.kind = 'completed' WHERE due.ref = d.ref
    )
    GROUP BY d.shop_id, d.currency
),
balances AS (
    SELECT a.shop_id, a.currency, a.id AS account_id,
           coalesce((SELECT b.closing FROM settlement_statementbalance b JOIN settlement_statement s
                     ON s.id = b.statement_id WHERE b.account_id = a.id AND s.kind = %(kind)s
                     ORDER BY b.statement_id DESC LIMIT 1), 0) AS opening,
           coalesce((SELECT sum(amount) FROM due WHERE due.account_id = a.id), 0) AS moved
    FROM totals JOIN settlement_account a ON a.shop_id = totals.shop_id AND a.currency = totals.currency
        AND a.kind <> 'shop_cards'
),
made AS (
    INSERT INTO settlement_statement (
        public_id, shop_id, kind, currency, period_from, period_to, status, line_count, opening, moved, closing,
        commission, fees, parties, tax_bps, next_posting, frozen_at, accept_by
    )
    SELECT (%(ids)s::text[])[row_number() OVER (ORDER BY totals.shop_id, totals.currency)], totals.shop_id, %(kind)s,
           totals.currency, %(period_from)s, %(period_to)s, 'issued', totals.lines, sums.opening, sums.moved,
           sums.opening + sums.moved, coalesce(taxed.commission, 0), coalesce(taxed.fees, 0),
           coalesce(given.parties, 0) + coalesce(taxed.parties_back, 0), %(tax_bps)s,
           coalesce(later.first, %(settled)s + 1), %(now)s, %(accept_by)s
    FROM totals
    JOIN (SELECT shop_id, currency, sum(opening) AS opening, sum(moved) AS moved FROM balances GROUP BY 1, 2) sums
        USING (shop_id, currency)
    LEFT JOIN taxed USING (shop_id, currency)
    LEFT JOIN given USING (shop_id, currency)
    LEFT JOIN (SELECT shop_id, currency, min(id) AS first FROM unstated WHERE at >= %(until)s GROUP BY 1, 2) later
        USING (shop_id, currency)
    RETURNING id, shop_id, currency
),
lined AS (
    INSERT INTO settlement_statementline (statement_id, shop_id, kind, posting_id, order_public_id)
    SELECT made.id, due.shop_id, %(kind)s, due.id,
           CASE WHEN due.ref LIKE 'ord\\_%%' THEN split_part(due.ref, '#', 1)
           WHEN wrong.ref LIKE 'ord\\_%%' THEN split_part(wrong.ref, '#', 1) ELSE coalesce(o.public_id, '') END
    FROM due JOIN made USING (shop_id, currency)
    LEFT JOIN orders_refund r ON due.ref LIKE 'ref\\_%%' AND r.public_id = split_part(due.ref, '#', 1)
    LEFT JOIN orders_order o ON o.id = r.order_id
    LEFT JOIN settlement_correction c ON due.ref LIKE 'cor\\_%%' AND c.public_id = due.ref
    LEFT JOIN settlement_entry wrong ON wrong.id = c.entry_id
    ORDER BY due.shop_id, due.id
),
balanced AS (
    INSERT INTO settlement_statementbalance (statement_id, shop_id, account_id, currency, opening, moved, closing)
    SELECT made.id, shop_id, account_id, currency, opening, moved, opening + moved
    FROM balances JOIN made USING (shop_id, currency) ORDER BY made.id, account_id
)
SELECT count(*) FROM made
"""  # noqa: S608


class LineDisputed(Refusal):
    """The shop has disputed this posting already."""

    code = "line-disputed"


class StatementDone(Refusal):
    """The statement counts as accepted."""

    code = "statement-accepted"


# Making them


def freeze_statements(*, now: datetime, kinds: tuple[str, ...] = (Kind.DAILY, Kind.MONTHLY)) -> dict[str, int]:
    """
    Make every statement that is due and not made yet; returns how many of each kind.

    Safe to run twice, late, or by several workers at once.
    """
    settled = _last_settled_posting()
    shops = list(Account.objects.exclude(shop=None).order_by("shop").values_list("shop_id", flat=True).distinct())
    counts: dict[str, int] = {}
    for kind in kinds:
        for at in range(0, len(shops), SHOPS):
            batch = shops[at : at + SHOPS]
            for first, last in _due_periods(kind, batch, settled, now):
                made = _freeze(kind, batch, first, last, settled, now)
                if made:
                    counts[str(kind)] = counts.get(str(kind), 0) + made
    return counts


@transaction.atomic
def _last_settled_posting() -> int:
    """Up to here every posting is committed or will never be; taken in a transaction of its own, for it waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT mall_last_settled_id('settlement_posting')")
        return cursor.fetchone()[0]


def _due_periods(kind: str, shops: list[int], settled: int, now: datetime) -> Iterator[tuple[date, date]]:
    """The days or months that are over and of which something is not stated, oldest first."""
    current = _period_of(kind, business_date(now))[0]
    with connection.cursor() as cursor:
        cursor.execute(
            FIRST_DAY, {"kind": str(kind), "shops": shops, "settled": settled, "until": start_of(current)}
        )  # fmt: skip
        (day,) = cursor.fetchone()
    while day is not None and day < current:
        first, last = _period_of(kind, day)
        yield first, last
        day = last + ONE_DAY


def _period_of(kind: str, day: date) -> tuple[date, date]:
    if kind == Kind.DAILY:
        return day, day
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - ONE_DAY


@transaction.atomic
def _freeze(kind: str, shops: list[int], first: date, last: date, settled: int, now: datetime) -> int:
    wanted = Account.objects.filter(shop__in=shops).values("shop_id", "currency").distinct().count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('settlement.statements', 0))")
        cursor.execute(
            FREEZE,
            {
                "kind": str(kind),
                "shops": shops,
                "settled": settled,
                "until": start_of(last + ONE_DAY),
                "period_from": first,
                "period_to": last,
                "ids": [new_id("stm") for _ in range(wanted)],
                "tax_bps": TAX_BPS.value,
                "now": now,
                "accept_by": now + timedelta(days=STATEMENT_DAYS.value),
            },
        )
        return cursor.fetchone()[0]


# Reading


def statements_of(shop: Shop) -> QuerySet[Statement]:
    return Statement.objects.owned_by(shop)


def lines_of(statement: Statement) -> QuerySet[StatementLine]:
    """Its lines with what was booked, oldest first."""
    lines = StatementLine.objects.filter(shop=statement.shop_id, statement=statement)
    return lines.select_related("posting__entry", "posting__account", "dispute").order_by("pk")


# What the shop says


def accept_statement(*, statement: Statement, by, now: datetime) -> Statement:
    """
    The shop has looked at it: it is right.

    :raises WrongStatus: it is accepted already, or a line of it is disputed
    """
    with house_scope():
        statement = _locked(statement)
        if statement.status == Status.DISPUTED:
            raise StatementDone(_("A line is disputed: the statement is accepted when that is answered."))
        return _accept(statement, by, now)


def _accept(statement: Statement, by, now: datetime) -> Statement:
    Statement.FLOW.move(statement, Status.ACCEPTED)
    statement.accepted_at, statement.accepted_by = now, by
    statement.save(update_fields=["status", "accepted_at", "accepted_by"])
    record("settlement.accept_statement", statement.public_id, by=by, now=now, shop_slug=statement.shop.slug)
    return statement


def dispute_line(*, line: StatementLine, reason: str, by, now: datetime) -> Dispute:
    """
    Say that one line is wrong; staff answer. The statement waits for the answer, its figures stay.

    :raises LineDisputed: this posting is disputed already, here or on a statement of the other kind
    :raises StatementDone: the statement counts as accepted
    """
    with house_scope():
        statement = _locked(line.statement)
        if statement.status == Status.ACCEPTED:
            raise StatementDone(_("This statement is accepted: its lines can no longer be disputed."))
        if Dispute.objects.filter(shop=statement.shop_id, line__posting=line.posting_id).exists():
            raise LineDisputed(_("You have disputed this line already."))
        dispute = Dispute.objects.create(
            shop=statement.shop, line=line, reason=reason.strip(), asked_by=by, asked_at=now
        )  # fmt: skip
        if statement.status == Status.ISSUED:
            Statement.FLOW.move(statement, Status.DISPUTED)
            statement.save(update_fields=["status"])
        record(
            "settlement.dispute_line",
            dispute.public_id,
            by=by,
            now=now,
            shop_slug=statement.shop.slug,
            after={"statement": statement.public_id, "reason": dispute.reason},
        )
        publish(
            StatementDisputed(
                shop_id=statement.shop.public_id,
                statement_id=statement.public_id,
                dispute_id=dispute.public_id,
                disputed_at=now,
            )
        )
    return dispute


def accept_due_statements(*, now: datetime) -> int:
    """What nobody disputed in time counts as accepted; returns how many."""
    due = Statement.objects.filter(status=Status.ISSUED, accept_by__lte=now)
    return due.update(status=Status.ACCEPTED, accepted_at=now)


# What staff answer


def uphold_dispute(*, dispute: Dispute, answer: str, by, now: datetime) -> Dispute:
    """The shop is right. :raises WrongStatus: it is answered already"""
    return _answer(dispute, Dispute.Status.UPHELD, answer, by, now)


def refuse_dispute(*, dispute: Dispute, answer: str, by, now: datetime) -> Dispute:
    """The line is right. :raises WrongStatus: it is answered already"""
    return _answer(dispute, Dispute.Status.REFUSED, answer, by, now)


@transaction.atomic
def _answer(dispute: Dispute, status: str, answer: str, by, now: datetime) -> Dispute:
    statement = _locked(Statement.objects.get(lines__dispute=dispute))
    dispute = Dispute.objects.select_for_update().get(pk=dispute.pk)
    Dispute.FLOW.move(dispute, status)
    dispute.answer, dispute.answered_by, dispute.answered_at = answer.strip(), by, now
    dispute.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    record(
        "settlement.answer_dispute",
        dispute.public_id,
        by=by,
        now=now,
        shop_slug=statement.shop.slug,
        after={"status": dispute.status, "note": dispute.answer},
    )
    publish(
        DisputeAnswered(
            shop_id=statement.shop.public_id,
            statement_id=statement.public_id,
            dispute_id=dispute.public_id,
            status=dispute.status,
            answered_at=now,
        )
    )
    if not Dispute.objects.filter(line__statement=statement, status=Dispute.Status.OPEN).exists():
        _accept(statement, by, now)
    return dispute


def _locked(statement: Statement) -> Statement:
    return Statement.objects.select_for_update(of=["self"]).select_related("shop").get(pk=statement.pk)
