"""
Codes that shoppers show (C2, O6): of a service after it is paid, of goods that lie ready in a store. The shop's staff
check a code once, when she was there.

What was not used some days after its time is canceled, and the money goes back: the shop has no reason to leave a code
unchecked, and the shopper none to fear for her money.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import stock
from catalog.models import Product, Warehouse
from mall.audit.trail import record
from mall.clock import BUSINESS_ZONE, business_date, start_of
from mall.crypto import blind_index
from mall.flow import WrongStatus
from mall.pace import keep_pace
from mall.refusals import Refusal
from mall.rows import insert_rows
from merchants.models import Shop
from orders import tunables
from orders.fulfillment import deliver_orders
from orders.locks import lock_order
from orders.models import Order, OrderLine, Voucher, WrongCode

DIGITS = 12


class UnknownVoucher(Refusal):
    """No order of the shop has this code."""

    code = "unknown-voucher"
    status = 404


class VoucherUsed(Refusal):
    """The code was checked before."""

    code = "voucher-used"


class VoucherInvalid(Refusal):
    """The order of the code was canceled."""

    code = "voucher-invalid"


class TooEarly(Refusal):
    """The day of the appointment has not come."""

    code = "too-early"


class VoucherExpired(Refusal):
    """What was to be picked up was not fetched in time."""

    code = "voucher-expired"


class OtherStore(Refusal):
    """What is to be picked up lies in another store."""

    code = "other-store"


def issue_vouchers(orders: Sequence[Order]) -> None:
    """One code for each line of these orders of services, which are paid and locked; and how long they wait."""
    lines = OrderLine.objects.filter(order__in=[order.pk for order in orders]).select_related("slot").order_by("pk")
    last: dict[int, datetime] = {}
    vouchers = []
    for line in lines:
        vouchers.append(Voucher(shop_id=line.shop_id, line=line, code=new_code()))
        last[line.order_id] = max(line.slot.ends_at, last.get(line.order_id, line.slot.ends_at))
    insert_rows(vouchers)
    for order in orders:
        order.due_at = last[order.pk] + timedelta(days=tunables.MISSED_DAYS.value)
        order.save(update_fields=["due_at"])


def use_voucher(*, shop: Shop, code: str, by, now: datetime) -> Voucher:
    """
    The shopper was there: her line is done, and with the last one the order is delivered; what she picked up is hers.

    :raises UnknownVoucher: no order of this shop has the code
    :raises VoucherUsed: it was checked before
    :raises VoucherInvalid: its order was canceled
    :raises VoucherExpired: it was to be picked up before
    :raises TooEarly: the day of the appointment has not come
    :raises TooOften: the person has checked too many wrong codes within a day
    """
    check_pace(by, now)
    voucher = find_voucher(shop, code)
    if voucher is None:
        WrongCode.objects.create(shop=shop, by=by, tried_at=now)
        raise UnknownVoucher(_("No order of your shop has this code. Ask the shopper to read it out again."))
    return redeem(voucher=voucher, by=by, at=now, now=now)


def check_pace(by, now: datetime) -> None:
    """:raises TooOften: the person has checked too many wrong codes within a day, and codes are not found by trying"""
    keep_pace(WrongCode.objects.filter(by=by), "tried_at", most=tunables.WRONG_VOUCHER_CODES.value, now=now)


def digits_of(code: str) -> str:
    """A code as somebody typed or scanned it, without what people put between its digits."""
    return "".join(sign for sign in code if sign.isdigit() and sign.isascii())


def find_voucher(shop: Shop, code: str) -> Voucher | None:
    """The voucher of a shop that has this code."""
    digits = digits_of(code)
    if len(digits) != DIGITS:
        return None
    found = Voucher.objects.owned_by(shop).filter(code_index=blind_index(digits))
    return found.select_related("line").first()


@transaction.atomic
def redeem(*, voucher: Voucher, by, at: datetime, now: datetime, store: Warehouse | None = None) -> Voucher:
    """
    Use a code once, whoever comes at the same moment.

    :param at: when its shopper was there, which may be told later
    :param store: the goods must lie in this store
    :raises VoucherUsed, VoucherInvalid, VoucherExpired, TooEarly: as for ``use_voucher``
    :raises OtherStore: they lie in another one
    """
    order = lock_order(voucher.order_id or voucher.line.order_id)
    voucher = (
        Voucher.objects.select_related("line__slot", "order__store").get(pk=voucher.pk)  # as it stands under the lock
    )
    if voucher.used_at is not None:
        raise VoucherUsed(_("This code was used already, on %(at)s.") % {"at": told(voucher.used_at)})
    if order.status != Order.Status.BOOKED:
        status = order.get_status_display()
        raise VoucherInvalid(_("This code is not valid: its order is “%(status)s”.") % {"status": status})
    if voucher.order_id:
        if voucher.expires_at < at:
            raise VoucherExpired(
                _("This code expired on %(at)s. Keep the order longer on its page, then check the code again.")
                % {"at": told(voucher.expires_at)}
            )
        if store is not None and order.store_id != store.pk:
            raise OtherStore(_("These goods lie in “%(store)s”.") % {"store": voucher.order.store.name})
    elif business_date(at) < business_date(voucher.line.slot.starts_at):
        starts = told(voucher.line.slot.starts_at)
        raise TooEarly(_("The appointment is on %(at)s; check the code then.") % {"at": starts})

    voucher.used_at, voucher.used_by = at, by
    voucher.save(update_fields=["used_at", "used_by"])
    after = {"line": voucher.line_id} if voucher.line_id else {"picked_up": True}
    record("orders.use_voucher", order.public_id, by=by, now=now, shop_slug=order.shop.slug, after=after)
    if voucher.order_id or not Voucher.objects.filter(line__order=order, used_at=None).exists():
        _finish(order, by=by, now=now)
    return voucher


def vouchers_of(order: Order) -> list[Voucher]:
    """What the shopper of an order shows; none, and no question, of orders that are no services or not paid."""
    if order.kind != Product.Kind.SERVICE or order.paid_at is None:
        return []
    return list(Voucher.objects.filter(line__order=order).select_related("line__slot").order_by("line"))


def next_appointments(shop: Shop, *, now: datetime, most: int) -> list[OrderLine]:
    """What is booked in a shop and was not used yet, the nearest first, from those of today."""
    lines = OrderLine.objects.owned_by(shop).filter(
        order__status=Order.Status.BOOKED, slot__ends_at__gte=start_of(business_date(now)), voucher__used_at=None
    )
    return list(lines.select_related("order", "slot").order_by("slot__starts_at", "pk")[:most])


def check_cancel(order: Order, *, by, now: datetime) -> None:
    """
    Whether a locked order of services may still be canceled.

    :raises WrongStatus: one of its codes was used; or its shopper asks, and the time has come
    """
    if order.kind != Product.Kind.SERVICE or order.status != Order.Status.BOOKED:
        return
    lines = OrderLine.objects.filter(order=order)
    if lines.filter(voucher__used_at__isnull=False).exists():
        raise WrongStatus(_("A part of this order was used already."))
    if by is not None and by.pk == order.shopper_id and lines.filter(slot__starts_at__lte=now).exists():
        raise WrongStatus(_("The time of your appointment has come. Ask the shop to cancel, if it did not take place."))


@transaction.atomic
def finish_half_used(*, order_id: int, now: datetime) -> bool:
    """Of an order whose times are over a part was used: the rest is over, too. Whether that is how it stands."""
    order = lock_order(order_id)
    half_used = Voucher.objects.filter(line__order=order, used_at__isnull=False).exists()
    if order.status != Order.Status.BOOKED or not half_used:
        return False
    _finish(order, by=None, now=now)
    return True


def _finish(order: Order, *, by, now: datetime) -> None:
    stock.consume(document=order.public_id, by=by, now=now)
    deliver_orders([order], by=by, now=now)


def told(at: datetime) -> str:
    return f"{at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"


def new_code() -> str:
    """Twelve digits that nobody guesses; two alike in a shop the database would refuse."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
