"""
Money going back the way it came (O8): cash first, then the gift cards that have paid (behaviours 2.20). What was paid
from a balance goes back on it, and so does everything that cards have not paid when the shopper wishes so.

Asked for in the transaction in which the mall comes to owe it; sent outside any lock; finished as often as one likes.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from catalog.models import Product
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.orders import PaymentRefunded
from mall.flow import WrongStatus
from mall.money import Money
from mall.nudges import run_soon
from orders.gateways import gateway
from orders.gateways.base import ChannelUnavailable, RefundRefused, Returnable
from orders.gift_cards import give_back
from orders.locks import lock_order
from orders.models import AfterSale, Order, OrderStep, Payment, Refund
from orders.purses import credit_refund, takes_refunds
from orders.steps import write_steps

log = logging.getLogger("orders.refunds")

PAUSE = timedelta(minutes=1)
BATCH = 200


@transaction.atomic
def ask_refund(
    *,
    payment: Payment | None,
    order: Order | None,
    amount: Money,
    reason: str,
    now: datetime,
    after_sale=None,
    duty: Money | None = None,
) -> Refund:
    """
    Owe the shopper this amount: of a case, of one order that is canceled, or of a payment that came too late (``order``
    is ``None``).

    Cash goes back first, as long as it lasts, then what gift cards have paid. That is on the cards in this transaction,
    as is on her balance what goes there, and a refund of which no channel has to send anything is done with it.

    :param payment: that of the late money; of an order it is known
    :param order: locked by the caller
    :param duty: what of the amount was collected for customs

    Asking again for the same case, order or payment returns the refund that stands.
    """
    same = {"order": order, "after_sale": after_sale} if order else {"order": None, "payment": payment}
    if refund := Refund.objects.filter(**same).first():
        return refund
    to_cards = amount - min(amount, _cash_left(order)) if order else Money(0, amount.currency)
    from_deposit = Money(0, amount.currency)
    if order and amount != to_cards:
        payment, from_deposit = _way_back(order, amount - to_cards)
    shopper_id = order.shopper_id if order else payment.group.shopper_id
    refund = Refund.objects.create(
        payment=payment,
        order=order,
        after_sale=after_sale,
        currency=amount.currency,
        amount=amount,
        duty=duty or Money(0, amount.currency),
        to_cards=to_cards,
        from_deposit=from_deposit,
        to_balance=_to_balance(shopper_id, payment, amount - to_cards, from_deposit),
        reason=reason[:200],
        asked_at=now,
    )
    subject = order.public_id if order else payment.public_id
    facts = {"refund": refund.public_id, "amount": amount.minor, "to_cards": to_cards.minor}
    facts |= {"from_deposit": from_deposit.minor} if from_deposit else {}
    facts |= {"to_balance": refund.to_balance.minor} if refund.to_balance else {}
    record("orders.ask_refund", subject, now=now, after=facts)
    if order:
        give_back(order, to_cards, now=now)
    credit_refund(refund=refund, shopper_id=shopper_id, now=now)
    if refund.through_channel:
        run_soon("orders.finish_refunds")
        return refund
    return _note_refunded(refund, now)


def _to_balance(shopper_id: int, payment: Payment | None, cash: Money, from_deposit: Money) -> Money:
    """What of this cash goes on her balance: all of it if she wishes so, else what she had paid from there."""
    if not cash or takes_refunds(shopper_id):
        return cash
    parts = [(payment, cash - from_deposit)]
    if from_deposit:
        parts.append((_deposit_of(payment.group_id), from_deposit))
    return Money.total((part for through, part in parts if through.channel == "balance"), cash.currency)


def _deposit_of(group_id: int) -> Payment:
    return Payment.objects.get(
        group=group_id, part=Payment.Part.DEPOSIT, status=Payment.Status.SUCCEEDED, is_late=False
    )


def _cash_left(order: Order) -> Money:
    """What was paid for the order through a channel and no refund takes back."""
    back = Refund.objects.filter(order=order).aggregate(sum=Sum(F("amount") - F("to_cards")))["sum"] or 0
    return order.received - order.by_cards - Money(int(back), order.currency)


def _way_back(order: Order, cash: Money) -> tuple[Payment, Money]:
    """
    Through which payment so much goes back, and what of it through the payment of the deposit beside it: the rest is
    returned first, and never more through a payment than came by it.
    """
    came = {
        payment.part: payment
        for payment in Payment.objects.filter(group=order.group_id, status=Payment.Status.SUCCEEDED, is_late=False)
    }
    nothing = Money(0, order.currency)
    if not order.deposit:
        return came[Payment.Part.WHOLE], nothing
    if (rest := came.get(Payment.Part.BALANCE)) is None:
        return came[Payment.Part.DEPOSIT], nothing
    gone = rest.refunds.aggregate(sum=Sum(F("amount") - F("to_cards") - F("from_deposit")))["sum"] or 0
    by_rest = min(cash, rest.amount - Money(int(gone), order.currency))
    return (rest, cash - by_rest) if by_rest else (came[Payment.Part.DEPOSIT], nothing)


@transaction.atomic
def ask_refund_of_canceled_order(*, order_id: str, now: datetime) -> Refund | None:
    """
    What was paid for a canceled order goes back to the shopper, less what after-sales have returned; ``order_id`` is
    public. Nothing is asked for when nothing is left.
    """
    order = lock_order(Order.objects.values_list("pk", flat=True).get(public_id=order_id))
    left = order.received - order.refunded
    if not left:
        return None
    returned = order.lines.aggregate(sum=Sum("refunded_duty"))["sum"] or 0
    return ask_refund(
        payment=None,
        order=order,
        amount=left,
        duty=order.duty - Money(int(returned), order.currency),
        reason=order.cancel_reason,
        now=now,
    )


@transaction.atomic
def ask_refund_of_case(*, case_id: str, now: datetime) -> Refund:
    """What the mall owes the shopper of an after-sale, once; ``case_id`` is public."""
    case = AfterSale.objects.get(public_id=case_id)
    order = lock_order(case.order_id)  # the refunds of an order are numbered in the order in which they are kept
    return ask_refund(
        payment=None,
        order=order,
        after_sale=case,
        amount=case.refund,
        duty=case.refund_duty,
        reason=f"{case.get_kind_display()}: {case.get_reason_display()}",
        now=now,
    )


@dataclass(frozen=True, slots=True)
class ThroughPayment:
    """What of a refund goes through one payment, where two have paid."""

    public_id: str
    payment: Payment
    in_cash: Money


def _ways_of(refund: Refund) -> list[Returnable]:
    """What channels have to send of it; what goes on a balance is there."""
    if not refund.through_channel:
        return []
    if not refund.from_deposit:
        return [refund]
    ways = [
        ThroughPayment(refund.public_id, refund.payment, refund.in_cash - refund.from_deposit),
        ThroughPayment(f"{refund.public_id}-deposit", _deposit_of(refund.payment.group_id), refund.from_deposit),
    ]
    return [way for way in ways if way.payment.channel != "balance"]


def finish_refund(*, refund: Refund, now: datetime) -> Refund:
    """
    Have the channel send the money, then note that it went; harmless when done before.

    Not one transaction: the channel is called between two, and answers the same refund once; so where two payments are
    returned, and only one channel answers, both are asked again.

    :raises ChannelUnavailable: the channel did not answer; the refund stays asked for
    """
    was_tried = Refund.objects.filter(pk=refund.pk, tried_at__isnull=False).exists()
    Refund.objects.filter(pk=refund.pk, status=Refund.Status.ASKED).update(tried_at=now)
    refund = Refund.objects.select_related("payment").get(pk=refund.pk)
    if refund.status != Refund.Status.ASKED:
        return refund
    has_gone = [_has_gone(way, was_tried, now) for way in _ways_of(refund)]
    return _note_refunded(refund, now) if all(has_gone) else refund


def _has_gone(refund: Returnable, was_tried: bool, now: datetime) -> bool:
    """What was sent before is asked about; only what the channel has never heard of is sent again (C4)."""
    door = gateway(refund.payment.channel)
    known = door.query_refund(refund=refund, now=now) if was_tried else None
    return door.refund(refund=refund, now=now) if known is None else known


def retry_refund(*, refund: Refund, by, now: datetime) -> Refund:
    """
    Staff have a refund sent again now instead of at its next turn, on the record.

    :raises ChannelUnavailable: the channel did not answer; the refund stays asked for
    :raises WrongStatus: the money went back already
    """
    refund.refresh_from_db()
    if not Refund.FLOW.can(refund, Refund.Status.SUCCEEDED):
        raise WrongStatus(_("This money went back already."))
    record("orders.retry_refund", refund.public_id, by=by, now=now)
    return finish_refund(refund=refund, now=now)


def refund_to_balance(*, refund: Refund, reason: str, by, now: datetime) -> Refund:
    """
    What a channel will not send (a card that is gone, an account that is closed) goes on the shopper's balance instead,
    once the channel says that it has never heard of it.

    Not one transaction: the channel is called between two. Whoever sends the refund meanwhile keeps it from this.

    :raises ChannelUnavailable: the channel did not answer; nothing has changed
    :raises WrongStatus: the money went back already, is on its way, or is just being sent
    """
    claimed = Refund.objects.filter(pk=refund.pk, status=Refund.Status.ASKED, tried_at__lte=now - PAUSE)
    if not claimed.update(tried_at=now):
        raise WrongStatus(_("This money went back already, or is just being sent: try again in some minutes."))
    refund = Refund.objects.select_related("payment__group", "order").get(pk=refund.pk)
    if refund.to_balance:
        raise WrongStatus(_("A part of it is on the balance already; the rest goes through its channel only."))
    for way in _ways_of(refund):
        if gateway(way.payment.channel).query_refund(refund=way, now=now) is not None:
            raise WrongStatus(_("The channel knows this refund: it has sent it, or will."))
    with transaction.atomic():
        refund = (
            Refund.objects.select_for_update(of=("self",), no_key=True)
            .select_related("payment__group", "order")
            .get(pk=refund.pk)
        )
        if refund.status != Refund.Status.ASKED or refund.tried_at != now:
            raise WrongStatus(_("This money went back already, or is just being sent: try again in some minutes."))
        shopper_id = refund.order.shopper_id if refund.order else refund.payment.group.shopper_id
        record(
            "orders.refund_to_balance", refund.public_id, by=by, now=now,
            after={"amount": refund.in_cash.minor, "reason": reason},
        )  # fmt: skip
        refund.to_balance = refund.in_cash
        credit_refund(refund=refund, shopper_id=shopper_id, now=now)
        refund.save(update_fields=["to_balance"])
        return _note_refunded(refund, now)


def finish_refunds(*, now: datetime) -> dict:
    """Finish every refund that is still asked for; what a channel refuses or leaves open is tried again later."""
    finished = waiting = 0
    due = Refund.objects.filter(status=Refund.Status.ASKED).filter(Q(tried_at=None) | Q(tried_at__lte=now - PAUSE))
    for refund in due.order_by("asked_at", "pk")[:BATCH]:
        try:
            done = finish_refund(refund=refund, now=now).status == Refund.Status.SUCCEEDED
        except ChannelUnavailable:
            done = False
        except RefundRefused as refused:
            log.warning("refund %s was refused: %s", refund, refused)
            done = False
        except Exception:
            log.exception("refund %s could not be sent", refund)
            done = False
        finished, waiting = finished + done, waiting + (not done)
    return {"finished": finished, "waiting": waiting} if finished or waiting else {}


@transaction.atomic
def _note_refunded(refund: Refund, now: datetime) -> Refund:
    refund = (
        Refund.objects.select_for_update(of=("self",), no_key=True)
        .select_related("payment__group", "order__shop")
        .get(pk=refund.pk)
    )
    if refund.status == Refund.Status.SUCCEEDED:
        return refund
    Refund.FLOW.move(refund, Refund.Status.SUCCEEDED)
    refund.refunded_at = now
    refund.save(update_fields=["status", "refunded_at"])
    if refund.order:
        write_steps([refund.order], OrderStep.Kind.REFUNDED, at=now, note=str(refund.amount))
    record(
        "orders.finish_refund",
        refund.public_id,
        now=now,
        shop_slug=refund.order.shop.slug if refund.order else "",
        after={
            "amount": refund.amount.minor,
            "to_cards": refund.to_cards.minor,
            "to_balance": refund.to_balance.minor,
            "payment": refund.payment.public_id if refund.payment else "",
        },
    )
    publish(
        PaymentRefunded(
            refund_id=refund.public_id,
            payment_id=refund.payment.public_id if refund.payment else "",
            order_id=refund.order.public_id if refund.order else "",
            shop_id=refund.order.shop.public_id if refund.order else "",
            amount=refund.amount.minor,
            duty=refund.duty.minor,
            to_cards=refund.to_cards.minor,
            to_balance=refund.to_balance.minor,
            shopper_id=refund.order.shopper_id if refund.order else refund.payment.group.shopper_id,
            is_of_deposit=refund.order is not None and refund.order.paid_at is None,
            kind=refund.order.kind if refund.order else Product.Kind.PHYSICAL.value,
            currency=refund.currency,
            refunded_at=now,
        )
    )
    return refund
