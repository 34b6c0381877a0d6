"""
Orders that come to nothing (O4): one way for every reason.

An unpaid group is canceled whole, because it is one payment; a paid order is canceled by itself until it is shipped.
Whatever the path, goods come back in the same transaction, as does what gift cards have paid of an unpaid group; the
event tells whether money must go back, which a listener sees to: inside a shop's scope nobody may look at payments.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog import stock
from catalog.models import Product
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.orders import OrderCanceled, OrderDepositKept
from mall.flow import WrongStatus
from orders import gift_cards
from orders.addresses import lapse_changes
from orders.after_sales.cases import close_all
from orders.locks import lock_group, lock_order
from orders.models import Order, OrderGroup, OrderStep, Payment
from orders.payments import ask_about_payment
from orders.steps import write_steps
from orders.vouchers import check_cancel, finish_half_used

MOST_MISSED = 500
log = logging.getLogger("orders.cancellation")


@transaction.atomic
def cancel_order(*, order: Order, reason: str, by=None, now: datetime, leaves_deposit: bool = False) -> Order:
    """
    Cancel an order before it is shipped; an unpaid one with all orders of its group.

    A shopper who cancels between deposit and rest leaves the deposit to the shop, as if she had missed the rest; when
    the mall's staff do it, it goes back to her.

    :param leaves_deposit: the shopper knows that
    :raises WrongStatus: shipped, or canceled already; or a deposit is at stake of which the shopper does not know
    """
    if Order.objects.filter(pk=order.pk, status=Order.Status.UNPAID).exists():
        _group, orders = lock_group(order.group_id)
        order = next(one for one in orders if one.pk == order.pk)
        if order.status == Order.Status.UNPAID:
            _cancel(orders, reason=reason, by=by, now=now)
            return order
        # paid while we waited: it is canceled by itself
    if by is not None and by.pk == order.shopper_id:
        order = lock_order(order.pk)
        if order.status == Order.Status.DEPOSIT_PAID:
            if not leaves_deposit:
                raise WrongStatus(
                    _("Your deposit has been received; the shop keeps it if you cancel. Say that you know.")
                )
            _cancel([order], reason=reason, by=by, now=now, keeps_deposit=True)
            return order
    return cancel_paid_order(order=order, reason=reason, by=by, now=now)


@transaction.atomic
def cancel_paid_order(*, order: Order, reason: str, by=None, now: datetime) -> Order:
    """
    Cancel one order that is paid and not shipped: all that a shop may do. The money goes back, as does a deposit.

    :raises WrongStatus: not paid yet, shipped at least in part, or canceled already
    """
    order = lock_order(order.pk)
    if order.status == Order.Status.UNPAID:
        raise WrongStatus(_("This order is not paid yet; it closes by itself when its time runs out."))
    check_cancel(order, by=by, now=now)
    _cancel([order], reason=reason, by=by, now=now)
    return order


@transaction.atomic
def keep_deposit_of_missed_order(*, order_id: int, now: datetime) -> bool:
    """The rest was not paid in its time: the order ends, its goods come free, its deposit is the shop's; once."""
    order = lock_order(order_id)
    if order.status != Order.Status.DEPOSIT_PAID or now <= order.balance_until:
        return False
    with override(settings.LANGUAGE_CODE):
        reason = _("The rest was not paid in time")
    _cancel([order], reason=reason, by=None, now=now, keeps_deposit=True)
    return True


def cancel_emptied_order(*, order: Order, reason: str, now: datetime) -> None:
    """A paid order, locked by the caller, of which after-sales have returned everything before it was shipped."""
    _cancel([order], reason=reason, by=None, now=now)


def cancel_order_whose_deal_failed(*, order: Order, reason: str, now: datetime) -> None:
    """An order by itself, locked by the caller: what it waited for will not come. It may not be paid yet."""
    _cancel([order], reason=reason, by=None, now=now)


def close_unpaid_orders(*, now: datetime) -> int:
    """
    Close every group whose time to pay has run out; returns how many orders.

    One transaction per group, so it may be killed and run again, and several may share the work. After each commit the
    channel is told to take no more money for it.
    """
    count = 0
    while (group := _close_next_group(now)) is not None:
        count += group.closed
        _close_payments(group.pk, now)
    return count


def cancel_unpaid_orders_of_shop(*, shop_id: str, now: datetime) -> int:
    """
    A frozen shop sells nothing: what waits for payment in it is canceled and its stock comes back; returns how many.

    A group is one payment, so it goes whole. Orders that are paid are in flight and go on (M7).
    """
    with override(settings.LANGUAGE_CODE):
        reason = _("The shop is not selling at the moment")
    count = 0
    waiting = Order.objects.filter(shop__public_id=shop_id, status=Order.Status.UNPAID)
    for group_id in waiting.order_by("group_id").values_list("group_id", flat=True).distinct():
        with transaction.atomic():
            _group, orders = lock_group(group_id)
            unpaid = [order for order in orders if order.status == Order.Status.UNPAID]
            if unpaid:
                _cancel(unpaid, reason=reason, by=None, now=now)
        count += len(unpaid)
    return count


def cancel_missed_appointments(*, now: datetime) -> int:
    """
    Services that nobody used some days after their time are canceled and paid back; returns how many orders.

    Where a part was used, the rest is over as well and stays paid.
    """
    with override(settings.LANGUAGE_CODE):
        reason = _("The appointment did not take place")
    due = Order.objects.filter(status=Order.Status.BOOKED, kind=Product.Kind.SERVICE, due_at__lte=now)
    count = 0
    for pk in list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:MOST_MISSED]):
        if finish_half_used(order_id=pk, now=now):
            continue
        with transaction.atomic():
            order = lock_order(pk)
            if order.status == Order.Status.BOOKED:
                _cancel([order], reason=reason, by=None, now=now)
                count += 1
    return count


@transaction.atomic
def _close_next_group(now: datetime) -> OrderGroup | None:
    due = Order.objects.filter(status=Order.Status.UNPAID, due_at__lte=now).order_by("due_at")
    # A group that somebody else has locked is being paid, canceled or closed right now.
    group = (
        OrderGroup.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(pk__in=due.values("group"))
        .order_by("pk")
        .first()
    )
    if group is None:
        return None
    _group, orders = lock_group(group.pk)
    with override(settings.LANGUAGE_CODE):
        reason = _("Not paid in time")
    unpaid = [order for order in orders if order.status == Order.Status.UNPAID]
    if unpaid:
        _cancel(unpaid, reason=reason, by=None, now=now)
    group.closed = len(unpaid)  # none, if the money came while we looked
    return group


def _cancel(orders: list[Order], *, reason: str, by, now: datetime, keeps_deposit: bool = False) -> None:
    """
    Cancel these orders of one group, whose rows the caller has locked.

    :param keeps_deposit: what was paid of one that waits for the rest is the shop's
    """
    was_paid = {
        order.pk: (order.paid_at or order.deposit_paid_at) is not None and not keeps_deposit for order in orders
    }
    before = {order.pk: order.status for order in orders}
    if any(order.is_partly_shipped for order in orders):
        raise WrongStatus(_("A part of this order is on its way: what was not sent can be paid back by an after-sale."))
    for order in orders:
        Order.FLOW.move(order, Order.Status.CANCELED)
        order.canceled_at, order.cancel_reason, order.due_at = now, reason[:200], None
    Order.objects.filter(pk__in=list(before)).update(
        status=Order.Status.CANCELED,
        canceled_at=now,
        cancel_reason=reason[:200],
        due_at=None,
        deposit_kept_at=now if keeps_deposit else None,
    )
    for order in orders:
        if order.paused_at:
            close_all(order, now=now, text=reason)
    lapse_changes(orders, now=now)
    stock.release_all(documents=[order.public_id for order in orders], now=now)
    for order in orders:
        if order.by_cards and not was_paid[order.pk]:
            gift_cards.give_back(order, order.by_cards, now=now)  # of what was paid the refund takes care
    write_steps(orders, OrderStep.Kind.CANCELED, at=now, by=by, note=reason)
    if keeps_deposit:
        for order in orders:
            _tell_of_kept_deposit(order, now)
    if by is not None:
        for order in orders:
            record(
                "orders.cancel_order",
                order.public_id,
                by=by,
                now=now,
                shop_slug=order.shop.slug,
                before={"status": before[order.pk]},
                after={"status": order.status, "reason": order.cancel_reason},
            )
    publish(
        *(
            OrderCanceled(
                order_id=order.public_id,
                shop_id=order.shop.public_id,
                was_paid=was_paid[order.pk],
                total=order.total.minor,
                currency=order.currency,
                reason=order.cancel_reason,
                deal=order.deal,
                canceled_at=now,
            )
            for order in orders
        )
    )


def _tell_of_kept_deposit(order: Order, now: datetime) -> None:
    order.deposit_kept_at = now
    write_steps([order], OrderStep.Kind.DEPOSIT_KEPT, at=now, note=str(order.deposit))
    publish(
        OrderDepositKept(
            order_id=order.public_id,
            shop_id=order.shop.public_id,
            amount=order.deposit.minor,
            currency=order.currency,
            kept_at=now,
        )
    )


def _close_payments(group_id: int, now: datetime) -> None:
    """Tell the channels; what they do not hear now they are told by ``ask_about_payments``."""
    for payment in Payment.objects.filter(group=group_id, status=Payment.Status.PENDING):
        try:
            ask_about_payment(payment=payment, now=now)
        except Exception:
            log.warning("payment %s could not be closed yet", payment, exc_info=True)
