"""
What an order's completion books: escrow is split into the shop's share and the platform's commission (S2).

The commission is taken of each line as it was frozen when the order was placed, by a rule or at the rate of its
category; the shipping fee is free of
commission. What the mall bears of discounts is added to the shop's share out of the mall's own account, what another
shop has signed to bear (K2) out of that shop's money, in an entry of its own for each such shop. Duty of
goods from abroad is none of it: it went from the payment to what is owed to customs. Nor is what brands, suppliers,
carriers and promoters get of it: that was set aside with the payment (``parties``), and what the mall pays of it
comes out of no order. The parts
always add up to what the shopper paid and the others added.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from mall.clock import business_date
from mall.money import Money
from mall.workdays import add_working_days
from orders.models import Order, OrderLine, PartyPart
from settlement import parties
from settlement.joint import book_parts
from settlement.ledger import Leg, accounts, post
from settlement.models import Account, Entry, Share
from settlement.remains import commission_kept, issuers_kept, left_at_completion, summed
from settlement.tunables import IN_WORKING_DAYS, SETTLEMENT_DAYS


@dataclass(frozen=True, slots=True)
class Split:
    """How the money of one order is divided: ``gross + subsidy + from_issuers = commission + parts + net``."""

    gross: Money
    commission: Money
    subsidy: Money
    issuers: dict[int, Money] = field(default_factory=dict)
    parties: dict[int, Money] = field(default_factory=dict)

    @property
    def from_issuers(self) -> Money:
        """What other shops bear."""
        return Money.total(self.issuers.values(), self.gross.currency)

    @property
    def for_parties(self) -> Money:
        """What brands, suppliers, carriers and promoters get of it."""
        return Money.total(self.parties.values(), self.gross.currency)

    @property
    def net(self) -> Money:
        return self.gross + self.subsidy + self.from_issuers - self.commission - self.for_parties


def split_of(total: Money, lines: Iterable[OrderLine], parts: Iterable[PartyPart] = ()) -> Split:
    """The division of what was paid for goods and delivery, by the commission of each line and the parts of parties."""
    lines = list(lines)
    commission = Money.total((commission_kept(line, 0) for line in lines), total.currency)
    subsidy = Money.total((line.subsidy for line in lines), total.currency)
    issuers = summed(issuers_kept(line, 0) for line in lines)
    return Split(total, commission, subsidy, issuers, parties.kept_of(parts, {}, 0))


def due_on(completed_at: datetime, days: int, *, in_working_days: bool = False) -> date:
    """
    The one rule of T+7: the business day (Asia/Shanghai) of completion plus so many days; of working days, the first
    one that is not before it plus so many.
    """
    if in_working_days:
        return business_date(add_working_days(completed_at, days))
    return business_date(completed_at) + timedelta(days=days)


@transaction.atomic
def split_order(*, order: Order, completed_at: datetime) -> Share:
    """
    Book the completion of an order once: escrow to the shop's pending money and the commission, and note the share.

    The days until it is available, and of which kind, are those in force now and stay with the share. Asking again
    returns the share that stands.
    """
    if share := Share.objects.filter(order_public_id=order.public_id).first():
        return share
    lines = list(order.lines.order_by("pk"))
    parties.set_aside(order=order)
    parts = parties.parts_of(order, bearer=parties.Bearer.SHOP)
    if order.refunded:
        split = Split(*left_at_completion(order, lines, parts))
    else:
        split = split_of(order.before_duty, lines, parts)
    subsidy = [(Account.Kind.SUBSIDY, None, order.currency)] if split.subsidy else []
    of = accounts(
        [
            *subsidy,
            (Account.Kind.ESCROW, None, order.currency),
            (Account.Kind.COMMISSION, None, order.currency),
            (Account.Kind.SHOP_PENDING, order.shop_id, order.currency),
            (Account.Kind.SHOP_AVAILABLE, order.shop_id, order.currency),
        ]
    )

    days, in_working_days = SETTLEMENT_DAYS.value, bool(IN_WORKING_DAYS.value)
    post(
        kind=Entry.Kind.COMPLETED,
        ref=order.public_id,
        at=completed_at,
        legs=[
            Leg(of[Account.Kind.ESCROW, None, order.currency], split.gross - split.for_parties),
            *(Leg(of[key], split.subsidy) for key in subsidy),
            Leg(of[Account.Kind.SHOP_PENDING, order.shop_id, order.currency], split.from_issuers - split.net),
            Leg(of[Account.Kind.COMMISSION, None, order.currency], -split.commission),
        ],
    )
    book_parts(order=order, parts=split.issuers, completed_at=completed_at)
    Share.objects.bulk_create(
        [
            Share(
                shop_id=order.shop_id,
                order_public_id=order.public_id,
                currency=order.currency,
                gross=split.gross,
                subsidy=split.subsidy,
                from_issuers=split.from_issuers,
                commission=split.commission,
                parties=split.for_parties,
                net=split.net,
                completed_at=completed_at,
                days=days,
                in_working_days=in_working_days,
                due_on=due_on(completed_at, days, in_working_days=in_working_days),
            )
        ],
        ignore_conflicts=True,
    )
    return Share.objects.get(order_public_id=order.public_id)
