"""
What comes in and goes back before an order completes: payments into escrow, refunds out of it, late payments (S1).

Each is booked once per order, payment or refund, in whatever order the news arrive.
"""

from dataclasses import dataclass
from datetime import datetime

from mall.money import Money
from settlement.ledger import Leg, account, accounts, post
from settlement.models import Account, Entry

HELD = (Account.Kind.CUSTODIAN, Account.Kind.ESCROW, Account.Kind.CUSTOMS)


@dataclass(frozen=True, slots=True)
class Cards:
    """
    What gift cards have to do with an order: of which shop (its key), what they pay of the amount or get back of it;
    and whether it was an order of cards, whose money is owed to who holds them and is no sale yet.
    """

    shop_id: int
    part: Money
    are_sold: bool = False


def book_payment(
    *, order_id: str, total: Money, duty: Money, cards: Cards | None = None, paid_at: datetime
) -> Entry | None:
    """
    An order was paid: the provider holds the money, we owe it to shopper or shop, and its duty to customs. What gift
    cards have paid the provider held before, and it is owed to their holders no more; what cards cost is from now on.

    :param total: without a deposit that was booked before
    """
    legs = _legs(total, duty, cards)
    return post(kind=Entry.Kind.PAID, ref=order_id, at=paid_at, legs=legs)


def book_order_deposit(*, order_id: str, amount: Money, paid_at: datetime) -> Entry | None:
    """The deposit of an order came: the provider holds it for shopper or shop, whoever gets it in the end."""
    return post(
        kind=Entry.Kind.ORDER_DEPOSIT, ref=order_id, at=paid_at, legs=_legs(amount, Money(0, amount.currency), None)
    )


def book_refund(
    *, refund_id: str, amount: Money, duty: Money, cards: Cards | None = None, refunded_at: datetime
) -> Entry | None:
    """
    The money of an order that never completed went back to its shopper, with its duty, and on her gift cards; or what
    she had paid for cards, whenever she gives them back.
    """
    legs = [Leg(leg.account, -leg.amount) for leg in _legs(amount, duty, cards)]
    return post(kind=Entry.Kind.REFUNDED, ref=refund_id, at=refunded_at, legs=legs)


def _legs(amount: Money, duty: Money, cards: Cards | None) -> list[Leg]:
    """So much came in, or, turned round, went back."""
    of = accounts([(kind, None, amount.currency) for kind in HELD])
    custodian, escrow, customs = (of[kind, None, amount.currency] for kind in HELD)
    if cards is None:
        return [Leg(custodian, amount), Leg(escrow, duty - amount), Leg(customs, -duty)]
    on_cards = account(Account.Kind.SHOP_CARDS, shop=cards.shop_id, currency=amount.currency)
    if cards.are_sold:
        return [Leg(custodian, amount), Leg(on_cards, -amount)]
    return [
        Leg(custodian, amount - cards.part),
        Leg(on_cards, cards.part),
        Leg(escrow, duty - amount),
        Leg(customs, -duty),
    ]


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
