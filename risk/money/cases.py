"""
Cases of money, decided by people (R4): one looks into everything on the list and proposes, another decides, and a third
answers an appeal. While a case is undecided nobody can release its hold by another door.

What is seized is booked in the transaction that decides: ``settle`` and ``settle_appeal`` are called by whoever keeps
the ledger, which books before it asks them.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import publish
from mall.events.risk import MoneyAppealAnswered, MoneyCaseDecided
from mall.flow import WrongStatus
from mall.money import Money
from mall.refusals import Refusal
from risk.holds import end_hold
from risk.models import MoneyCase, MoneyCheck
from risk.money.watching import hold_for
from risk.tunables import MONEY_APPEAL_DAYS

Status, Decision = MoneyCase.Status, MoneyCase.Decision
PROPOSAL = ["status", "decision", "reason", "amount", "authority", "order_number", "proposed_at", "proposed_by"]


class ChecksOpen(Refusal):
    """Something on the list was not looked into yet."""

    code = "checks-open"


class NotOnTheList(Refusal):
    """This case does not ask for it."""

    code = "not-on-the-list"


class OrderMissing(Refusal):
    """Money is seized on somebody's order, by its number, and so much of it."""

    code = "order-missing"
    status = 422


class DecidesNotAlone(Refusal):
    """Who proposed it does not decide it, and neither of the two answers the appeal."""

    code = "another-person-decides"
    status = 403


class AppealTooLate(Refusal):
    """The days in which a shop may appeal are over, or it has appealed before."""

    code = "appeal-too-late"


@transaction.atomic
def hold_case(*, case: MoneyCase, by, now: datetime) -> MoneyCase:
    """
    A case in shadow is one in force from now on: the shop's money is held.

    :raises WrongStatus: it is decided
    """
    case = locked(case)
    _wants(case, *MoneyCase.UNDECIDED)
    if not case.is_live:
        hold_for(case, by=by, now=now)
        _record("risk.hold_money_case", case, by, now)
    return case


@transaction.atomic
def note_check(*, case: MoneyCase, item: str, note: str, by, now: datetime) -> MoneyCheck:
    """
    Something on the case's list was looked into, and this is what was found.

    :raises NotOnTheList: this case does not ask for it
    :raises WrongStatus: the case is decided, or a decision is proposed
    """
    case = locked(case)
    _wants(case, Status.OPEN)
    check = case.checks.filter(item=item).first()
    if check is None:
        label = MoneyCase.Check(item).label
        raise NotOnTheList(_("This case does not ask for it: “%(check)s”.") % {"check": label}, field="item")
    check.note, check.done_at, check.done_by = note.strip()[:300] or "–", now, by
    check.save(update_fields=["note", "done_at", "done_by"])
    record("risk.note_money_check", case.public_id, by=by, now=now, after={"check": item, "note": check.note})
    return check


@transaction.atomic
def propose(
    *,
    case: MoneyCase,
    decision: str,
    reason: str,
    amount: Money | None = None,
    authority: str = "",
    order_number: str = "",
    by,
    now: datetime,
) -> MoneyCase:
    """
    What should become of the money; nothing moves before another person decides.

    :raises ChecksOpen: something on the list was not looked into
    :raises OrderMissing: to seize, without an amount, on nobody's order, or one without a number
    :raises WrongStatus: something is proposed already, or it is decided
    """
    case = locked(case)
    is_seizure = decision == Decision.SEIZE
    order_number = order_number.strip()[:80]
    if left := [str(check) for check in case.checks.filter(done_at=None).order_by("pk")]:
        raise ChecksOpen(_("Look into this first: %(checks)s.") % {"checks": "; ".join(left)})
    if is_seizure and not (amount and amount.minor > 0 and authority and order_number):
        raise OrderMissing(_("To seize money, say how much, on whose order and under which number."), field="amount")
    if not (reason := reason.strip()[:300]):
        raise OrderMissing(_("Say why: the shop reads it."), field="reason")
    MoneyCase.FLOW.move(case, Status.PROPOSED)
    case.decision, case.reason = decision, reason
    case.amount = amount if is_seizure else Money(0, case.currency)
    case.authority, case.order_number = (authority, order_number) if is_seizure else ("", "")
    case.proposed_at, case.proposed_by = now, by
    case.save(update_fields=PROPOSAL)
    _record("risk.propose_money_case", case, by, now)
    return case


@transaction.atomic
def send_back(*, case: MoneyCase, reason: str, by, now: datetime) -> MoneyCase:
    """
    The second person does not agree: it is looked into again, and the proposal is gone.

    :raises WrongStatus: nothing is proposed
    """
    case = locked(case)
    MoneyCase.FLOW.move(case, Status.OPEN)
    case.decision, case.reason, case.authority, case.order_number = "", "", "", ""
    case.amount, case.proposed_at, case.proposed_by = Money(0, case.currency), None, None
    case.save(update_fields=PROPOSAL)
    record("risk.send_back_money_case", case.public_id, by=by, now=now, after={"reason": reason.strip()[:300]})
    return case


def settle(case: MoneyCase, *, by, now: datetime) -> MoneyCase:
    """
    The second person agrees, and what is to be booked is booked; the hold goes. The case is locked by the caller.

    :raises DecidesNotAlone: she proposed it herself
    :raises WrongStatus: nothing is proposed
    """
    if case.proposed_by_id == by.pk:
        raise DecidesNotAlone(_("You proposed it yourself: somebody else decides."))
    _wants(case, Status.PROPOSED)
    MoneyCase.FLOW.move(case, Status.SEIZED if case.decision == Decision.SEIZE else Status.RELEASED)
    case.decided_at, case.decided_by = now, by
    case.save(update_fields=["status", "decided_at", "decided_by"])
    if case.hold is not None:
        end_hold(hold=case.hold, by=by, now=now)
    _record("risk.decide_money_case", case, by, now)
    publish(
        MoneyCaseDecided(
            case_id=case.public_id,
            shop_id=case.shop_id,
            decision=case.decision,
            is_told=case.is_live or case.decision == Decision.SEIZE,
            amount=case.amount.minor,
            currency=case.currency,
            reason=case.reason,
            order_number=case.order_number,
            decided_at=now,
        )
    )
    return case


@transaction.atomic
def appeal(*, case: MoneyCase, words: str, by, now: datetime) -> MoneyCase:
    """
    What the shop has to say: while its money is held staff read it before they decide; when money was seized, a third
    person answers.

    :raises AppealTooLate: it has said so before, or the days to appeal are over
    :raises WrongStatus: nothing is held or seized
    """
    case = locked(case)
    if not (words := words.strip()[:1000]):
        raise OrderMissing(_("Say what happened."), field="words")
    if case.status == Status.SEIZED:
        if case.answered_at is not None or now > appeal_until(case):
            raise AppealTooLate(_("It can no longer be appealed against."))
        MoneyCase.FLOW.move(case, Status.APPEALED)
    else:
        _wants(case, *MoneyCase.UNDECIDED)
    case.appeal, case.appealed_at, case.appealed_by = words, now, by
    case.save(update_fields=["status", "appeal", "appealed_at", "appealed_by"])
    record("risk.appeal_money_case", case.public_id, by=by, now=now, after={"note": words[:300]})
    return case


def appeal_until(case: MoneyCase) -> datetime | None:
    """Until when a decided case may be appealed against."""
    return case.decided_at and case.decided_at + timedelta(days=MONEY_APPEAL_DAYS.value)


def settle_appeal(case: MoneyCase, *, is_upheld: bool, answer: str, by, now: datetime) -> MoneyCase:
    """
    A third person has answered: what was seized goes back, or stays. The case is locked by the caller, which books.

    :raises DecidesNotAlone: she proposed or decided it
    :raises WrongStatus: nobody appeals
    """
    if by.pk in (case.proposed_by_id, case.decided_by_id):
        raise DecidesNotAlone(_("You had a part in this decision: a third person answers the appeal."))
    if not (answer := answer.strip()[:300]):
        raise OrderMissing(_("Say why: the shop reads it."), field="answer")
    _wants(case, Status.APPEALED)
    MoneyCase.FLOW.move(case, Status.RETURNED if is_upheld else Status.SEIZED)
    case.answer, case.answered_at, case.answered_by = answer, now, by
    case.save(update_fields=["status", "answer", "answered_at", "answered_by"])
    record(
        "risk.answer_money_appeal",
        case.public_id,
        by=by,
        now=now,
        after={"reason": answer, "is_upheld": is_upheld},
    )
    publish(
        MoneyAppealAnswered(
            case_id=case.public_id,
            shop_id=case.shop_id,
            is_upheld=is_upheld,
            amount=case.amount.minor,
            currency=case.currency,
            answer=answer,
            answered_at=now,
        )
    )
    return case


def locked(case: MoneyCase) -> MoneyCase:
    return MoneyCase.objects.select_for_update(of=["self"]).select_related("hold").get(pk=case.pk)


def _wants(case: MoneyCase, *statuses: str) -> None:
    if case.status not in statuses:
        raise WrongStatus(
            _("This cannot be done now: the status is “%(status)s”.") % {"status": case.get_status_display()}
        )


def _record(action: str, case: MoneyCase, by, now: datetime) -> None:
    after = {
        "decision": case.decision, "reason": case.reason, "amount": case.amount.minor, "authority": case.authority,
        "order": case.order_number,
    }  # fmt: skip
    record(action, case.public_id, by=by, now=now, after={name: value for name, value in after.items() if value})
