"""
Correcting bookings (S1): a mistake is put right by a new entry that names the old one, never by a change. One person
draws it up with a reason that the merchant reads, another books it. A correction that was wrong is corrected the same
way, in the other direction.

Only what is the shop's and the mall's own is moved: what it has available, against commission, fees, fines, subsidy or
the account of corrections. To the shop of commission, fees or a fine it is a refund of them (S6), and stands so on its
statement; a fine that was lifted meanwhile is back already. What a payment channel took back of a completed order is a
charge-back: the shop bears it, its money leaves the custodian, and it gets again what the channel gives again. What is
held for others follows from orders, payments and refunds, and is right when they are.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import publish
from mall.events.settlement import MoneyCorrected
from mall.money import Money
from mall.refusals import Refusal
from merchants.models import Shop
from settlement.fines import lock_sanction
from settlement.ledger import Leg, accounts, booked
from settlement.models import Account, Correction, Entry, Posting
from settlement.withdrawals import AnotherPersonDecides

Status = Correction.Status


class WrongCorrection(Refusal):
    """The entry is none of this shop's, or the correction is larger than what it booked."""

    code = "wrong-correction"
    status = 400


@transaction.atomic
def draw_up_correction(
    *, entry: Entry, direction: str, side: str, amount: Money, reason: str, by, now: datetime, shop: Shop | None = None
) -> Correction:
    """
    Put down what should have been booked otherwise; nothing moves before another person books it.

    :param shop: whose money it is; needed only when the entry touched several shops
    :raises WrongCorrection: the entry touched no shop, or not this one; or together with other corrections of it in the
        same direction it would be more than the entry moved; or of fines: it is none, or more is asked for; or of a
        charge-back: the entry is no order's completion, or more would come back than was taken
    """
    if side == Correction.Side.FINES and (entry.kind != Entry.Kind.FINED or direction != Correction.Direction.TO_SHOP):
        raise WrongCorrection(
            _("Only what a fine took is given back; another fine is imposed by a sanction."), field="side"
        )
    shop = Shop.objects.select_for_update(no_key=True).get(pk=_shop_of(entry, shop).pk)
    legs = Posting.objects.filter(entry=entry, currency=amount.currency).values_list("amount", flat=True)
    most = sum(leg for leg in legs if leg > 0)
    others = Correction.objects.filter(entry=entry, direction=direction, currency=amount.currency)
    before = others.exclude(status=Status.DISCARDED).aggregate(sum=Sum("amount"))["sum"] or 0
    if side == Correction.Side.CUSTODIAN:
        _check_charge_back(entry, direction, amount)
    if amount.minor <= 0 or int(before) + amount.minor > most:
        left = Money(max(most - int(before), 0), amount.currency)
        raise WrongCorrection(_("This entry can be corrected by at most %(most)s.") % {"most": left}, field="amount")
    correction = Correction.objects.create(
        shop=shop, entry=entry, direction=direction, side=side, currency=amount.currency, amount=amount,
        reason=reason.strip(), drawn_by=by, drawn_at=now,
    )  # fmt: skip
    record(
        "settlement.draw_up_correction",
        correction.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"entry": entry.public_id, "direction": direction, "side": side, "amount": amount.minor},
    )
    return correction


def _check_charge_back(entry: Entry, direction: str, amount: Money) -> None:
    """The shop's row is locked: no other correction of the entry is drawn up meanwhile."""
    if entry.kind != Entry.Kind.COMPLETED:
        raise WrongCorrection(
            _("A payment channel takes back what a completed order brought: choose that entry."), field="side"
        )
    if direction == Correction.Direction.FROM_SHOP:
        return
    rows = Correction.objects.filter(entry=entry, side=Correction.Side.CUSTODIAN, currency=amount.currency)
    taken = rows.filter(direction=Correction.Direction.FROM_SHOP, status=Status.BOOKED).aggregate(sum=Sum("amount"))
    given = rows.filter(direction=direction).exclude(status=Status.DISCARDED).aggregate(sum=Sum("amount"))
    left = Money(int(taken["sum"] or 0) - int(given["sum"] or 0), amount.currency)
    if amount > left:
        raise WrongCorrection(_("The channel has taken back %(left)s of it.") % {"left": left}, field="amount")


def _shop_of(entry: Entry, shop: Shop | None) -> Shop:
    shops = list(Shop.objects.filter(pk__in=entry.postings.exclude(shop=None).values("shop")).order_by("pk"))
    if shop is not None and shop in shops:
        return shop
    if shop is None and len(shops) == 1:
        return shops[0]
    if not shops:
        raise WrongCorrection(_("This entry moved no shop's money: there is nothing to correct for a shop."))
    names = ", ".join(row.slug for row in shops)
    raise WrongCorrection(_("Name one of the shops of this entry: %(shops)s.") % {"shops": names}, field="shop")


@transaction.atomic
def book_correction(*, correction: Correction, by, now: datetime) -> Correction:
    """
    Book it, as another person than who drew it up. What the shop gives back may take it below zero: a debt that its
    next shares pay.

    :raises AnotherPersonDecides: ``by`` drew it up herself
    :raises WrongStatus: it is booked, or discarded
    :raises WrongCorrection: of a fine: its sanction was lifted meanwhile, and all of it is back
    """
    if correction.side == Correction.Side.FINES and lock_sanction(correction.entry.ref).lifted_at is not None:
        raise WrongCorrection(_("This sanction was lifted: its fine is back already."))
    correction = _locked(correction)
    if by.pk == correction.drawn_by_id:
        raise AnotherPersonDecides(_("You drew it up yourself: somebody else books it."))
    _end(correction, Status.BOOKED, by, now)
    shop, currency = correction.shop, correction.currency
    keys = [(Account.Kind.SHOP_AVAILABLE, shop.pk, currency), (correction.side, None, currency)]
    of = accounts(keys)
    sign = 1 if correction.direction == Correction.Direction.TO_SHOP else -1
    change = correction.amount * sign
    legs = [Leg(of[keys[1]], change), Leg(of[keys[0]], -change)]
    booked(kind=Entry.Kind.CORRECTED, ref=correction.public_id, at=now, legs=legs)
    publish(
        MoneyCorrected(
            shop_id=shop.public_id,
            correction_id=correction.public_id,
            amount=change.minor,
            currency=currency,
            reason=correction.reason,
            booked_at=now,
        )
    )
    return correction


@transaction.atomic
def discard_correction(*, correction: Correction, by, now: datetime) -> Correction:
    """
    It is not booked.

    :raises WrongStatus: it is booked, or discarded
    """
    return _end(_locked(correction), Status.DISCARDED, by, now)


def _locked(correction: Correction) -> Correction:
    return Correction.objects.select_for_update(of=["self"]).select_related("shop").get(pk=correction.pk)


def _end(correction: Correction, status: str, by, now: datetime) -> Correction:
    Correction.FLOW.move(correction, status)
    correction.ended_by, correction.ended_at = by, now
    correction.save(update_fields=["status", "ended_by", "ended_at"])
    record(
        f"settlement.{'book' if status == Status.BOOKED else 'discard'}_correction",
        correction.public_id,
        by=by,
        now=now,
        shop_slug=correction.shop.slug,
        after={"amount": correction.amount.minor},
    )
    return correction


def give_reasons(postings: Iterable[Posting]) -> None:
    """Give each posting of a correction its ``reason``, and what it is called; one query when there is any."""
    corrected = [posting for posting in postings if posting.entry.kind == Entry.Kind.CORRECTED]
    if not corrected:
        return
    rows = Correction.objects.filter(public_id__in={posting.entry.ref for posting in corrected})
    known = {correction.public_id: correction for correction in rows}
    for posting in corrected:
        if correction := known.get(posting.entry.ref):
            posting.reason, posting.said = correction.reason, correction.title
        else:
            posting.reason = ""
