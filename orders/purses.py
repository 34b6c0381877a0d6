"""
Shoppers' balances (O3, S1): money that is topped up or returned, and spent in any shop.

What is in a balance is changed by one conditional statement that cannot take it below zero, together with a move that
says why; the database holds it against the sum of its moves. A balance is the last thing that is locked.
"""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mall.accounts.models import User
from mall.audit.trail import record
from mall.money import DEFAULT_CURRENCY, Money
from mall.refusals import Refusal
from orders.models import Payment, Purse, PurseMove, Refund

Kind = PurseMove.Kind


class NotEnoughBalance(Refusal):
    """Her balance does not cover it; nothing was taken."""

    code = "not-enough-balance"


def purse_of(shopper: User | int, *, now: datetime) -> Purse:
    """Her balance, opened when it is first needed."""
    shopper_id = shopper.pk if isinstance(shopper, User) else shopper
    purse, _new = Purse.objects.get_or_create(
        shopper_id=shopper_id, defaults={"currency": DEFAULT_CURRENCY, "opened_at": now}
    )
    return purse


def balance_of(shopper: User) -> Money:
    """What she has; opens nothing."""
    purse = Purse.objects.filter(shopper=shopper).first()
    return purse.balance if purse else Money(0)


def takes_refunds(shopper_id: int) -> bool:
    """Whether she wants what is returned to her on her balance."""
    return Purse.objects.filter(shopper_id=shopper_id, takes_refunds=True).exists()


@transaction.atomic
def choose_refunds(*, shopper: User, to_balance: bool, now: datetime) -> Purse:
    """From now on refunds go on her balance, or to where she paid from; what is on its way goes on."""
    purse = purse_of(shopper, now=now)
    if purse.takes_refunds != to_balance:
        Purse.objects.filter(pk=purse.pk).update(takes_refunds=to_balance)
        purse.takes_refunds = to_balance
        record("orders.choose_refunds", purse.public_id, by=shopper, now=now, after={"to_balance": to_balance})
    return purse


def debit(*, payment: Payment, shopper_id: int, now: datetime) -> None:
    """
    Take a payment from her balance, in the caller's transaction, after everything else is locked.

    :raises NotEnoughBalance: she has less
    """
    left = _move(shopper_id, -payment.amount)
    if left is None:
        raise NotEnoughBalance(
            _("Your balance does not cover %(amount)s. Top it up, or choose another way to pay.")
            % {"amount": payment.amount}
        )
    purse_id, left = left
    PurseMove.objects.create(
        purse_id=purse_id, kind=Kind.SPENT, payment=payment, currency=payment.currency, amount=-payment.amount,
        left=left, at=now,
    )  # fmt: skip


def credit_top_up(*, payment: Payment, now: datetime) -> None:
    """Money came that tops a balance up; the payment is locked by the caller, who sees to it that it counts once."""
    shopper_id = Purse.objects.values_list("shopper_id", flat=True).get(pk=payment.purse_id)
    purse_id, left = _move(shopper_id, payment.amount)
    PurseMove.objects.create(
        purse_id=purse_id, kind=Kind.TOPPED_UP, payment=payment, currency=payment.currency, amount=payment.amount,
        left=left, at=now,
    )  # fmt: skip


def credit_refund(*, refund: Refund, shopper_id: int, now: datetime) -> None:
    """What of a refund goes on her balance, in the transaction in which the mall comes to owe it."""
    if not refund.to_balance:
        return
    purse_of(shopper_id, now=now)
    purse_id, left = _move(shopper_id, refund.to_balance)
    PurseMove.objects.create(
        purse_id=purse_id, kind=Kind.REFUNDED, refund=refund, currency=refund.currency, amount=refund.to_balance,
        left=left, at=now,
    )  # fmt: skip


def _move(shopper_id: int, change: Money) -> tuple[int, Money] | None:
    """Her balance (its key) and what it is after this; ``None`` when it would fall below zero, and nothing happened."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_purse SET balance = balance + %(by)s"
            " WHERE shopper_id = %(who)s AND currency = %(currency)s AND balance + %(by)s >= 0 RETURNING id, balance",
            {"by": change.minor, "who": shopper_id, "currency": change.currency},
        )
        row = cursor.fetchone()
    return (row[0], Money(row[1], change.currency)) if row else None
