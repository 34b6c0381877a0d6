"""
What comes in and goes back before an order completes: payments into escrow, refunds out of it, late payments (S1).

Each is booked once per order, payment or refund, in whatever order the news arrive.
"""

from datetime import datetime

from mall.money import Money
from settlement.ledger import Leg, account, accounts, post
from settlement.models import Account, Entry

HELD = (Account.Kind.CUSTODIAN, Account.Kind.ESCROW, Account.Kind.CUSTOMS)


def book_payment(*, order_id: str, total: Money, duty: Money, paid_at: datetime) -> Entry | None:
    """An order was paid: the provider holds the money, we owe it to shopper or shop, and its duty to customs."""
    of = accounts([(kind, None, total.currency) for kind in HELD])
    custodian, escrow, customs = (of[kind, None, total.currency] for kind in HELD)
    legs = [Leg(custodian, total), Leg(escrow, duty - total), Leg(customs, -duty)]
    return post(kind=Entry.Kind.PAID, ref=order_id, at=paid_at, legs=legs)


def book_refund(*, refund_id: str, amount: Money, duty: Money, refunded_at: datetime) -> Entry | None:
    """The money of an order that never completed went back to its shopper, with its duty."""
    of = accounts([(kind, None, amount.currency) for kind in HELD])
    custodian, escrow, customs = (of[kind, None, amount.currency] for kind in HELD)
    legs = [Leg(escrow, amount - duty), Leg(customs, duty), Leg(custodian, -amount)]
    return post(kind=Entry.Kind.REFUNDED, ref=refund_id, at=refunded_at, legs=legs)


def book_late_payment(*, payment_id: str, amount: Money, received_at: datetime) -> Entry | None:
    """Money came for an order that was closed already: it is the shopper's and waits to go back."""
    return _move(
        Entry.Kind.LATE, payment_id, received_at, amount, debit=Account.Kind.CUSTODIAN, credit=Account.Kind.UNCLAIMED
    )


def book_late_refund(*, refund_id: str, amount: Money, refunded_at: datetime) -> Entry | None:
    """A late payment went back whole."""
    return _move(
        Entry.Kind.LATE_RETURNED,
        refund_id,
        refunded_at,
        amount,
        debit=Account.Kind.UNCLAIMED,
        credit=Account.Kind.CUSTODIAN,
    )


def _move(kind: str, ref: str, at: datetime, amount: Money, *, debit: str, credit: str) -> Entry | None:
    return post(
        kind=kind,
        ref=ref,
        at=at,
        legs=[
            Leg(account(debit, currency=amount.currency), amount),
            Leg(account(credit, currency=amount.currency), -amount),
        ],
    )
