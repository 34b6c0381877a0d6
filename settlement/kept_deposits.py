"""
Deposits of orders whose rest was missed (K1): out of escrow they become the shop's, whole.

No commission is taken: it is the price of a sale, and nothing was sold. The money becomes available like any share, on
its day, and not before: a mistake can still be found while it is pending.
"""

from django.db import transaction

from orders.models import Order
from settlement.ledger import Leg, accounts, post
from settlement.models import Account, Entry, Share
from settlement.splits import due_on
from settlement.tunables import SETTLEMENT_DAYS


@transaction.atomic
def share_kept_deposit(*, order: Order) -> Share:
    """Book that the deposit is the shop's, and note its share; doing it again returns the share that stands."""
    escrow, pending = (
        (Account.Kind.ESCROW, None, order.currency),
        (Account.Kind.SHOP_PENDING, order.shop_id, order.currency),
    )
    of = accounts([escrow, pending, (Account.Kind.SHOP_AVAILABLE, order.shop_id, order.currency)])
    post(
        kind=Entry.Kind.DEPOSIT_KEPT,
        ref=order.public_id,
        at=order.deposit_kept_at,
        legs=[Leg(of[escrow], order.deposit), Leg(of[pending], -order.deposit)],
    )
    Share.objects.bulk_create(
        [
            Share(
                shop_id=order.shop_id,
                order_public_id=order.public_id,
                currency=order.currency,
                gross=order.deposit,
                commission=order.deposit - order.deposit,
                net=order.deposit,
                is_kept_deposit=True,
                completed_at=order.deposit_kept_at,
                due_on=due_on(order.deposit_kept_at, SETTLEMENT_DAYS.value),
            )
        ],
        ignore_conflicts=True,
    )
    return Share.objects.get(order_public_id=order.public_id)
