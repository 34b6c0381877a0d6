"""
Duty of goods from abroad, paid over to customs (C2, D6): drawn up by one person, confirmed by another.

What is owed is asked of the orders: of each that is completed its duty, less what went back, less what was paid over
before. So an order whose goods come back after its duty was paid over lowers the next remittance.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.money import DEFAULT_CURRENCY, Money
from mall.refusals import Refusal
from mall.rows import insert_rows, select_rows
from settlement.ledger import Leg, accounts, post
from settlement.models import Account, DutyRemittance, Entry, Posting, RemittedDuty
from settlement.withdrawals import AnotherPersonDecides

Status = DutyRemittance.Status

OWED = """
    SELECT o.public_id, o.duty - coalesce(back.amount, 0) - coalesce(over.amount, 0)
    FROM orders_order o
    LEFT JOIN (
        SELECT order_id, sum(duty) AS amount FROM orders_refund WHERE status = 'succeeded' AND duty > 0 GROUP BY 1
    ) back ON back.order_id = o.id
    LEFT JOIN (
        SELECT l.order_public_id, sum(l.amount) AS amount FROM settlement_remittedduty l
        JOIN settlement_dutyremittance r ON r.id = l.remittance_id AND r.status <> 'discarded' GROUP BY 1
    ) over ON over.order_public_id = o.public_id
    WHERE o.kind = 'cross_border' AND o.status = 'completed' AND o.duty > 0 AND o.currency = %s
        AND o.duty <> coalesce(back.amount, 0) + coalesce(over.amount, 0)
    ORDER BY o.id
"""


class NothingOwed(Refusal):
    """Customs is owed nothing, or less than what this remittance says."""

    code = "nothing-owed"


class RemittanceWaits(Refusal):
    """One was drawn up already and waits for the second person."""

    code = "remittance-waits"


@transaction.atomic
def draw_up_duty(*, by, now: datetime, currency: str = DEFAULT_CURRENCY) -> DutyRemittance:
    """
    Put together what is owed to customs of all completed orders; nothing is booked yet.

    :raises RemittanceWaits: another one waits, whose orders would be told twice
    :raises NothingOwed: nothing is owed now, or more went back than came in
    """
    if DutyRemittance.objects.filter(currency=currency, status=Status.DRAWN).exists():
        raise _waits()
    rows = [(order, int(amount)) for order, amount in select_rows(OWED, [currency])]
    total = sum(amount for _order, amount in rows)
    if total <= 0:
        raise NothingOwed(_("Nothing is owed to customs now."))
    try:
        with transaction.atomic():
            remittance = DutyRemittance.objects.create(
                currency=currency, amount=Money(total, currency), count=len(rows), drawn_by=by, drawn_at=now
            )
    except IntegrityError:  # at this very moment
        raise _waits() from None
    insert_rows(
        RemittedDuty(remittance=remittance, order_public_id=order, currency=currency, amount=Money(amount, currency))
        for order, amount in rows
    )
    record("settlement.draw_up_duty", remittance.public_id, by=by, now=now, after={"amount": total, "count": len(rows)})
    return remittance


@transaction.atomic
def pay_duty(*, remittance: DutyRemittance, reference: str, by, now: datetime) -> DutyRemittance:
    """
    It was paid: the money has left the custodian, and that much is owed to customs no more.

    :param reference: the number of the receipt
    :raises AnotherPersonDecides: ``by`` drew it up herself
    :raises NothingOwed: less is owed than it says, because duty has gone back since: draw it up anew
    :raises WrongStatus: it is paid, or discarded
    """
    remittance = _locked(remittance)
    if by.pk == remittance.drawn_by_id:
        raise AnotherPersonDecides(_("You drew it up yourself: somebody else confirms that it was paid."))
    DutyRemittance.FLOW.move(remittance, Status.PAID)
    kinds = (Account.Kind.CUSTOMS, Account.Kind.CUSTODIAN)
    of = accounts([(kind, None, remittance.currency) for kind in kinds])
    customs, custodian = (of[kind, None, remittance.currency] for kind in kinds)
    owed = -int(Posting.objects.filter(account=customs).aggregate(sum=Sum("amount"))["sum"] or 0)
    if owed < remittance.amount.minor:
        raise NothingOwed(_("Duty has gone back since: less is owed now. Discard this and draw it up anew."))
    remittance.reference = reference.strip()[:64]
    _end(remittance, by, now)
    legs = [Leg(customs, remittance.amount), Leg(custodian, -remittance.amount)]
    post(kind=Entry.Kind.DUTY_PAID, ref=remittance.public_id, at=now, legs=legs)
    record(
        "settlement.pay_duty",
        remittance.public_id,
        by=by,
        now=now,
        after={"amount": remittance.amount.minor, "reference": remittance.reference},
    )
    return remittance


@transaction.atomic
def discard_duty(*, remittance: DutyRemittance, by, now: datetime) -> DutyRemittance:
    """
    It is not paid; its orders wait for the next one.

    :raises WrongStatus: it is paid, or discarded
    """
    remittance = _locked(remittance)
    DutyRemittance.FLOW.move(remittance, Status.DISCARDED)
    _end(remittance, by, now)
    record("settlement.discard_duty", remittance.public_id, by=by, now=now, after={"amount": remittance.amount.minor})
    return remittance


def _locked(remittance: DutyRemittance) -> DutyRemittance:
    return DutyRemittance.objects.select_for_update().get(pk=remittance.pk)


def _end(remittance: DutyRemittance, by, now: datetime) -> None:
    remittance.ended_by, remittance.ended_at = by, now
    remittance.save(update_fields=["status", "ended_by", "ended_at", "reference"])


def _waits() -> RemittanceWaits:
    return RemittanceWaits(_("One was drawn up already: it waits for the second person."))
