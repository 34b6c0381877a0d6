"""
Paying an order group (O3): starting a payment, and learning how it ended.

The mall learns it from a signed notice, from asking the channel, or from both, in any order and as often as they come:
every way leads to the same few verbs, which change nothing twice. No channel is called while a row is locked.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from catalog.stock import keep_reserved
from mall.accounts.models import User
from mall.audit.trail import record
from mall.crypto import blind_index
from mall.events.bus import publish
from mall.events.orders import BalanceToppedUp, LatePaymentReceived, OrderDepositPaid, OrderPaid
from mall.flow import WrongStatus
from mall.money import Money
from mall.refusals import Refusal
from mall.templatetags.mall import plain_moment
from orders import gateways, handing_over, transfers, tunables
from orders.gateways.base import Answer, BadNotice, ChannelUnavailable, Notice, Standing
from orders.locks import lock_group, lock_payment
from orders.models import Order, OrderGroup, OrderStep, Payment, PaymentNotice, Purse
from orders.models.payment import TIME_TO_TOP_UP
from orders.purses import credit_top_up, debit, purse_of
from orders.refunds import ask_refund
from orders.steps import write_steps

log = logging.getLogger("orders.payments")

BATCH = 200
LEAST_TOP_UP = Money(100)
DEPOSIT_IDS = "dpy_"  # payments of deposits, whose settlement hears of them itself


class NotPayable(Refusal):
    """The group is paid already, or its time has run out."""

    code = "not-payable"


class WrongAmount(Refusal):
    """The channel speaks of another amount or currency than the mall asked for."""

    code = "wrong-amount"


@dataclass(frozen=True, slots=True)
class Owed:
    """The part of a group that is to be paid now: how much, and for the rest after a deposit since when."""

    part: str
    amount: Money
    since: datetime | None = None


class TopUpRefused(Refusal):
    """A balance is not topped up by so little, or not to so much."""

    code = "top-up-refused"
    status = 400


class NoticeRefused(Refusal):
    """A message that must not be believed. It is answered without detail; the audit trail holds the reason."""

    code = "notice-refused"
    status = 400


def start_payment(*, group: OrderGroup, channel: str, now: datetime) -> Payment:
    """
    Open a payment of what the group waits for at a channel, or return the attempt that is still open there: of all of
    it, less what gift cards have paid, or of the deposit, and later of the rest.

    Not one transaction: the channel is called between two.

    :raises NotPayable: paid already, its time has not come, or has run out
    :raises UnknownChannel: no such way to pay
    :raises NoTransfer: it cannot be paid by bank transfer
    :raises ChannelUnavailable: the channel did not answer; asking again goes on with the same attempt
    """
    return _open(gateways.gateway(channel), lambda: _prepare_payment(group, channel, now), now)


def start_top_up(*, shopper: User, amount: Money, channel: str, now: datetime) -> Payment:
    """
    Open a payment that tops a shopper's balance up, or return the attempt over this amount that is still open there.

    Not one transaction: the channel is called between two.

    :raises TopUpRefused: too little, or her balance would hold more than it may
    :raises UnknownChannel: no such way to pay
    :raises ChannelUnavailable: the channel did not answer; asking again goes on with the same attempt
    """
    door = gateways.gateway_for(channel, for_orders=False)
    return _open(door, lambda: _prepare_top_up(shopper, amount, channel, now), now)


def _open(door: gateways.Gateway, prepared: Callable[[], Payment], now: datetime) -> Payment:
    payment = prepared()
    answer = door.prepare(payment=payment, now=now)
    if answer.standing != Standing.WAITING:  # it ended, and nobody told us
        _learn(payment, answer, now)
        payment = prepared()
        answer = door.prepare(payment=payment, now=now)
    if payment.provider_reference != answer.reference:
        payment.provider_reference = answer.reference
        payment.save(update_fields=["provider_reference"])
    return payment


@transaction.atomic
def _prepare_top_up(shopper: User, amount: Money, channel: str, now: datetime) -> Payment:
    most = Money(tunables.MOST_BALANCE.value, amount.currency)
    if amount < LEAST_TOP_UP:
        raise TopUpRefused(_("Top up by at least %(least)s.") % {"least": LEAST_TOP_UP})
    purse = Purse.objects.select_for_update(no_key=True).get(pk=purse_of(shopper, now=now).pk)
    if purse.balance + amount > most:
        raise TopUpRefused(_("By topping up, a balance may come to at most %(most)s.") % {"most": most})
    attempts = purse.payments.filter(channel=channel, amount=amount.minor, status=Payment.Status.PENDING)
    open_attempt = attempts.filter(started_at__gt=now - TIME_TO_TOP_UP / 2).order_by("-pk").first()
    return open_attempt or Payment.objects.create(
        purse=purse, part=Payment.Part.TOP_UP, channel=channel, currency=amount.currency, amount=amount, started_at=now
    )


def payment_page_url(payment: Payment) -> str:
    """Where the payer pays."""
    return gateways.gateway(payment.channel).page_url(payment=payment)


@transaction.atomic
def _prepare_payment(group: OrderGroup, channel: str, now: datetime) -> Payment:
    group, orders = lock_group(group.pk)
    if any(order.status == Order.Status.CANCELED for order in orders) or group.pay_by < now:
        raise NotPayable(_("The time to pay has run out; the order is closed."))
    if (owed := owed_now(group, orders)) is None:
        raise NotPayable(_("This order is paid already."))
    if owed.since is not None and now < owed.since:
        raise NotPayable(_("The rest can be paid from %(moment)s.") % {"moment": plain_moment(owed.since)})
    if channel == "transfer":
        transfers.wait_longer(group, orders, now=now)
    attempts = group.payments.filter(channel=channel, part=owed.part, status=Payment.Status.PENDING)
    payment = attempts.order_by("-pk").first() or Payment.objects.create(
        group=group, part=owed.part, channel=channel, currency=group.currency, amount=owed.amount, started_at=now
    )
    payment.group = group
    return payment


def owed_now(group: OrderGroup, orders: Sequence[Order]) -> Owed | None:
    """What a group waits for; ``None`` when it is paid, or came to nothing. Only a deal has a deposit: one order."""
    if all(order.status == Order.Status.UNPAID for order in orders):
        if deposit := orders[0].deposit:
            return Owed(Payment.Part.DEPOSIT, deposit)
        return Owed(Payment.Part.WHOLE, group.due)
    if all(order.status == Order.Status.DEPOSIT_PAID for order in orders):
        return Owed(Payment.Part.BALANCE, orders[0].balance, since=orders[0].balance_from)
    return None


@transaction.atomic
def confirm_payment(*, payment: Payment, answer: Answer, now: datetime) -> Payment:
    """
    The money came: the group's orders are paid, all of them; or their deposit is.

    Money for a group that is closed, or for a part that another attempt has paid, is taken note of and goes back whole;
    the orders stay as they are. Confirming again changes nothing. What tops a balance up is on it, whenever it comes.

    :raises WrongAmount: another amount or currency than the mall asked for
    """
    if payment.part == Payment.Part.TOP_UP:
        return _confirm_top_up(payment, answer, now)
    group, orders = lock_group(payment.group_id)
    payment = lock_payment(payment.pk)
    if _is_known(payment, answer):
        return payment

    owed = owed_now(group, orders)
    payment.is_late = owed is None or owed.part != payment.part
    _note_success(payment, answer, now)
    if payment.is_late:
        _send_back(group, payment, now)
    elif payment.part == Payment.Part.DEPOSIT:
        _mark_deposit_paid(group, orders[0], payment, now)
    else:
        _mark_paid(group, orders, payment, now)
    return payment


def _is_known(payment: Payment, answer: Answer) -> bool:
    """Whether this payment, which the caller has locked, counts already. :raises WrongAmount: it is another amount"""
    if answer.amount != payment.amount:
        raise WrongAmount(_("The amount does not match."))
    return payment.status == Payment.Status.SUCCEEDED


def _note_success(payment: Payment, answer: Answer, now: datetime) -> None:
    Payment.FLOW.move(payment, Payment.Status.SUCCEEDED)
    payment.succeeded_at = now
    payment.provider_reference = answer.reference
    payment.payer_mark = blind_index(f"payer {payment.channel} {answer.payer}") if answer.payer else ""
    payment.save(update_fields=["status", "succeeded_at", "provider_reference", "is_late", "payer_mark"])


def _confirm_top_up(payment: Payment, answer: Answer, now: datetime) -> Payment:
    payment = lock_payment(payment.pk)
    if _is_known(payment, answer):
        return payment
    _note_success(payment, answer, now)
    credit_top_up(payment=payment, now=now)
    publish(
        BalanceToppedUp(
            payment_id=payment.public_id,
            shopper_id=payment.purse.shopper_id,
            amount=payment.amount.minor,
            currency=payment.currency,
            topped_up_at=now,
        )
    )
    return payment


@transaction.atomic
def pay_from_balance(*, payment: Payment, by, now: datetime) -> Payment:
    """
    The shopper has confirmed that her balance pays: it is debited and what it pays is paid, both or neither. Doing it
    again changes nothing.

    :raises NotPayable: the order waits for no such payment (any more)
    :raises NotEnoughBalance: she has less; nothing was taken
    """
    group, orders = lock_group(payment.group_id)
    payment = lock_payment(payment.pk)
    if payment.channel != "balance" or group.shopper_id != by.pk:
        raise ValueError(f"{payment} is not {by}'s to pay from a balance")
    if payment.status == Payment.Status.SUCCEEDED:
        return payment
    owed = owed_now(group, orders)
    is_owed = owed is not None and owed.part == payment.part and (owed.since is None or owed.since <= now)
    if payment.status != Payment.Status.PENDING or not is_owed or group.pay_by < now:
        raise NotPayable(_("This order is not waiting for this payment any more."))
    answer = Answer(Standing.SUCCEEDED, payment.amount, payment.public_id, payer=str(group.shopper_id))
    payment = confirm_payment(payment=payment, answer=answer, now=now)
    debit(payment=payment, shopper_id=group.shopper_id, now=now)
    record("orders.pay_from_balance", payment.public_id, by=by, now=now, after={"amount": payment.amount.minor})
    return payment


def confirm_free_group(*, orders: list[Order], now: datetime) -> None:
    """
    A group that costs nothing, or that gift cards have paid, is paid as it is placed, in the transaction that places
    it: no channel takes zero.
    """
    _mark_paid(orders[0].group, orders, None, now)


def _mark_deposit_paid(group: OrderGroup, order: Order, payment: Payment, now: datetime) -> None:
    """
    The goods stay kept, the clock goes on to the rest. Whoever pays the deposit so late that the rest is due already
    has until its end; the offer is closed by then, so that is minutes.
    """
    Order.FLOW.move(order, Order.Status.DEPOSIT_PAID)
    order.deposit_paid_at, order.due_at = now, max(order.balance_from, now)
    order.save(update_fields=["status", "deposit_paid_at", "due_at"])
    group.pay_by = order.balance_until
    group.save(update_fields=["pay_by"])
    keep_reserved(documents=[order.public_id])
    write_steps([order], OrderStep.Kind.DEPOSIT_PAID, at=now, note=str(order.deposit))
    publish(
        OrderDepositPaid(
            order_id=order.public_id,
            payment_id=payment.public_id,
            shop_id=order.shop.public_id,
            shopper_id=order.shopper_id,
            amount=order.deposit.minor,
            by_balance=order.deposit.minor if payment.channel == "balance" else 0,
            currency=order.currency,
            paid_at=now,
        )
    )


def _mark_paid(group: OrderGroup, orders: list[Order], payment: Payment | None, now: datetime) -> None:
    for order in orders:
        Order.FLOW.move(order, Order.Status.PAID if order.is_sent else Order.Status.BOOKED)
        order.paid_at, order.due_at = now, None
    for status in sorted({order.status for order in orders}):
        Order.objects.filter(pk__in=[order.pk for order in orders if order.status == status]).update(
            status=status, paid_at=now, due_at=None
        )
    keep_reserved(documents=[order.public_id for order in orders])
    write_steps(orders, OrderStep.Kind.PAID, at=now)
    publish(
        *(
            OrderPaid(
                order_id=order.public_id,
                group_id=group.public_id,
                payment_id=payment.public_id if payment else "",
                shop_id=order.shop.public_id,
                shopper_id=order.shopper_id,
                total=order.total.minor,
                duty=order.duty.minor,
                by_cards=order.by_cards.minor,
                by_balance=(order.in_cash - order.deposit).minor if payment and payment.channel == "balance" else 0,
                deposit=order.deposit.minor,
                kind=order.kind,
                deal=order.deal,
                currency=order.currency,
                paid_at=now,
            )
            for order in orders
        )
    )
    if not all(order.is_sent for order in orders):
        handing_over.hand_over_at_once(orders, now=now)


def _send_back(group: OrderGroup, payment: Payment, now: datetime) -> None:
    reason = _("The payment came after the order closed, or a second time.")
    ask_refund(payment=payment, order=None, amount=payment.amount, reason=reason, now=now)
    publish(
        LatePaymentReceived(
            payment_id=payment.public_id,
            group_id=group.public_id,
            amount=payment.amount.minor,
            currency=payment.currency,
            received_at=now,
        )
    )


@transaction.atomic
def end_payment(*, payment: Payment, standing: Standing) -> Payment:
    """An attempt failed or was closed at its channel; one that has succeeded stays so, whatever is told later."""
    payment = lock_payment(payment.pk)
    if payment.status == Payment.Status.PENDING:
        ended = Payment.Status.FAILED if standing == Standing.FAILED else Payment.Status.CLOSED
        Payment.FLOW.move(payment, ended)
        payment.save(update_fields=["status"])
    return payment


def _learn(payment: Payment, answer: Answer, now: datetime) -> Payment:
    """Take over what a channel says of a payment, however the mall came to hear it."""
    if answer.standing == Standing.SUCCEEDED:
        return confirm_payment(payment=payment, answer=answer, now=now)
    if answer.standing in {Standing.FAILED, Standing.CLOSED}:
        return end_payment(payment=payment, standing=answer.standing)
    return payment


def receive_notice(*, channel: str, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentNotice | None:
    """
    Hear a channel's signed message, once per message id; ``None`` for one that is true and about nothing of ours:
    another kind of event, or a payment of something else than an order at a channel that has one address for all.

    :raises NoticeRefused: unknown channel or payment, wrong signature, too old, or another amount; on the record
    """
    try:
        notice = gateways.gateway(channel).parse_notice(headers=headers, body=body, now=now)
        if notice is None or notice.payment_id.startswith(DEPOSIT_IDS):
            return None
        payment = Payment.objects.filter(channel=channel, public_id=notice.payment_id).first()
        if payment is None:
            raise BadNotice("no such payment")
        if notice.answer.amount != payment.amount:
            raise BadNotice("another amount or currency")
    except (BadNotice, gateways.UnknownChannel) as refused:
        record("orders.refuse_notice", f"channel {channel}"[:80], now=now, after={"why": str(refused)})
        raise NoticeRefused(_("The message was refused.")) from refused
    return _hear(channel, notice, payment, now)


@transaction.atomic
def _hear(channel: str, notice: Notice, payment: Payment, now: datetime) -> PaymentNotice:
    row = PaymentNotice(
        channel=channel, notice_id=notice.notice_id, payment=payment, body=notice.content, outcome="", received_at=now
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the same message is known; simultaneous copies waited here for the first
        return PaymentNotice.objects.get(channel=channel, notice_id=notice.notice_id)
    before = payment.status
    payment = _learn(payment, notice.answer, now)
    row.outcome = f"{notice.answer.standing}: known"
    if payment.status != before:
        row.outcome = f"{before} → {payment.status}{' late' if payment.is_late else ''}"
    row.save(update_fields=["outcome"])
    return row


def ask_about_payment(*, payment: Payment, now: datetime) -> Payment:
    """
    Ask the channel how a payment stands and take it over; one whose group needs no money any more is closed there.

    :raises ChannelUnavailable: the channel did not answer; nothing has changed
    """
    if payment.status != Payment.Status.PENDING:
        return payment
    door = gateways.gateway(payment.channel)
    answer = door.query(payment=payment, now=now)
    if answer.standing == Standing.WAITING and not _still_wanted(payment, now):
        answer = door.close(payment=payment, now=now)
    Payment.objects.filter(pk=payment.pk).update(asked_at=now)
    return _learn(payment, answer, now)


def learn_from_channel(*, payment: Payment, now: datetime) -> Payment:
    """
    Take over how a payment stands with its channel, even where the mall thought that it had ended otherwise.

    :raises ChannelUnavailable: the channel did not answer; nothing has changed
    """
    return _learn(payment, gateways.gateway(payment.channel).query(payment=payment, now=now), now)


def ask_channel(*, payment: Payment, by, now: datetime) -> Payment:
    """
    Staff have the channel asked now instead of at the next turn, on the record.

    :raises ChannelUnavailable: the channel did not answer; nothing has changed
    :raises WrongStatus: how it ended is known
    """
    payment.refresh_from_db()
    if payment.status != Payment.Status.PENDING:
        raise WrongStatus(_("How this payment ended is known already."))
    record("orders.ask_channel", payment.public_id, by=by, now=now)
    return ask_about_payment(payment=payment, now=now)


def _still_wanted(payment: Payment, now: datetime) -> bool:
    if payment.part == Payment.Part.TOP_UP:
        return payment.pay_by >= now
    group = OrderGroup.objects.get(pk=payment.group_id)
    owed = owed_now(group, list(group.orders.all()))
    return group.pay_by >= now and owed is not None and owed.part == payment.part


def ask_about_payments(*, now: datetime) -> dict:
    """Ask about every payment that nobody has told of for some minutes; the longest unasked first."""
    limit = now - timedelta(minutes=tunables.ASK_AFTER_MINUTES.value)
    waiting = Payment.objects.filter(status=Payment.Status.PENDING, started_at__lte=limit)
    counts: dict[str, int] = {}
    for payment in waiting.filter(Q(asked_at=None) | Q(asked_at__lte=limit)).order_by(
        F("asked_at").asc(nulls_first=True), "pk"
    )[:BATCH]:
        try:
            status = ask_about_payment(payment=payment, now=now).status
        except ChannelUnavailable:
            status = "unanswered"
        except Exception:
            log.exception("could not ask about payment %s", payment)
            status = "trouble"
        counts[str(status)] = counts.get(str(status), 0) + 1
    return counts
