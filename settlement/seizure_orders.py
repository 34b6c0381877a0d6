"""
What an authority orders about seized money (R4): it is paid over to it, or goes back to the shop. Nothing is carried
out on one person's word, nor while the shop may still appeal to the mall.

One person draws the order up, and the money lies on its way from then on; another types the account's number again
from the paper, and only then it is sent, through the same gateways as withdrawals, never while a row is locked. What
fails or is discarded lies with what is seized again; who wants it paid draws up another.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.crypto import Veiled
from mall.events import publish
from mall.events.settlement import SeizedMoneyMoved
from mall.money import Money
from mall.nudges import run_soon
from mall.refusals import Refusal
from merchants.models import Shop
from risk.models import MoneyCase
from risk.money import cases
from settlement.bank_accounts import check_number, digits
from settlement.gateways import Answer, Payout, PayoutSilent, Standing, channel, gateway
from settlement.ledger import Leg, accounts, post
from settlement.models import Account, BankAccount, Entry, SeizureOrder
from settlement.payouts import BATCH, PAUSE, BankSilent, NotByHand
from settlement.withdrawals import AnotherPersonDecides

log = logging.getLogger("settlement.seizure_orders")

Way, Status = SeizureOrder.Way, SeizureOrder.Status
SEIZED, PAYING = Account.Kind.SEIZED, Account.Kind.SEIZED_PAYING
NEEDED = ("holder", "number", "bank")


class OrderNotReady(Refusal):
    """The case is not one of which an order can be carried out: not seized, or the shop may still appeal."""

    code = "seizure-not-final"


class OrderIncomplete(Refusal):
    """Something that the order must name is missing, or it names more than is seized."""

    code = "order-incomplete"
    status = 422


class AnotherNumber(Refusal):
    """The second person read another account number on the paper than the first has typed."""

    code = "another-number"
    status = 422


def left_of(case: MoneyCase) -> Money:
    """What is seized of a case and not on its way or gone by an order."""
    gone = case.seizure_orders.exclude(status__in=SeizureOrder.VOID).aggregate(sum=Sum("amount"))["sum"]
    return case.amount - Money(int(gone or 0), case.currency)


def is_final(case: MoneyCase, now: datetime) -> bool:
    """Whether money of this case is seized and its shop can no longer appeal to the mall."""
    if case.status != MoneyCase.Status.SEIZED:
        return False
    return case.answered_at is not None or now > cases.appeal_until(case)


@transaction.atomic
def draw_up_order(
    *,
    case: MoneyCase,
    way: str,
    authority: str,
    file_number: str,
    amount: Money,
    holder: str = "",
    number: str = "",
    bank: str = "",
    branch: str = "",
    by,
    now: datetime,
) -> SeizureOrder:
    """
    Put down what an authority orders about a case's seized money; it lies on its way until another person decides.

    :raises OrderNotReady: nothing is seized, the shop may still appeal, or another order is being carried out
    :raises OrderIncomplete: no file number, no account of the authority, or more than is left
    :raises BankAccountRefused: not a possible number of a company's account
    """
    Shop.objects.select_for_update(no_key=True).get(public_id=case.shop_id)
    case = cases.locked(case)
    if not is_final(case, now):
        raise OrderNotReady(_("It waits: nothing is seized, or the shop may still appeal against it."))
    if case.seizure_orders.filter(status__in=SeizureOrder.MOVING).exists():
        raise OrderNotReady(_("An order about this case is being carried out."))
    file_number = file_number.strip()[:80]
    if not file_number:
        raise OrderIncomplete(_("Name the file number of the order."), field="file_number")
    left = left_of(case)
    if not Money(0, case.currency) < amount <= left:
        raise OrderIncomplete(_("%(left)s of this case is seized and left.") % {"left": left}, field="amount")
    account = {}
    if way == Way.OVER:
        number = digits(number)
        account = {"holder": holder.strip(), "number": Veiled(number), "bank": bank.strip(), "branch": branch.strip()}
        if empty := next((name for name in NEEDED if not account[name]), None):
            raise OrderIncomplete(_("Name the account that the authority gives."), field=empty)
        check_number(BankAccount.Kind.COMPANY, number)
    order = SeizureOrder.objects.create(
        case=case, way=way, authority=authority, file_number=file_number, currency=case.currency, amount=amount,
        drawn_by=by, drawn_at=now, **account,
    )  # fmt: skip
    _book(Entry.Kind.SEIZED_DRAWN, order, now, SEIZED, PAYING)
    _record("draw_up_seizure_order", order, by, now)
    return order


@transaction.atomic
def approve_order(*, order: SeizureOrder, number: str = "", by, now: datetime) -> SeizureOrder:
    """
    The second person agrees: the authority is paid next, or the shop has its money at once.

    :param number: of the account, typed again from the paper
    :raises AnotherPersonDecides: she drew it up herself
    :raises AnotherNumber: it is not the number that was drawn up
    :raises WrongStatus: it does not wait for that
    """
    order = _locked(order)
    if order.drawn_by_id == by.pk:
        raise AnotherPersonDecides(_("You drew it up yourself: somebody else approves it."))
    SeizureOrder.FLOW.move(order, Status.APPROVED if order.way == Way.OVER else Status.DONE)
    if order.way == Way.OVER and digits(number) != order.number.reveal():
        raise AnotherNumber(
            _("This is not the number that was drawn up. Compare both with the paper of the authority."), field="number"
        )
    order.approved_by, order.approved_at = by, now
    order.ended_at = now if order.status == Status.DONE else None
    order.save(update_fields=["status", "approved_by", "approved_at", "ended_at"])
    _record("approve_seizure_order", order, by, now)
    if order.way == Way.OVER:
        run_soon("settlement.pay_seizure_orders")
        return order
    shop = Shop.objects.get(public_id=order.case.shop_id)
    _book(Entry.Kind.SEIZED_LIFTED, order, now, PAYING, Account.Kind.SHOP_AVAILABLE, shop)
    _announce(order, now)
    return order


@transaction.atomic
def discard_order(*, order: SeizureOrder, reason: str, by, now: datetime) -> SeizureOrder:
    """
    It is not carried out: the money is seized as before.

    :raises WrongStatus: it is with the bank, or ended
    """
    order = _locked(order)
    SeizureOrder.FLOW.move(order, Status.DISCARDED)
    return _keep(order, "discard_seizure_order", reason.strip()[:300] or "–", by, now)


# The bank


def pay_seizure_orders(*, now: datetime) -> dict[str, int]:
    """Send what is approved, and ask about what nobody has told of; may be killed anywhere and run again."""
    counts: dict[str, int] = {}
    approved = SeizureOrder.objects.filter(status=Status.APPROVED).order_by("pk").values_list("pk", flat=True)
    for key in list(approved[:BATCH]):
        if order := _claim(key, now):
            _count(counts, _send(order, now))
    silent = SeizureOrder.objects.filter(status=Status.PAYING, bank_asked_at__lte=now - PAUSE)
    for order in silent.order_by(F("bank_asked_at"), "pk")[:BATCH]:
        if gateway(order.channel).by_hand:
            continue
        try:
            _count(counts, ask_about_order(order=order, now=now).status)
        except BankSilent:
            _count(counts, "unanswered")
        except Exception:
            log.exception("could not ask about order %s", order.public_id)
            _count(counts, "trouble")
    return counts


@transaction.atomic
def _claim(key: int, now: datetime) -> SeizureOrder | None:
    free = SeizureOrder.objects.select_for_update(skip_locked=True)
    order = free.filter(pk=key, status=Status.APPROVED).first()
    if order is None:
        return None
    SeizureOrder.FLOW.move(order, Status.PAYING)
    order.channel, order.paying_at, order.bank_asked_at = channel(), now, now
    order.save(update_fields=["status", "channel", "paying_at", "bank_asked_at"])
    return order


def _send(order: SeizureOrder, now: datetime) -> str:
    payout = Payout(
        reference=order.public_id, amount=order.amount, holder=order.holder, number=order.number.reveal(),
        bank=order.bank, branch=order.branch,
    )  # fmt: skip
    try:
        answer = gateway(order.channel).pay(payout=payout, now=now)
    except PayoutSilent:
        return "unanswered"
    except Exception:
        log.exception("order %s could not be sent", order.public_id)
        return "trouble"
    return learn(order=order, answer=answer, now=now).status


def ask_about_order(*, order: SeizureOrder, by=None, now: datetime) -> SeizureOrder:
    """
    Ask how it stands and take it over; what the bank never heard of is sent again, under the same reference.

    :raises BankSilent: no answer; nothing has changed
    """
    SeizureOrder.objects.filter(pk=order.pk).update(bank_asked_at=now)
    try:
        answer = gateway(order.channel).query(reference=order.public_id, now=now)
    except PayoutSilent as silence:
        raise BankSilent(_("The bank gave no answer. It is asked again in some minutes.")) from silence
    if answer.standing != Standing.NEVER_HEARD:
        return learn(order=order, answer=answer, by=by, now=now)
    _send(order, now)
    return SeizureOrder.objects.get(pk=order.pk)


@transaction.atomic
def learn(*, order: SeizureOrder, answer: Answer, by=None, now: datetime) -> SeizureOrder:
    """Take over what is said of a payment; twice is once."""
    order = _locked(order)
    if order.status != Status.PAYING:
        return order
    order.reference = answer.reference or order.reference
    if answer.standing == Standing.PAID:
        SeizureOrder.FLOW.move(order, Status.DONE)
        order.ended_at, order.ended_by = now, by
        order.save(update_fields=["status", "reference", "ended_at", "ended_by"])
        _book(Entry.Kind.SEIZED_PAID, order, now, PAYING, Account.Kind.CUSTODIAN)
        _record("pay_seizure_order", order, by, now, reference=order.reference)
        _announce(order, now)
    elif answer.standing == Standing.FAILED:
        SeizureOrder.FLOW.move(order, Status.FAILED)
        _keep(order, "fail_seizure_order", answer.detail or _("The bank refused it."), by, now)
    else:
        order.save(update_fields=["reference"])
    return order


def note_order_paid(*, order: SeizureOrder, note: str, by, now: datetime) -> SeizureOrder:
    """
    The bank has paid what a person carried to it.

    :raises NotByHand: the bank itself is asked
    :raises WrongStatus: it is not with the bank
    """
    _by_hand(order, Status.DONE)
    return learn(order=order, answer=Answer(Standing.PAID, reference=note.strip()[:64]), by=by, now=now)


def note_order_failed(*, order: SeizureOrder, reason: str, by, now: datetime) -> SeizureOrder:
    """
    The bank has refused what a person carried to it: the money is seized as before.

    :raises NotByHand: the bank itself is asked
    :raises WrongStatus: it is not with the bank
    """
    _by_hand(order, Status.FAILED)
    return learn(order=order, answer=Answer(Standing.FAILED, detail=reason.strip()[:300]), by=by, now=now)


def _by_hand(order: SeizureOrder, status: str) -> None:
    SeizureOrder.FLOW.move(SeizureOrder(status=order.status), status)  # says why not
    if not order.channel or not gateway(order.channel).by_hand:
        raise NotByHand(_("The bank itself says how this payout stands: ask it."))


# Parts of the above


def _locked(order: SeizureOrder) -> SeizureOrder:
    return SeizureOrder.objects.select_for_update(of=["self"]).select_related("case").get(pk=order.pk)


def _keep(order: SeizureOrder, did: str, reason: str, by, now: datetime) -> SeizureOrder:
    order.reason, order.ended_at, order.ended_by = reason[:300], now, by
    order.save(update_fields=["status", "reference", "reason", "ended_at", "ended_by"])
    _book(Entry.Kind.SEIZED_KEPT, order, now, PAYING, SEIZED)
    _record(did, order, by, now, reason=order.reason)
    return order


def _book(kind: str, order: SeizureOrder, now: datetime, source: str, target: str, shop: Shop | None = None) -> None:
    keys = [(source, None, order.currency), (target, shop and shop.pk, order.currency)]
    of = accounts(keys)
    source, target = (of[(str(kind), owner, currency)] for kind, owner, currency in keys)
    post(kind=kind, ref=order.public_id, at=now, legs=[Leg(source, order.amount), Leg(target, -order.amount)])


def _announce(order: SeizureOrder, now: datetime) -> None:
    publish(
        SeizedMoneyMoved(
            shop_id=order.case.shop_id,
            case_id=order.case.public_id,
            order_id=order.public_id,
            way=order.way,
            amount=order.amount.minor,
            currency=order.currency,
            file_number=order.file_number,
            moved_at=now,
        )
    )


def _record(did: str, order: SeizureOrder, by, now: datetime, **facts) -> None:
    after = {
        "case": order.case.public_id, "way": order.way, "amount": order.amount.minor, "authority": order.authority,
        "order": order.file_number, "ending": order.ending, **facts,
    }  # fmt: skip
    record(f"settlement.{did}", order.public_id, by=by, now=now, after={name: it for name, it in after.items() if it})


def _count(counts: dict[str, int], status: str) -> None:
    counts[str(status)] = counts.get(str(status), 0) + 1
