"""Goods on their way back, what is found when they are looked at, and goods on their way to the shopper again."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import stock
from mall.refusals import Refusal
from orders.after_sales import table
from orders.after_sales.cases import Did, Kind, Side, Status, WordsMissing, end, lock_case, move, note, on_record
from orders.after_sales.gifts import is_sent
from orders.after_sales.settling import settle
from orders.carriers import clean_tracking_number
from orders.fulfillment import hand_over
from orders.models import AfterSale, Parcel


class WrongInspection(Refusal):
    """The pieces that were counted are not those that came back."""

    code = "wrong-inspection"
    status = 400


@transaction.atomic
def send_back(*, case: AfterSale, carrier: str, tracking_number: str, by, now: datetime) -> AfterSale:
    """
    The shopper has sent the goods back.

    :raises WrongStatus: the shop does not wait for them
    :raises BadTrackingNumber: not a number of this carrier
    """
    case = lock_case(case)
    table.check("send_back", case, Side.SHOPPER)
    case.return_number = clean_tracking_number(carrier, tracking_number)
    case.return_carrier = carrier
    label = Parcel.Carrier(carrier).label
    text = f"{label} {case.return_number}"
    move(case, Status.RETURNING, Did.SENT_BACK, side=Side.SHOPPER, by=by, now=now, text=text)
    return case


@transaction.atomic
def note_arrival(*, case: AfterSale, by=None, now: datetime) -> AfterSale:
    """
    What was sent back has arrived, says the shop, or the clock (``by`` is nobody).

    :raises WrongStatus: nothing is on its way back
    """
    case = lock_case(case)
    side = Side.SHOP if by else Side.CLOCK
    table.check("note_arrival" if by else "run_out", case, side)
    case.came_back_at = now
    move(case, Status.INSPECTING, Did.CAME_BACK, side=side, by=by, now=now)
    return case


@transaction.atomic
def inspect(
    *, case: AfterSale, sellable: int, damaged: int = 0, gifts: Mapping[int, tuple[int, int]] | None = None,
    text: str = "", by, now: datetime,
) -> AfterSale:  # fmt: skip
    """
    The shop has looked at what came back and accepts it: what can be sold is on the shelf again, and what was asked for
    goes on: the money, or the goods that the shop owes.

    :param gifts: of the gifts of the case, by key of their order lines, how many can be sold and how many are damaged;
        what is missing the shopper keeps. ``None``: all came back, to be sold again

    :raises WrongStatus: nothing has come back
    :raises WrongInspection: not the pieces that came
    """
    case = lock_case(case)
    table.check("inspect", case, Side.SHOP)
    _count(case, sellable, damaged, gifts, by=by, now=now)
    accept(case, Did.INSPECTED, side=Side.SHOP, by=by, now=now, text=text)
    return case


def accept(case: AfterSale, did: str, *, side: str, by=None, now: datetime, text: str = "") -> None:
    """What has come back of a locked case is as it should be."""
    if case.kind in (Kind.EXCHANGE, Kind.REPAIR):
        move(case, Status.RESENDING, did, side=side, by=by, now=now, text=text)
    else:
        settle(case, did, side=side, by=by, now=now, text=text)


@transaction.atomic
def reject(*, case: AfterSale, text: str, by, now: datetime) -> AfterSale:
    """
    The shop does not accept what came back and says why; the shopper may ask the mall.

    :raises WrongStatus: nothing has come back
    :raises WordsMissing: no reason is given
    """
    if not text.strip():
        raise WordsMissing(_("Say why."))
    case = lock_case(case)
    table.check("reject", case, Side.SHOP)
    move(case, Status.REFUSED, Did.REJECTED, side=Side.SHOP, by=by, now=now, text=text)
    return case


@transaction.atomic
def count(
    *, case: AfterSale, sellable: int, damaged: int = 0, gifts: Mapping[int, tuple[int, int]] | None = None, by,
    now: datetime,
) -> AfterSale:  # fmt: skip
    """
    The shop counts what came back after the money had gone without its inspection.

    :raises WrongStatus: nothing has come back, or it was inspected
    :raises WrongInspection: not the pieces that came
    """
    case = lock_case(case)
    table.check("count", case, Side.SHOP)
    _count(case, sellable, damaged, gifts, by=by, now=now)
    case.save(update_fields=["sellable_count", "damaged_count", "inspected_at"])
    note(case, Did.COUNTED, side=Side.SHOP, by=by, now=now)
    on_record(case, Did.COUNTED, by=by, now=now)
    return case


def _count(
    case: AfterSale, sellable: int, damaged: int, gifts: Mapping[int, tuple[int, int]] | None, *, by, now: datetime
) -> None:  # fmt: skip
    """Note what came back; what can be sold is restocked once for the case, however often this is asked (B6)."""
    if case.kind == Kind.REPAIR:
        sellable = damaged = 0
    elif sellable < 0 or damaged < 0 or sellable + damaged != case.quantity:
        raise WrongInspection(
            _("%(count)d pieces were to come back: say of each whether it can be sold.") % {"count": case.quantity}
        )
    case.sellable_count, case.damaged_count, case.inspected_at = sellable, damaged, now
    to_sell = Counter({case.line.sku: sellable})
    for row in case.gifts.select_related("line__sku").order_by("line"):
        if not is_sent(row):
            continue
        row.sellable_count, row.damaged_count = (row.quantity, 0) if gifts is None else gifts.get(row.line_id, (0, 0))
        if min(row.sellable_count, row.damaged_count) < 0 or row.sellable_count + row.damaged_count > row.quantity:
            raise WrongInspection(
                _("At most %(count)d pieces of the gift were to come back.") % {"count": row.quantity}
            )
        row.save(update_fields=["sellable_count", "damaged_count"])
        to_sell[row.line.sku] += row.sellable_count
    for sku, pieces in sorted(to_sell.items(), key=lambda pair: pair[0].pk):
        if pieces:
            stock.restock(document=case.public_id, sku=sku, quantity=pieces, by=by, now=now)


@transaction.atomic
def resend(*, case: AfterSale, carrier: str, tracking_number: str, by, now: datetime) -> Parcel:
    """
    The shop sends the replacement, or what it has repaired, in a parcel of its own; what came back of that, once more.

    :raises WrongStatus: the shop owes no goods
    :raises BadTrackingNumber: not a number of this carrier
    :raises TrackingNumberUsed: another parcel goes under this number
    """
    case = lock_case(case)
    table.check("resend", case, Side.SHOP)
    start = case.order.shop.province, case.order.shop.city
    former = table.undelivered(case)
    parcel = hand_over(case.order, carrier, tracking_number, start=start, after_sale=case, replaces=former, now=now)
    if case.kind == Kind.EXCHANGE and former is None:  # what came back has left the stock before
        if not case.replacement_id:
            raise RuntimeError(f"{case} is an exchange for nothing")
        stock.consume(document=case.public_id, by=by, now=now)
    text = f"{parcel.get_carrier_display()} {parcel.tracking_number}"
    move(case, Status.RESENT, Did.RESENT, side=Side.SHOP, by=by, now=now, text=text)
    return parcel


@transaction.atomic
def give_money(*, case: AfterSale, text: str = "", by, now: datetime) -> AfterSale:
    """
    The shop cannot send what it owes: all that was paid for the pieces goes back.

    :raises WrongStatus: the shop owes no goods
    """
    case = lock_case(case)
    table.check("give_money", case, Side.SHOP)
    money_instead(case, side=Side.SHOP, by=by, now=now, text=text)
    return case


def money_instead(case: AfterSale, *, side: str, by=None, now: datetime, text: str = "") -> None:
    """No goods for a locked case: what was sent and came back is on the shelf again, once."""
    former = table.undelivered(case)
    if former is not None and case.kind == Kind.EXCHANGE:
        stock.restock(document=former.public_id, sku=case.replacement, quantity=case.quantity, by=by, now=now)
    settle(case, Did.GAVE_MONEY, goods=case.worth, side=side, by=by, now=now, text=text)


@transaction.atomic
def receive(*, case: AfterSale, by=None, now: datetime) -> AfterSale:
    """
    The replacement, or the repaired goods, have arrived, says the shopper, or the clock (``by`` is nobody).

    :raises WrongStatus: nothing is on its way
    """
    case = lock_case(case)
    side = Side.SHOPPER if by else Side.CLOCK
    table.check("receive" if by else "run_out", case, side)
    Parcel.objects.filter(after_sale=case, delivered_at=None, returned_at=None).update(delivered_at=now)
    case.fault = AfterSale.Fault.SHOP if case.is_blamed_on_shop else AfterSale.Fault.SHOPPER
    end(case, Status.DONE, Did.RECEIVED, side=side, by=by, now=now)
    return case


@transaction.atomic
def restock(*, case: AfterSale, sellable: int, damaged: int = 0, by, now: datetime) -> AfterSale:
    """
    The shop counts a replacement that came back after the mall was asked: what can be sold is on the shelf again.

    :raises WrongStatus: none came back, or it was counted
    :raises WrongInspection: not the pieces that were sent
    """
    case = lock_case(case)
    table.check("restock", case, Side.SHOP)
    if min(sellable, damaged) < 0 or sellable + damaged != case.quantity:
        raise WrongInspection(
            _("%(count)d pieces were to come back: say of each whether it can be sold.") % {"count": case.quantity}
        )
    former = table.undelivered(case)
    if sellable:
        stock.restock(document=former.public_id, sku=case.replacement, quantity=sellable, by=by, now=now)
    note(case, Did.RESTOCKED, side=Side.SHOP, by=by, now=now, text=f"{sellable} / {damaged}")
    on_record(case, Did.RESTOCKED, by=by, now=now)
    return case


def note_undelivered(case: AfterSale, *, now: datetime) -> None:
    """
    What a case has sent is with the shop again, its carrier tells: the shop owes it once more, with new days to send it
    or to return the money. The caller has locked the order. Of a case that went on otherwise nothing is done.
    """
    case = lock_case(case)
    if case.status == Status.RESENT:
        move(case, Status.RESENDING, Did.UNDELIVERED, side=Side.CLOCK, now=now)
