"""
Deposits (S6): paid through a payment channel before a shop opens, held for it, sent back when it has closed. A trade
that asks for more brings a deposit of its own: the difference.

A channel is never called while a row is locked. Learning twice how a payment ended changes nothing.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import publish
from mall.events.settlement import DepositPaid, DepositReturned
from mall.money import Money
from mall.nudges import run_soon
from mall.refusals import Refusal
from merchants.models import Application, Shop
from orders.gateways import UnknownChannel, gateway, gateway_for
from orders.gateways.base import Answer, BadNotice, ChannelUnavailable, Standing
from orders.payments import NoticeRefused
from settlement.ledger import Leg, account, balance_of, post
from settlement.models import Account, Deposit, DepositNotice, DepositPayment, DepositRefund, Entry

log = logging.getLogger("settlement.deposits")

TIME_TO_PAY = timedelta(hours=2)
ASK_AFTER = timedelta(minutes=2)
PAUSE = timedelta(minutes=1)
BATCH = 200

BOOKS = """
    SELECT 'payment' AS kind, public_id AS reference, channel, amount, currency,
        CASE status WHEN 'succeeded' THEN 'done' WHEN 'pending' THEN 'waiting' ELSE 'failed' END AS standing,
        succeeded_at AS at
    FROM settlement_depositpayment
    UNION ALL
    SELECT 'refund', r.public_id, p.channel, r.amount, r.currency,
        CASE r.status WHEN 'succeeded' THEN 'done' ELSE 'waiting' END, r.refunded_at
    FROM settlement_depositrefund r JOIN settlement_depositpayment p ON p.id = r.payment_id
"""


class NothingToPay(Refusal):
    """No deposit is asked of this application now, or it is paid already."""

    code = "nothing-to-pay"


class NothingHeld(Refusal):
    """The shop has no deposit with the mall."""

    code = "nothing-held"


def start_deposit_payment(*, application: Application, channel: str, now: datetime) -> DepositPayment:
    """
    Open a payment of the deposit at a channel, or return the attempt that is still open there.

    Not one transaction: the channel is called between two.

    :raises NothingToPay: no deposit is asked for now, or it is paid already
    :raises UnknownChannel: no such way to pay
    :raises ChannelUnavailable: the channel did not answer; asking again goes on with the same attempt
    """
    door = gateway_for(channel, for_orders=False)
    payment = _prepare(application, channel, now)
    answer = door.prepare(payment=payment, now=now)
    if answer.standing != Standing.WAITING:  # it ended, and nobody told us
        learn(payment=payment, answer=answer, now=now)
        payment = _prepare(application, channel, now)
        answer = door.prepare(payment=payment, now=now)
    if payment.provider_reference != answer.reference:
        payment.provider_reference = answer.reference
        payment.save(update_fields=["provider_reference"])
    return payment


def deposit_page_url(payment: DepositPayment) -> str:
    """Where the applicant pays."""
    return gateway(payment.channel).page_url(payment=payment)


@transaction.atomic
def _prepare(application: Application, channel: str, now: datetime) -> DepositPayment:
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.status != Application.Status.AGREED or not application.deposit:
        raise NothingToPay(_("There is nothing to pay now."))
    deposit, _new = Deposit.objects.select_for_update().get_or_create(
        application=application,
        defaults={"currency": application.currency, "amount": application.deposit, "asked_at": now},
    )
    if deposit.status != Deposit.Status.WAITING:
        raise NothingToPay(_("The deposit is paid already."))
    if deposit.amount != application.deposit:  # it asks for less since another trade was paid for
        deposit.amount = application.deposit
        deposit.save(update_fields=["amount"])
    attempts = deposit.payments.filter(channel=channel, status=DepositPayment.Status.PENDING, amount=deposit.amount)
    open_attempt = attempts.order_by("-pk").first()
    return open_attempt or DepositPayment.objects.create(
        deposit=deposit,
        channel=channel,
        currency=deposit.currency,
        amount=deposit.amount,
        pay_by=now + TIME_TO_PAY,
        started_at=now,
    )


@transaction.atomic
def learn(*, payment: DepositPayment, answer: Answer, now: datetime) -> DepositPayment:
    """Take over what a channel says of a payment, however the mall came to hear it; twice is once."""
    deposit = Deposit.objects.select_for_update().get(pk=payment.deposit_id)
    payment = DepositPayment.objects.select_for_update().get(pk=payment.pk)
    payment.deposit = deposit
    if answer.standing == Standing.SUCCEEDED:
        return _succeeded(payment, deposit, answer, now)
    if answer.standing in {Standing.FAILED, Standing.CLOSED} and payment.status == DepositPayment.Status.PENDING:
        failed = answer.standing == Standing.FAILED
        DepositPayment.FLOW.move(
            payment, DepositPayment.Status.FAILED if failed else DepositPayment.Status.CLOSED
        )  # fmt: skip
        payment.save(update_fields=["status"])
    return payment


def _succeeded(payment: DepositPayment, deposit: Deposit, answer: Answer, now: datetime) -> DepositPayment:
    if payment.status == DepositPayment.Status.SUCCEEDED:
        return payment
    if answer.amount != payment.amount:
        raise BadNotice("another amount or currency")
    DepositPayment.FLOW.move(payment, DepositPayment.Status.SUCCEEDED)
    payment.succeeded_at, payment.provider_reference = now, answer.reference
    payment.save(update_fields=["status", "succeeded_at", "provider_reference"])
    _move(
        Entry.Kind.DEPOSIT, payment.public_id, now, payment.amount,
        debit=account(Account.Kind.CUSTODIAN, currency=payment.currency),
        credit=account(Account.Kind.DEPOSIT, currency=payment.currency),
    )  # fmt: skip
    if deposit.status != Deposit.Status.WAITING:  # it came twice
        _ask_back(payment, _("The deposit had been paid already."), now)
        return payment
    if payment.amount > deposit.application.deposit:
        _ask_back(payment, _("Less is asked for now: another trade has been paid for meanwhile."), now)
        return payment
    Deposit.FLOW.move(deposit, Deposit.Status.PAID)
    deposit.paid_at = now
    deposit.save(update_fields=["status", "paid_at"])
    application = deposit.application
    record(
        "settlement.take_deposit",
        application.public_id,
        by=application.applicant,
        now=now,
        after={"deposit": deposit.public_id, "amount": deposit.amount.minor, "payment": payment.public_id},
    )
    publish(
        DepositPaid(
            application_id=application.public_id,
            amount=deposit.amount.minor,
            currency=deposit.currency,
            paid_at=now,
        )
    )
    return payment


def receive_deposit_notice(*, channel: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """
    Hear a channel's signed message, once per message id.

    :raises NoticeRefused: unknown channel or payment, wrong signature, too old, or another amount; on the record
    """
    try:
        notice = gateway(channel).parse_notice(headers=headers, body=body, now=now)
        if notice is None:
            return
        payment = DepositPayment.objects.filter(channel=channel, public_id=notice.payment_id).first()
        if payment is None:
            raise BadNotice("no such payment")
        if notice.answer.amount != payment.amount:
            raise BadNotice("another amount or currency")
    except (BadNotice, UnknownChannel) as refused:
        record("settlement.refuse_notice", f"channel {channel}"[:80], now=now, after={"why": str(refused)})
        raise NoticeRefused(_("The message was refused.")) from refused
    with transaction.atomic():
        try:
            with transaction.atomic():
                DepositNotice.objects.create(
                    channel=channel, notice_id=notice.notice_id, payment=payment, received_at=now
                )
        except IntegrityError:  # the same message is known
            return
        learn(payment=payment, answer=notice.answer, now=now)


def ask_about_deposits(*, now: datetime) -> dict:
    """Ask about every payment of a deposit that nobody has told of for some minutes; close it when its time is up."""
    limit = now - ASK_AFTER
    counts: dict[str, int] = {}
    due = DepositPayment.objects.filter(status=DepositPayment.Status.PENDING, started_at__lte=limit)
    for payment in due.filter(Q(asked_at=None) | Q(asked_at__lte=limit)).order_by(
        F("asked_at").asc(nulls_first=True), "pk"
    )[:BATCH]:
        try:
            status = str(ask_about_deposit(payment=payment, now=now).status)
        except ChannelUnavailable:
            status = "unanswered"
        except Exception:
            log.exception("could not ask about payment %s", payment)
            status = "trouble"
        counts[status] = counts.get(status, 0) + 1
    return counts


def ask_about_deposit(*, payment: DepositPayment, now: datetime) -> DepositPayment:
    """
    Ask the channel how a payment stands and take it over.

    :raises ChannelUnavailable: the channel did not answer; nothing has changed
    """
    if payment.status != DepositPayment.Status.PENDING:
        return payment
    door = gateway(payment.channel)
    answer = door.query(payment=payment, now=now)
    if answer.standing == Standing.WAITING and payment.pay_by < now:
        answer = door.close(payment=payment, now=now)
    DepositPayment.objects.filter(pk=payment.pk).update(asked_at=now)
    return learn(payment=payment, answer=answer, now=now)


# For the shop


@transaction.atomic
def hold_deposit(*, shop: Shop, now: datetime) -> None:
    """
    The shop stands, or one more trade is admitted: what was paid for it is held for the shop from now on. Hearing it
    again changes nothing.
    """
    theirs = Q(application__shop=shop) | Q(application__for_shop=shop, application__status=Application.Status.ADMITTED)
    waiting = Deposit.objects.select_for_update(of=["self"]).filter(theirs, status=Deposit.Status.PAID)
    for deposit in waiting.order_by("pk"):
        Deposit.FLOW.move(deposit, Deposit.Status.HELD)
        deposit.shop = shop
        deposit.save(update_fields=["status", "shop"])
        _move(
            Entry.Kind.DEPOSIT_HELD, deposit.public_id, now, deposit.amount,
            debit=account(Account.Kind.DEPOSIT, currency=deposit.currency),
            credit=account(Account.Kind.SHOP_DEPOSIT, shop=shop, currency=deposit.currency),
        )  # fmt: skip


@transaction.atomic
def return_unwanted(*, application_id: str, now: datetime) -> DepositRefund | None:
    """
    A deposit that came after its application had expired goes back. Whichever is heard last, the money or the expiry,
    finds the other; hearing it again changes nothing.
    """
    expired = Deposit.objects.filter(
        application__public_id=application_id, application__status=Application.Status.EXPIRED
    )
    deposit = expired.select_for_update(of=["self"]).filter(status=Deposit.Status.PAID).first()
    if deposit is None:
        return None
    Deposit.FLOW.move(deposit, Deposit.Status.RETURNING)
    deposit.save(update_fields=["status"])
    return _ask_back(_payment_of(deposit), _("The application had expired."), now)


def deposit_of(shop: Shop) -> Money:
    """What the mall holds of the shop as its deposit, by the ledger."""
    return -balance_of(Account.Kind.SHOP_DEPOSIT, shop)


@transaction.atomic
def return_deposit(*, shop: Shop, reason: str, now: datetime, by=None) -> list[DepositRefund]:
    """
    Send everything that is held of the shop back the way it came: its deposit, and what trades brought beside it.
    Asking again returns what was asked for first.

    :raises NothingHeld: the shop has none
    """
    deposits = list(Deposit.objects.select_for_update().filter(shop=shop).order_by("pk"))
    if not deposits:
        raise NothingHeld(_("The mall holds no deposit of this shop."))
    return [_return(deposit, shop, reason, now, by) for deposit in deposits]


def _return(deposit: Deposit, shop: Shop, reason: str, now: datetime, by) -> DepositRefund:
    payment = _payment_of(deposit)
    if deposit.status != Deposit.Status.HELD:
        return payment.refund
    Deposit.FLOW.move(deposit, Deposit.Status.RETURNING)
    deposit.save(update_fields=["status"])
    _move(
        Entry.Kind.DEPOSIT_FREED, deposit.public_id, now, deposit.amount,
        debit=account(Account.Kind.SHOP_DEPOSIT, shop=shop, currency=deposit.currency),
        credit=account(Account.Kind.DEPOSIT, currency=deposit.currency),
    )  # fmt: skip
    record(
        "settlement.return_deposit",
        shop.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"deposit": deposit.public_id, "amount": deposit.amount.minor, "reason": reason},
    )
    return _ask_back(payment, reason, now)


def _payment_of(deposit: Deposit) -> DepositPayment:
    """The payment that counts: a later one that came as well went back by itself."""
    succeeded = deposit.payments.filter(status=DepositPayment.Status.SUCCEEDED, amount=deposit.amount.minor)
    return succeeded.order_by("succeeded_at", "pk").first()


def _ask_back(payment: DepositPayment, reason: str, now: datetime) -> DepositRefund:
    refund, _new = DepositRefund.objects.get_or_create(
        payment=payment,
        defaults={
            "currency": payment.currency,
            "amount": payment.amount,
            "reason": reason.strip()[:200],
            "asked_at": now,
        },
    )
    run_soon("settlement.finish_deposits")
    return refund


def finish_deposits(*, now: datetime) -> dict:
    """Have the channels send back what is asked for; what is refused or left open is tried again later."""
    finished = waiting = 0
    due = DepositRefund.objects.filter(status=DepositRefund.Status.ASKED)
    due = due.filter(Q(tried_at=None) | Q(tried_at__lte=now - PAUSE)).select_related("payment")
    for refund in due.order_by("asked_at", "pk")[:BATCH]:
        DepositRefund.objects.filter(pk=refund.pk).update(tried_at=now)
        try:
            done = gateway(refund.payment.channel).refund(refund=refund, now=now)
            if done:
                _note_returned(refund, now)
        except ChannelUnavailable:
            done = False
        except Exception:
            log.exception("deposit refund %s could not be sent", refund)
            done = False
        finished, waiting = finished + done, waiting + (not done)
    return {"finished": finished, "waiting": waiting} if finished or waiting else {}


@transaction.atomic
def _note_returned(refund: DepositRefund, now: datetime) -> None:
    deposit = Deposit.objects.select_for_update().get(payments__refund=refund)
    refund = DepositRefund.objects.select_for_update().get(pk=refund.pk)
    if refund.status == DepositRefund.Status.SUCCEEDED:
        return
    DepositRefund.FLOW.move(refund, DepositRefund.Status.SUCCEEDED)
    refund.refunded_at = now
    refund.save(update_fields=["status", "refunded_at"])
    _move(
        Entry.Kind.DEPOSIT_BACK, refund.public_id, now, refund.amount,
        debit=account(Account.Kind.DEPOSIT, currency=refund.currency),
        credit=account(Account.Kind.CUSTODIAN, currency=refund.currency),
    )  # fmt: skip
    if deposit.status == Deposit.Status.RETURNING and refund.payment_id == _payment_of(deposit).pk:
        Deposit.FLOW.move(deposit, Deposit.Status.RETURNED)
        deposit.returned_at = now
        deposit.save(update_fields=["status", "returned_at"])
        if deposit.shop is not None:
            publish(
                DepositReturned(
                    shop_id=deposit.shop.public_id,
                    amount=deposit.amount.minor,
                    currency=deposit.currency,
                    returned_at=now,
                )
            )


def _move(kind: str, ref: str, at: datetime, amount: Money, *, debit: Account, credit: Account) -> None:
    post(kind=kind, ref=ref, at=at, legs=[Leg(debit, amount), Leg(credit, -amount)])
