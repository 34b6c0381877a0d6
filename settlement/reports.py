"""
What the platform reports of its money (S5), per day or month, from the ledger alone: what came in and went out, what
it earned, and what it held for others at the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from mall.charts import MONEY, Chart, Series
from mall.clock import start_of
from mall.money import DEFAULT_CURRENCY, Money
from settlement.models import Account

ONE_DAY = timedelta(days=1)
DAY, MONTH = "day", "month"
MOST_DAYS = 3 * 366

# The kinds of accounts that stand on the page, and what is said of each: what moved, or what was held in the end.
EARNED = (
    Account.Kind.COMMISSION,
    Account.Kind.FEES,
    Account.Kind.FINES,
    Account.Kind.SUBSIDY,
    Account.Kind.PASSED_ON,
    Account.Kind.CORRECTIONS,
)
HELD = (
    Account.Kind.CUSTODIAN,
    Account.Kind.ESCROW,
    Account.Kind.CUSTOMS,
    Account.Kind.SHOP_PENDING,
    Account.Kind.SHOP_AVAILABLE,
    Account.Kind.SHOP_WITHDRAWING,
    Account.Kind.SHOP_CARDS,
    Account.Kind.PURSE,
    Account.Kind.PARTY_PENDING,
    Account.Kind.PARTY_AVAILABLE,
    Account.Kind.PARTY_PAYING,
    Account.Kind.SEIZED,
    Account.Kind.SEIZED_PAYING,
    Account.Kind.DEPOSIT,
    Account.Kind.SHOP_DEPOSIT,
    Account.Kind.UNCLAIMED,
)

# Movements of each period, and the balances before the first of them.
MOVED = """
SELECT a.kind, date_trunc(%(unit)s, e.at AT TIME ZONE 'Asia/Shanghai')::date, sum(p.amount)::bigint
FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id JOIN settlement_account a ON a.id = p.account_id
WHERE e.at >= %(since)s AND e.at < %(until)s AND a.currency = %(currency)s
GROUP BY 1, 2
"""
BEFORE = """
SELECT a.kind, sum(p.amount)::bigint
FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id JOIN settlement_account a ON a.id = p.account_id
WHERE e.at < %(since)s AND a.currency = %(currency)s
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One day or month: earned in it (below zero: borne), held at its end; by kind of account."""

    period: date
    earned: dict[str, Money]
    held: dict[str, Money]

    @property
    def cells(self) -> list[Money]:
        return [*self.earned.values(), *self.held.values()]


def labels() -> list[str]:
    """The heads of the columns beside the period."""
    return [str(Account.Kind(kind).label) for kind in (*EARNED, *HELD)]


def report(*, unit: str, first: date, last: date, currency: str = DEFAULT_CURRENCY) -> list[Row]:
    """
    Every day or month of the span, oldest first. What is owed to others and what was earned is positive, and so is
    what the custodian holds: in each row the custodian's money is what is held for others and all that was earned.

    :raises ValueError: an unknown unit, or a span that ends before it begins or is too long
    """
    if unit not in {DAY, MONTH} or last < first or (last - first).days > MOST_DAYS:
        raise ValueError("no such span")
    if unit == MONTH:
        first = first.replace(day=1)
    asked = {"unit": unit, "since": start_of(first), "until": start_of(last + ONE_DAY), "currency": currency}
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, asked)
        balances = dict(cursor.fetchall())
        cursor.execute(MOVED, asked)
        moved = {(kind, period): amount for kind, period, amount in cursor.fetchall()}

    rows, period = [], first
    while period <= last:
        for kind in Account.Kind.values:
            balances[kind] = balances.get(kind, 0) + moved.get((kind, period), 0)
        rows.append(
            Row(
                period=period,
                earned={str(kind): Money(-moved.get((str(kind), period), 0), currency) for kind in EARNED},
                held={str(kind): Money(_sign(kind) * balances.get(str(kind), 0), currency) for kind in HELD},
            )
        )
        period = period + ONE_DAY if unit == DAY else (period + timedelta(days=32)).replace(day=1)
    return rows


def _sign(kind: str) -> int:
    return 1 if kind == Account.Kind.CUSTODIAN else -1


def charts(rows: list[Row]) -> list[Chart]:
    """The report drawn: what was earned and borne in each period, and what was held for others at its end."""
    labels = [row.period.isoformat() for row in rows]

    def series(kinds: Iterable[str], of: str, *, kind: str) -> list[Series]:
        return [
            Series(str(Account.Kind(name).label), [getattr(row, of)[str(name)].minor for row in rows], kind)
            for name in kinds
        ]

    owed = [kind for kind in HELD if kind != Account.Kind.CUSTODIAN]
    used = [kind for kind in owed if any(row.held[str(kind)] for row in rows)]
    return [
        Chart("earned", _("Earned and borne"), labels, series(EARNED, "earned", kind="bar"), unit=MONEY),
        Chart("held", _("Held for others"), labels, series(used, "held", kind="line"), unit=MONEY),
    ]
