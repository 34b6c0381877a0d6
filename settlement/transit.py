"""
Money on its way (S1): accounts that money only passes through, how much lies on each, since when the oldest of it, and
whether that is too long.

How much is asked of the ledger. Since when is asked of what the money is of – orders, payments, withdrawals – by their
own indexes; that both tell the same is what ``verification`` proves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, Min, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from mall.money import Money
from mall.rows import select_rows
from mall.tunables import Tunable
from orders.models import BankLine, Order, Payment, Refund, SentBack
from settlement.ledger import trial_balance
from settlement.models import Account, Deposit, PartyPayout, PartyShare, SeizureOrder, Share, Withdrawal
from settlement.queries import PAID_AND_MOVING
from settlement.tunables import (
    TRANSIT_CUSTOMS_DAYS,
    TRANSIT_DEPOSIT_DAYS,
    TRANSIT_ESCROW_DAYS,
    TRANSIT_PARTY_DAYS,
    TRANSIT_PENDING_DAYS,
    TRANSIT_UNCLAIMED_DAYS,
    TRANSIT_WITHDRAWING_DAYS,
)

# Completed orders whose duty was never paid over to customs.
UNPAID_DUTY = """
SELECT min(o.completed_at) FROM orders_order o
WHERE o.kind = 'cross_border' AND o.status = 'completed' AND o.duty > 0
    AND NOT EXISTS (
        SELECT FROM settlement_remittedduty l JOIN settlement_dutyremittance r ON r.id = l.remittance_id
        WHERE l.order_public_id = o.public_id AND r.status = 'paid'
    )
    AND o.duty > coalesce((
        SELECT sum(b.duty) FROM orders_refund b WHERE b.order_id = o.id AND b.status = 'succeeded'
    ), 0)
"""


@dataclass(frozen=True, slots=True)
class Transit:
    """One account that money passes through."""

    kind: str
    amount: Money
    since: datetime | None
    days: int  # that the oldest may lie there
    passes: str  # what it waits for

    @property
    def label(self) -> str:
        return Account.Kind(self.kind).label

    def is_late(self, now: datetime) -> bool:
        return self.since is not None and self.since < now - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class _Way:
    kind: str
    limit: Tunable
    oldest: Callable[[], datetime | None]
    passes: str


def _escrow() -> datetime | None:
    return Order.objects.filter(status__in=PAID_AND_MOVING).aggregate(at=Min("paid_at"))["at"]


def _unclaimed() -> datetime | None:
    back = Refund.objects.filter(payment=OuterRef("pk"), order=None, status=Refund.Status.SUCCEEDED)
    waiting = Payment.objects.filter(~Exists(back), is_late=True, status=Payment.Status.SUCCEEDED)
    late = waiting.aggregate(at=Min("succeeded_at"))["at"]
    gone = SentBack.objects.filter(reference=OuterRef("public_id"), sent_at__isnull=False)
    unmatched = BankLine.objects.filter(Q(status__in=[BankLine.Status.OPEN, BankLine.Status.PROPOSED]) | Q(back__gt=0))
    came = unmatched.filter(~Exists(gone)).aggregate(at=Min("read_at"))["at"]
    return min(filter(None, [late, came]), default=None)


def _pending() -> datetime | None:
    return Share.objects.filter(status=Share.Status.PENDING).aggregate(at=Min("completed_at"))["at"]


def _parties() -> datetime | None:
    waiting = PartyShare.objects.filter(status=PartyShare.Status.PENDING, amount__gt=F("reversed"))
    return waiting.aggregate(at=Min("paid_at"))["at"]


def _payouts() -> datetime | None:
    return PartyPayout.objects.filter(status=PartyPayout.Status.DRAWN).aggregate(at=Min("drawn_at"))["at"]


def _withdrawing() -> datetime | None:
    status = Withdrawal.Status
    ended = [status.PAID, status.FAILED, status.REJECTED]
    return Withdrawal.objects.exclude(status__in=ended).aggregate(at=Min("asked_at"))["at"]


def _seizure_orders() -> datetime | None:
    return SeizureOrder.objects.filter(status__in=SeizureOrder.MOVING).aggregate(at=Min("drawn_at"))["at"]


def _deposits() -> datetime | None:
    moving = Deposit.objects.filter(status__in=[Deposit.Status.PAID, Deposit.Status.RETURNING])
    return moving.aggregate(at=Min("paid_at"))["at"]


def _customs() -> datetime | None:
    ((at,),) = select_rows(UNPAID_DUTY, [])
    return at


WAYS = (
    _Way(Account.Kind.ESCROW, TRANSIT_ESCROW_DAYS, _escrow, _("until the order completes")),
    _Way(Account.Kind.SHOP_PENDING, TRANSIT_PENDING_DAYS, _pending, _("until T+7 and the end of every hold")),
    _Way(
        Account.Kind.SHOP_WITHDRAWING, TRANSIT_WITHDRAWING_DAYS, _withdrawing, _("until the bank has paid or refused")
    ),
    _Way(
        Account.Kind.PARTY_PENDING, TRANSIT_PARTY_DAYS, _parties, _("until T+7 of the order and the end of every hold")
    ),
    _Way(
        Account.Kind.PARTY_PAYING, TRANSIT_WITHDRAWING_DAYS, _payouts, _("until the payout is confirmed or discarded")
    ),
    _Way(
        Account.Kind.SEIZED_PAYING,
        TRANSIT_WITHDRAWING_DAYS,
        _seizure_orders,
        _("until the order is carried out or discarded"),
    ),
    _Way(Account.Kind.UNCLAIMED, TRANSIT_UNCLAIMED_DAYS, _unclaimed, _("until it has gone back")),
    _Way(Account.Kind.DEPOSIT, TRANSIT_DEPOSIT_DAYS, _deposits, _("until the shop opens, or it has gone back")),
    _Way(Account.Kind.CUSTOMS, TRANSIT_CUSTOMS_DAYS, _customs, _("until it is paid over to customs")),
)


def in_transit() -> list[Transit]:
    """Every account that money only passes through; sums all postings and looks through all that waits."""
    amounts: dict[str, int] = {}
    for row in trial_balance():
        amounts[row.kind] = amounts.get(row.kind, 0) - row.balance.minor
    return [
        Transit(str(way.kind), Money(amounts.get(str(way.kind), 0)), way.oldest(), way.limit.value, way.passes)
        for way in WAYS
    ]


def too_long(*, now: datetime) -> list[str]:
    """What lies there longer than it may: the alarm of the night, one line an account."""
    return [f"{transit.kind} since {transit.since.isoformat()}" for transit in in_transit() if transit.is_late(now)]
