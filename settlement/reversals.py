"""
Refunds and the split of an order (O8): before completion a refund leaves escrow and only what is left is split; after
it the original entries are taken back pro rata.

The commission goes back at the rate that was frozen on the line: what is kept of it is the commission of what the line
still holds, so that parts add up to the fen and everything returned leaves nothing. The shop's part is taken from its
pending money while the share waits, else from what it has available; when that does not suffice the balance goes below
zero, a debt that its next shares pay (D6). The platform never pays silently. What another shop has borne of it (K2)
goes back to that shop, in an entry of its own. What brands, suppliers, carriers and promoters got of it they give back
in the same entry, to the mall what it had paid in another. Duty goes back out of what is owed to customs; what gift
cards had paid is owed to their holders again.
"""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from catalog.models import Product
from mall.money import Money
from orders.models import CreditedLine, OrderLine, Refund
from settlement import parties
from settlement.joint import book_parts_back
from settlement.ledger import Leg, accounts, post, purse_account
from settlement.models import Account, Entry, Share
from settlement.remains import commission_kept, issuers_kept, subsidy_kept, summed
from settlement.splits import split_order


def is_after_completion(*, refund_id: str) -> bool:
    """
    Whether money went back of an order that had completed when the shopper asked; orders of gift cards are never
    split, so nothing of them is taken back.
    """
    completed = Refund.objects.filter(public_id=refund_id, after_sale__is_after_completion=True)
    return completed.exclude(order__kind=Product.Kind.GIFT_CARD).exists()


@transaction.atomic
def reverse(*, refund_id: str, refunded_at: datetime) -> Entry | None:
    """
    Book a refund of a completed order once: the shop gives back its part, the platform its commission. Doing it again
    does nothing; when completion was not heard yet, it is booked first.
    """
    refund = Refund.objects.select_related("order__shop", "after_sale__line").get(public_id=refund_id)
    order = refund.order
    split_order(order=order, completed_at=order.completed_at)
    share = Share.objects.select_for_update(no_key=True).get(order_public_id=order.public_id)
    if Entry.objects.filter(kind=Entry.Kind.REVERSED, ref=refund.public_id).exists():
        return None

    commission, subsidy, issuers = _parts_back(refund)
    of_parties = parties.legs_back(refund, bearer=parties.Bearer.SHOP)
    parties.take_back_passed_on(refund=refund, refunded_at=refunded_at)
    theirs = Money.total((leg.amount for leg in of_parties), order.currency)
    of_shop = refund.amount - refund.duty + subsidy - commission - theirs
    waits = share.left if share.status == Share.Status.PENDING else Money(0, order.currency)
    of_pending = min(of_shop, waits, key=lambda amount: amount.minor)
    parts = {Account.Kind.SHOP_PENDING: of_pending, Account.Kind.SHOP_AVAILABLE: of_shop - of_pending}
    back = Money.total(issuers.values(), order.currency)
    is_pending = back <= waits - of_pending
    source = Account.Kind.SHOP_PENDING if is_pending else Account.Kind.SHOP_AVAILABLE  # of what others bore
    kinds = {kind for kind, part in parts.items() if part}
    borne = [(Account.Kind.SUBSIDY, None, order.currency)] if subsidy else []
    duty = [(Account.Kind.CUSTOMS, None, order.currency)] if refund.duty else []
    cards = [(Account.Kind.SHOP_CARDS, order.shop_id, order.currency)] if refund.to_cards else []
    of = accounts(
        [
            *borne,
            *duty,
            *cards,
            (Account.Kind.CUSTODIAN, None, order.currency),
            (Account.Kind.COMMISSION, None, order.currency),
            *((kind, order.shop_id, order.currency) for kind in {*kinds, source}),
        ]
    )
    purse = []
    if refund.to_balance:
        purse = [Leg(purse_account(order.shopper_id, order.currency), -refund.to_balance)]
    if of_pending or (back and is_pending):
        share.reversed += of_pending + (back if is_pending else Money(0, order.currency))
        share.save(update_fields=["reversed"])
    book_parts_back(refund=refund, parts=issuers, account=of[source, order.shop_id, order.currency], at=refunded_at)
    return post(
        kind=Entry.Kind.REVERSED,
        ref=refund.public_id,
        at=refunded_at,
        legs=[
            *(Leg(of[kind, order.shop_id, order.currency], parts[kind]) for kind in sorted(kinds)),
            Leg(of[Account.Kind.COMMISSION, None, order.currency], commission),
            *of_parties,
            *(Leg(of[key], -subsidy) for key in borne),
            *(Leg(of[key], refund.duty) for key in duty),
            *(Leg(of[key], -refund.to_cards) for key in cards),
            Leg(of[Account.Kind.CUSTODIAN, None, order.currency], -refund.through_channel),
            *purse,
        ],
    )


def _parts_back(refund: Refund) -> tuple[Money, Money, dict[int, Money]]:
    """
    What of the commission, and of what the mall and other shops (by key) have added, goes back with a refund: of the
    case's line, and of those of which earlier refunds had kept something for gifts.
    """
    case = refund.after_sale
    nothing = Money(0, refund.currency)
    commission, subsidy, issuers = nothing, nothing, {}
    moved = Counter({case.line: case.refund_goods.minor})
    for row in case.credits.select_related("line"):
        moved[row.line] += row.amount.minor
    for line, goods in moved.items():
        earlier = _gone_before(refund, line)
        later = earlier + goods
        commission += commission_kept(line, earlier) - commission_kept(line, later)
        subsidy += subsidy_kept(line, earlier) - subsidy_kept(line, later)
        kept = issuers_kept(line, later)
        issuers = summed([issuers, {who: part - kept[who] for who, part in issuers_kept(line, earlier).items()}])
    return commission, subsidy, issuers


def _gone_before(refund: Refund, line: OrderLine) -> int:
    """Refunds of a line count in the order in which they were asked for, in whatever order they are heard (fen)."""
    of_line = Refund.objects.filter(after_sale__line=line, pk__lt=refund.pk)
    credited = CreditedLine.objects.filter(line=line, case__refunds__pk__lt=refund.pk)
    goods = of_line.aggregate(sum=Sum("after_sale__refund_goods"))["sum"] or 0
    return int(goods) + int(credited.aggregate(sum=Sum("amount"))["sum"] or 0)
