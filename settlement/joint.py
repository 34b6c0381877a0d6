"""
What one shop bears of a discount in another (K2): booked out of its money when the order completes, back when it is
refunded, by what was frozen on the line when the order was placed.

It is one entry for each order (or refund) and issuer, ``<public id>#<key of the issuer>``, so that both shops find a
line of its own on their statements. The issuer pays at once from what it has available, which may fall below zero: a
debt that its next shares pay (D6). The host gets it with the order's share, after T+7.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from mall.money import Money
from mall.tenancy import house_scope
from marketing.models import PromotionUse
from merchants.models import Shop
from orders.models import Order, Refund
from settlement.ledger import Leg, accounts, balance_of, post
from settlement.models import Account, Entry, Posting

KINDS = (Entry.Kind.JOINT, Entry.Kind.JOINT_BACK)


def book_parts(*, order: Order, parts: Mapping[int, Money], completed_at: datetime) -> None:
    """The parts of other shops (by key) of a completed order, into the share of its shop; once."""
    if not parts:
        return
    host = (Account.Kind.SHOP_PENDING, order.shop_id, order.currency)
    issuers = {shop_id: (Account.Kind.SHOP_AVAILABLE, shop_id, order.currency) for shop_id in parts}
    of = accounts([host, *issuers.values()])
    for shop_id, amount in sorted(parts.items()):
        post(
            kind=Entry.Kind.JOINT,
            ref=f"{order.public_id}#{shop_id}",
            at=completed_at,
            legs=[Leg(of[issuers[shop_id]], amount), Leg(of[host], -amount)],
        )


def book_parts_back(*, refund: Refund, parts: Mapping[int, Money], account: Account, at: datetime) -> None:
    """What goes back to them with a refund, from where the shop gives back its own part (``account``); once."""
    if not parts:
        return
    wanted = {shop_id: (Account.Kind.SHOP_AVAILABLE, shop_id, account.currency) for shop_id in parts}
    of = accounts(wanted.values())
    for shop_id, amount in sorted(parts.items()):
        post(
            kind=Entry.Kind.JOINT_BACK,
            ref=f"{refund.public_id}#{shop_id}",
            at=at,
            legs=[Leg(account, amount), Leg(of[wanted[shop_id]], -amount)],
        )


# Reading


def tell_parts(postings: Iterable[Posting], *, shop: Shop) -> None:
    """
    Give each booking ``said``, what it is in words, and ``is_issued``, whether its order is another shop's: of joint
    promotions the other shop is named. One query when there are any, else none.
    """
    postings = list(postings)
    joint = [posting.entry_id for posting in postings if posting.entry.kind in KINDS]
    names: dict[int, object] = {}
    if joint:
        with house_scope():
            others = Posting.objects.filter(entry__in=joint).exclude(shop=shop).select_related("shop")
            names = {other.entry_id: other.shop.name for other in others}
    for posting in postings:
        posting.said, posting.is_issued = posting.entry.get_kind_display(), False
        if posting.entry.kind in KINDS:
            posting.is_issued = posting.entry.ref.endswith(f"#{shop.pk}")
            posting.said = _words(posting.entry.kind, posting.is_issued) % {"shop": names[posting.entry_id]}


def _words(kind: str, is_issued: bool) -> str:
    if kind == Entry.Kind.JOINT:
        return _("Discount borne for an order at %(shop)s") if is_issued else _("Discount borne by %(shop)s")
    return _("Back from %(shop)s: its order was refunded") if is_issued else _("Back to %(shop)s: a refund")


def still_owed(shop: Shop) -> str:
    """What a shop owes before it may close, in words: its debt, and what orders at other shops will cost it."""
    owed = balance_of(Account.Kind.SHOP_AVAILABLE, shop)
    said = []
    if owed.minor > 0:
        said.append(_("The shop owes %(amount)s.") % {"amount": owed})
    if coming := _coming(shop):
        said.append(_("Orders at other shops will cost it %(amount)s of discounts.") % {"amount": coming})
    return " ".join(said)


def _coming(shop: Shop) -> Money:
    """What the shop bears of orders at other shops that have not completed yet."""
    with house_scope():
        uses = PromotionUse.objects.filter(promotion__shop=shop, borne_by_issuer__gt=0, returned_at=None)
        ended = (Order.Status.COMPLETED, Order.Status.CANCELED)
        placed = Order.objects.filter(public_id__in=uses.values("order_public_id")).exclude(status__in=ended)
        found = uses.filter(order_public_id__in=placed.values("public_id")).aggregate(sum=Sum("borne_by_issuer"))
    return Money(int(found["sum"] or 0), shop.currency)
