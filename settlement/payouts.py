"""
Paying what was approved (S4). The bank is never called while a row is locked: a withdrawal is claimed and committed,
then sent, and what is heard of it is taken over once, however often it is heard.

A payout whose outcome is unknown stays with the bank and is asked about; it is sent again only when the bank says that
it never heard of it, and always under the same reference. A hold that was committed before the claim is seen after it,
and wins.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.refusals import Refusal
from merchants import states
from settlement.gateways import Answer, Payout, PayoutSilent, Standing, channel, gateway
from settlement.models import PayoutFile, Withdrawal
from settlement.withdrawals import book_payout, give_back, is_held

log = logging.getLogger("settlement.payouts")

PAUSE = timedelta(minutes=2)
BATCH = 100
Status = Withdrawal.Status


class NothingToPay(Refusal):
    """No payout waits for a file."""

    code = "no-payouts"


class NotByHand(Refusal):
    """The bank itself says how this payout stands."""

    code = "not-by-hand"


class BankSilent(Refusal):
    """The bank gave no answer."""

    code = "bank-silent"
    status = 503


def pay_withdrawals(*, now: datetime) -> dict[str, int]:
    """Send what is approved; what is held waits. May be killed anywhere and run again, by several at once."""
    counts: dict[str, int] = {}
    approved = Withdrawal.objects.filter(status=Status.APPROVED).order_by("pk").values_list("pk", flat=True)
    for key in list(approved[:BATCH]):
        withdrawal = _claim(key, now)
        if withdrawal is not None:
            _count(counts, _send_claimed(withdrawal, now))
    return counts


@transaction.atomic
def _claim(key: int, now: datetime) -> Withdrawal | None:
    free = Withdrawal.objects.select_for_update(skip_locked=True, of=["self"])
    withdrawal = free.select_related("shop", "bank_account").filter(pk=key, status=Status.APPROVED).first()
    if withdrawal is None or is_held(withdrawal) or not states.may(withdrawal.shop, "withdraw"):
        return None
    Withdrawal.FLOW.move(withdrawal, Status.PAYING)
    withdrawal.channel, withdrawal.paying_at, withdrawal.bank_asked_at = channel(), now, now
    withdrawal.save(update_fields=["status", "channel", "paying_at", "bank_asked_at"])
    return withdrawal


def _send_claimed(withdrawal: Withdrawal, now: datetime) -> str:
    """Send what was just claimed, unless a hold was committed before the claim was; returns its status."""
    return _put_back(withdrawal) if is_held(withdrawal) else _send(withdrawal, now)


def _send(withdrawal: Withdrawal, now: datetime) -> str:
    """Tell the bank of a claimed withdrawal; returns its status."""
    try:
        answer = gateway(withdrawal.channel).pay(payout=payout_of(withdrawal), now=now)
    except PayoutSilent:
        return "unanswered"
    except Exception:
        log.exception("withdrawal %s could not be sent", withdrawal.public_id)
        return "trouble"
    return learn(withdrawal=withdrawal, answer=answer, now=now).status


@transaction.atomic
def _put_back(withdrawal: Withdrawal) -> str:
    """Nothing was sent, which only who claimed it may say."""
    withdrawal = Withdrawal.objects.select_for_update().get(pk=withdrawal.pk)
    if withdrawal.status == Status.PAYING:
        Withdrawal.FLOW.move(withdrawal, Status.APPROVED)
        withdrawal.paying_at, withdrawal.channel = None, ""
        withdrawal.save(update_fields=["status", "paying_at", "channel"])
    return withdrawal.status


def payout_of(withdrawal: Withdrawal) -> Payout:
    """What the bank is told; the account's number and holder in clear."""
    account = withdrawal.bank_account
    return Payout(
        reference=withdrawal.public_id,
        amount=withdrawal.payout,
        holder=account.holder.reveal(),
        number=account.number.reveal(),
        bank=account.bank,
        branch=account.branch,
    )


@transaction.atomic
def learn(*, withdrawal: Withdrawal, answer: Answer, by=None, now: datetime) -> Withdrawal:
    """Take over what is said of a payout; twice is once."""
    withdrawal = Withdrawal.objects.select_for_update(of=["self"]).select_related("shop").get(pk=withdrawal.pk)
    if withdrawal.status != Status.PAYING:
        if answer.standing in {Standing.PAID, Standing.FAILED} and answer.standing != _said(withdrawal):
            log.error("the bank says %s of %s, which is %s", answer.standing, withdrawal.public_id, withdrawal.status)
        return withdrawal
    withdrawal.reference = answer.reference or withdrawal.reference
    if answer.standing == Standing.PAID:
        Withdrawal.FLOW.move(withdrawal, Status.PAID)
        return book_payout(withdrawal, by=by, now=now)
    if answer.standing == Standing.FAILED:
        Withdrawal.FLOW.move(withdrawal, Status.FAILED)
        return give_back(withdrawal, reason=answer.detail or _("The bank refused it."), by=by, now=now)
    withdrawal.save(update_fields=["reference"])
    return withdrawal


def _said(withdrawal: Withdrawal) -> Standing | None:
    return {Status.PAID: Standing.PAID, Status.FAILED: Standing.FAILED}.get(withdrawal.status)


# What is not known yet


def ask_about_payouts(*, now: datetime) -> dict[str, int]:
    """Ask the bank about every payout that nobody has told of for some minutes."""
    counts: dict[str, int] = {}
    due = Withdrawal.objects.filter(status=Status.PAYING).filter(
        Q(bank_asked_at=None) | Q(bank_asked_at__lte=now - PAUSE)
    )
    for withdrawal in due.select_related("shop", "bank_account").order_by(
        F("bank_asked_at").asc(nulls_first=True), "pk"
    )[:BATCH]:
        if gateway(withdrawal.channel).by_hand:
            continue
        try:
            _count(counts, ask_about_payout(withdrawal=withdrawal, now=now).status)
        except BankSilent:
            _count(counts, "unanswered")
        except Exception:
            log.exception("could not ask about withdrawal %s", withdrawal.public_id)
            _count(counts, "trouble")
    return counts


def ask_about_payout(*, withdrawal: Withdrawal, by=None, now: datetime) -> Withdrawal:
    """
    Ask how a payout stands and take it over; what the bank never heard of is sent again, under the same reference.

    :raises BankSilent: no answer; nothing has changed
    """
    Withdrawal.objects.filter(pk=withdrawal.pk).update(bank_asked_at=now)
    try:
        answer = gateway(withdrawal.channel).query(reference=withdrawal.public_id, now=now)
    except PayoutSilent as silence:
        raise BankSilent(_("The bank gave no answer. It is asked again in some minutes.")) from silence
    if by is not None:
        record(
            "settlement.ask_about_payout",
            withdrawal.public_id,
            by=by,
            now=now,
            after={"standing": str(answer.standing)},
        )
    if answer.standing != Standing.NEVER_HEARD:
        return learn(withdrawal=withdrawal, answer=answer, now=now)
    if withdrawal.status == Status.PAYING and not is_held(withdrawal):
        _send(withdrawal, now)
    return Withdrawal.objects.select_related("shop").get(pk=withdrawal.pk)


# By hand


def make_payout_file(*, by, now: datetime) -> PayoutFile:
    """
    Put everything that waits for a file into one, each payout in one file only.

    :raises NothingToPay: nothing waits
    """
    with transaction.atomic():
        waiting = Withdrawal.objects.select_for_update(of=["self"]).filter(
            status=Status.PAYING, channel="bank_file", file=None
        )
        rows = list(waiting.order_by("currency", "pk"))
        rows = [row for row in rows if row.currency == rows[0].currency]
        if not rows:
            raise NothingToPay(_("No payout waits for a file."))
        total = sum((row.payout for row in rows[1:]), start=rows[0].payout)
        file = PayoutFile.objects.create(
            currency=rows[0].currency, total=total, count=len(rows), made_at=now, made_by=by
        )
        Withdrawal.objects.filter(pk__in=[row.pk for row in rows]).update(file=file)
        record(
            "settlement.make_payout_file",
            file.public_id,
            by=by,
            now=now,
            after={"count": len(rows), "total": total.minor},
        )
    return file


def payouts_in(file: PayoutFile) -> Iterable[Payout]:
    """The lines of a file, as the bank gets them."""
    for withdrawal in file.withdrawals.select_related("bank_account").order_by("pk"):
        yield payout_of(withdrawal)


def note_paid(*, withdrawal: Withdrawal, note: str, by, now: datetime) -> Withdrawal:
    """
    The bank has paid a payout that went by file.

    :raises NotByHand: the bank itself is asked
    :raises WrongStatus: it is not with the bank
    """
    _by_hand(withdrawal, Status.PAID)
    return learn(withdrawal=withdrawal, answer=Answer(Standing.PAID, reference=note[:64]), by=by, now=now)


def note_failed(*, withdrawal: Withdrawal, reason: str, by, now: datetime) -> Withdrawal:
    """
    The bank has refused a payout that went by file: the money is back.

    :raises NotByHand: the bank itself is asked
    :raises WrongStatus: it is not with the bank
    """
    _by_hand(withdrawal, Status.FAILED)
    return learn(withdrawal=withdrawal, answer=Answer(Standing.FAILED, detail=reason), by=by, now=now)


def _by_hand(withdrawal: Withdrawal, status: str) -> None:
    Withdrawal.FLOW.move(Withdrawal(status=withdrawal.status), status)  # says why not
    if not gateway(withdrawal.channel).by_hand:
        raise NotByHand(_("The bank itself says how this payout stands: ask it."))


def _count(counts: dict[str, int], status: str) -> None:
    counts[str(status)] = counts.get(str(status), 0) + 1
