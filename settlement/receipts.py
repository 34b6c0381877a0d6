"""
What comes in and goes back before an order completes: payments into escrow, refunds out of it, late payments (S1).

Each is booked once per order, payment or refund, in whatever order the news arrive.
"""

from dataclasses import dataclass
from datetime import datetime

from mall.money import Money
from settlement.ledger import Leg, account, accounts, post, purse_account
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


@dataclass(frozen=True, slots=True)
class OnBalance:
    """What of an amount a shopper (her key) pays from her balance, or gets back on it."""

    shopper_id: int
    part: Money


def book_payment(
    *,
    order_id: str,
    total: Money,
    duty: Money,
    cards: Cards | None = None,
    balance: OnBalance | None = None,
    paid_at: datetime,
) -> Entry | None:
    """
    An order was paid: the provider holds the money, we owe it to shopper or shop, and its duty to customs. What gift
    cards have paid the provider held before, and it is owed to their holders no more; what cards cost is from now on.
    What the shopper's balance has paid the provider held before as well, and it is owed to her no more.

    :param total: without a deposit that was booked before
    """
    legs = _legs(total, duty, cards, balance)
    return post(kind=Entry.Kind.PAID, ref=order_id, at=paid_at, legs=legs)


def book_order_deposit(
    *, order_id: str, amount: Money, balance: OnBalance | None = None, paid_at: datetime
) -> Entry | None:
    """The deposit of an order came: the provider holds it for shopper or shop, whoever gets it in the end."""
    return post(
        kind=Entry.Kind.ORDER_DEPOSIT,
        ref=order_id,
        at=paid_at,
        legs=_legs(amount, Money(0, amount.currency), None, balance),
    )


def book_refund(
    *,
    refund_id: str,
    amount: Money,
    duty: Money,
    cards: Cards | None = None,
    balance: OnBalance | None = None,
    refunded_at: datetime,
) -> Entry | None:
    """
    The money of an order that never completed went back to its shopper, with its duty, on her gift cards and on her
    balance; or what she had paid for cards, whenever she gives them back.
    """
    legs = [Leg(leg.account, -leg.amount) for leg in _legs(amount, duty, cards, balance)]
    return post(kind=Entry.Kind.REFUNDED, ref=refund_id, at=refunded_at, legs=legs)


def book_top_up(*, payment_id: str, shopper_id: int, amount: Money, topped_up_at: datetime) -> Entry | None:
    """A shopper put money on her balance: the provider holds it, and it is owed to her."""
    legs = [
        Leg(account(Account.Kind.CUSTODIAN, currency=amount.currency), amount),
        Leg(purse_account(shopper_id, amount.currency), -amount),
    ]
    return post(kind=Entry.Kind.TOPPED_UP, ref=payment_id, at=topped_up_at, legs=legs)


def _legs(amount: Money, duty: Money, cards: Cards | None, balance: OnBalance | None) -> list[Leg]:
    """So much came in, or, turned round, went back."""
    of = accounts([(kind, None, amount.currency) for kind in HELD])
    custodian, escrow, customs = (of[kind, None, amount.currency] for kind in HELD)
    if cards is None:
        return [*_cash(custodian, amount, balance), Leg(escrow, duty - amount), Leg(customs, -duty)]
    on_cards = account(Account.Kind.SHOP_CARDS, shop=cards.shop_id, currency=amount.currency)
    if cards.are_sold:
        return [*_cash(custodian, amount, balance), Leg(on_cards, -amount)]
    return [
        *_cash(custodian, amount - cards.part, balance),
        Leg(on_cards, cards.part),
        Leg(escrow, duty - amount),
        Leg(customs, -duty),
    ]


def _cash(custodian: Account, amount: Money, balance: OnBalance | None) -> list[Leg]:
    """What gift cards had nothing to do with: it came from outside, or was the shopper's before."""
    if balance is None:
        return [Leg(custodian, amount)]
    return [
        Leg(custodian, amount - balance.part),
        Leg(purse_account(balance.shopper_id, amount.currency), balance.part),
    ]


def book_late_payment(*, payment_id: str, amount: Money, received_at: datetime) -> Entry | None:
    """Money came for an order that was closed already: it is the shopper's and waits to go back."""
    return _move(
        Entry.Kind.LATE, payment_id, received_at, amount, debit=Account.Kind.CUSTODIAN, credit=Account.Kind.UNCLAIMED
    )


def book_late_refund(
    *, refund_id: str, amount: Money, balance: OnBalance | None = None, refunded_at: datetime
) -> Entry | None:
    """A late payment went back whole, or on the shopper's balance."""
    custodian = account(Account.Kind.CUSTODIAN, currency=amount.currency)
    back = [Leg(leg.account, -leg.amount) for leg in _cash(custodian, amount, balance)]
    legs = [Leg(account(Account.Kind.UNCLAIMED, currency=amount.currency), amount), *back]
    return post(kind=Entry.Kind.LATE_RETURNED, ref=refund_id, at=refunded_at, legs=legs)


def book_transfer(*, line_id: str, amount: Money, came_at: datetime) -> Entry | None:
    """Money came by transfer that pays nothing yet: the provider holds it for whoever has sent it."""
    return _move(
        Entry.Kind.TRANSFER_OPEN, line_id, came_at, amount,
        debit=Account.Kind.CUSTODIAN, credit=Account.Kind.UNCLAIMED,
    )  # fmt: skip


def book_transfer_used(*, line_id: str, amount: Money, used_at: datetime) -> Entry | None:
    """Such money has paid after all, which is booked as every payment is: it is taken out of what was nobody's."""
    return _move(
        Entry.Kind.TRANSFER_USED, line_id, used_at, amount,
        debit=Account.Kind.UNCLAIMED, credit=Account.Kind.CUSTODIAN,
    )  # fmt: skip


def book_transfer_back(*, line_id: str, amount: Money, returned_at: datetime) -> Entry | None:
    """Such money went back to who had sent it."""
    return _move(
        Entry.Kind.TRANSFER_BACK, line_id, returned_at, amount,
        debit=Account.Kind.UNCLAIMED, credit=Account.Kind.CUSTODIAN,
    )  # fmt: skip


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
