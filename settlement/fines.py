"""
Fines of shops (S6): when a sanction's fine is in force (nobody appealed in time, or the appeal was refused), it goes
from what the shop has available to the mall's income, and comes back when the sanction is lifted. What is available may
fall below zero: a debt that the next shares pay (D6).

News may come in any order: what was lifted before it was booked is never booked, and only what was booked comes back.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from mall.money import Money
from merchants.models import Sanction, Shop
from settlement.ledger import Leg, accounts, post
from settlement.models import Account, Correction, Entry, Posting

KINDS = (Entry.Kind.FINED, Entry.Kind.FINE_BACK)


@transaction.atomic
def book_fine(*, sanction_id: str, fined_at: datetime) -> Entry | None:
    """The fine of a sanction (public id), once; nothing when it was lifted meanwhile, or is booked."""
    sanction = lock_sanction(sanction_id)
    if sanction.fined_at is None or sanction.lifted_at is not None:
        return None
    return _post(Entry.Kind.FINED, sanction, sanction.fine, fined_at)


@transaction.atomic
def return_fine(*, sanction_id: str, lifted_at: datetime) -> Entry | None:
    """Its fine goes back to the shop, once, less what staff gave back before; nothing when it was never booked."""
    sanction = lock_sanction(sanction_id)
    if not Entry.objects.filter(kind=Entry.Kind.FINED, ref=sanction.public_id).exists():
        return None
    given = Correction.objects.filter(
        entry__kind=Entry.Kind.FINED, entry__ref=sanction.public_id, side=Correction.Side.FINES,
        status=Correction.Status.BOOKED,
    )  # fmt: skip
    before = Money(int(given.aggregate(sum=Sum("amount"))["sum"] or 0), sanction.fine.currency)
    return _post(Entry.Kind.FINE_BACK, sanction, before - sanction.fine, lifted_at)


def lock_sanction(sanction_id: str) -> Sanction:
    """Its shop first, as who lifts it does: an account that is opened would ask for the shop behind its back."""
    shop_id = Sanction.objects.values_list("shop_id", flat=True).get(public_id=sanction_id)
    Shop.objects.select_for_update(no_key=True).get(pk=shop_id)
    return Sanction.objects.select_for_update(no_key=True).get(public_id=sanction_id)


def _post(kind: str, sanction: Sanction, amount: Money, at: datetime) -> Entry | None:
    of_shop = (Account.Kind.SHOP_AVAILABLE, sanction.shop_id, amount.currency)
    of_mall = (Account.Kind.FINES, None, amount.currency)
    of = accounts([of_shop, of_mall])
    return post(kind=kind, ref=sanction.public_id, at=at, legs=[Leg(of[of_shop], amount), Leg(of[of_mall], -amount)])


# Reading


def tell_fines(postings: Iterable[Posting]) -> None:
    """Say of each booking of a fine for which violation it is, and with which words; one query when there is any."""
    fined = [posting for posting in postings if posting.entry.kind in KINDS]
    if not fined:
        return
    sanctions = Sanction.objects.filter(public_id__in={posting.entry.ref for posting in fined})
    known = {sanction.public_id: sanction for sanction in sanctions}
    for posting in fined:
        sanction = known[posting.entry.ref]
        posting.said = f"{posting.entry.get_kind_display()}: {sanction.get_code_display()}"
        posting.reason = sanction.note


def fines_to_come(shop: Shop) -> str:
    """In words what of fines is not in force yet, for who wants to close the shop; nothing when there is none."""
    waiting = Sanction.objects.owned_by(shop).filter(fine__gt=0, fined_at=None, lifted_at=None)
    amounts = [Money(fen, shop.currency) for fen in waiting.values_list("fine", flat=True)]
    if not amounts:
        return ""
    return _("Fines of %(amount)s wait for the time to appeal.") % {"amount": Money.total(amounts, shop.currency)}
