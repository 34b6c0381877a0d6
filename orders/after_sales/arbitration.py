"""
The mall decides (O7): both sides show evidence unseen by the other, an officer gives a verdict in fixed terms, either
side may appeal once to another officer, and what stands carries itself out.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.flow import WrongStatus
from mall.money import Money
from mall.refusals import Refusal
from orders import tunables
from orders.after_sales import table
from orders.after_sales.cases import Did, Kind, Side, Status, WordsMissing, end, lock_case, move
from orders.after_sales.giving import compensate_by_verdict, most_by_verdict
from orders.after_sales.settling import fault_by, settle
from orders.models import AfterSale, AfterSaleNote, Verdict


class SameOfficer(Refusal):
    """An appeal is decided by somebody else."""

    code = "same-officer"


class WrongVerdict(Refusal):
    """The verdict says what cannot be carried out."""

    code = "wrong-verdict"
    status = 400


class EvidenceOpen(Refusal):
    """Both sides may still show evidence."""

    code = "evidence-open"


@transaction.atomic
def escalate(*, case: AfterSale, text: str, by, now: datetime) -> AfterSale:
    """
    The shopper asks the mall to decide; from now on both sides may show evidence for some days.

    :raises WrongStatus: the shop has not refused or answered
    :raises WordsMissing: nothing is said
    """
    if not text.strip():
        raise WordsMissing(_("Say what happened."))
    case = lock_case(case)
    table.check("escalate", case, Side.SHOPPER)
    bring_before_mall(case, side=Side.SHOPPER, by=by, now=now, text=text)
    return case


def bring_before_mall(case: AfterSale, *, side: str, by=None, now: datetime, text: str = "") -> None:
    case.escalated_at = now
    case.evidence_until = now + timedelta(days=tunables.EVIDENCE_DAYS.value)
    move(case, Status.ARBITRATION, Did.ESCALATED, side=side, by=by, now=now, text=text)


@transaction.atomic
def decide(
    *, case: AfterSale, liability_percent: int, refund: Money | None = None, needs_return: bool = False,
    shipping_payer: str = Verdict.Payer.SHOPPER, reason: str, by, now: datetime,
) -> Verdict:  # fmt: skip
    """
    An officer's verdict. The first waits for an appeal, that of an appeal is carried out at once.

    :raises WrongStatus: the case is not before the mall
    :raises EvidenceOpen: the days for evidence are not over and not both sides have shown theirs
    :raises SameOfficer: she gave the verdict that is appealed
    :param refund: of a complaint, what the shop pays as a compensation

    :raises WrongVerdict: more than was paid, or a return of what is not with the shopper
    :raises WordsMissing: no reason is given
    """
    if not reason.strip():
        raise WordsMissing(_("Say why."))
    case = lock_case(case)
    table.check("decide", case, Side.MALL)
    earlier = case.verdicts.filter(round=Verdict.Round.FIRST).first()
    if earlier is None and now < case.evidence_until and not _both_have_shown(case):
        raise EvidenceOpen(_("Both sides may show evidence until then; wait, or until both have."))
    if earlier is not None and earlier.officer_id == by.pk:
        raise SameOfficer(_("Somebody else must decide the appeal."))
    refund = refund or Money(0, case.currency)
    _check_terms(case, liability_percent, refund, needs_return, shipping_payer)
    verdict = Verdict.objects.create(
        shop_id=case.shop_id,
        case=case,
        round=Verdict.Round.APPEAL if earlier else Verdict.Round.FIRST,
        officer=by,
        earlier_officer_id=earlier.officer_id if earlier else None,
        liability_percent=liability_percent,
        currency=case.currency,
        refund=refund,
        needs_return=needs_return,
        shipping_payer=shipping_payer,
        reason=reason.strip()[:1000],
        decided_at=now,
    )
    record(
        "orders.decide_after_sale",
        case.public_id,
        by=by,
        now=now,
        shop_slug=case.order.shop.slug,
        after={
            "round": verdict.round,
            "liability_percent": liability_percent,
            "refund": refund.minor,
            "needs_return": needs_return,
            "shipping_payer": str(shipping_payer),
            "reason": verdict.reason,
        },
    )
    move(case, Status.DECIDED, Did.DECIDED, side=Side.MALL, by=by, now=now, text=verdict.reason)
    if earlier:
        execute(case, now=now)
    return verdict


def _both_have_shown(case: AfterSale) -> bool:
    shown = AfterSaleNote.objects.filter(case=case, did=Did.EVIDENCE).values_list("side", flat=True)
    return {Side.SHOPPER, Side.SHOP} <= set(shown)


def _check_terms(case: AfterSale, percent: int, refund: Money, needs_return: bool, shipping_payer: str) -> None:
    if not 0 <= percent <= 100 or shipping_payer not in Verdict.Payer.values:
        raise WrongVerdict(_("The shop's part of the fault is between 0 and 100 percent."))
    if case.is_complaint:
        _check_complaint(case, refund, needs_return)
    elif refund.minor < 0 or refund > case.worth:
        raise WrongVerdict(_("At most %(worth)s was paid for these pieces.") % {"worth": case.worth})
    if case.order.is_of_cards and refund and refund != case.worth:
        raise WrongVerdict(_("A gift card is given back whole: %(worth)s.") % {"worth": case.worth})
    if needs_return and (case.is_unshipped or case.came_back_at or not refund):
        raise WrongVerdict(_("Nothing can be sent back: the goods are not with the shopper, or no money goes back."))


def _check_complaint(case: AfterSale, refund: Money, needs_return: bool) -> None:
    """What is given for a complaint is a compensation: no goods move."""
    if needs_return:
        raise WrongVerdict(_("With a complaint no goods go back."))
    if refund.minor < 0 or refund > (most := most_by_verdict(case.order)):
        raise WrongVerdict(_("At most %(most)s can be paid as a compensation.") % {"most": most})


@transaction.atomic
def appeal(*, case: AfterSale, side: str, text: str, by, now: datetime) -> AfterSale:
    """
    A side does not accept the first verdict: another officer decides, finally, with new days for evidence.

    :raises WrongStatus: there is no verdict that may be appealed any more
    :raises WordsMissing: nothing is said
    """
    if not text.strip():
        raise WordsMissing(_("Say why."))
    case = lock_case(case)
    table.check("appeal", case, side)
    verdict = case.verdicts.select_for_update().get(round=Verdict.Round.FIRST)
    if case.due_at is None or now >= case.due_at:
        raise WrongStatus(_("The days in which this could be appealed are over."))
    verdict.appealed_at, verdict.appealed_side = now, side
    verdict.save(update_fields=["appealed_at", "appealed_side"])
    case.evidence_until = now + timedelta(days=tunables.EVIDENCE_DAYS.value)
    move(case, Status.ARBITRATION, Did.APPEALED, side=side, by=by, now=now, text=text)
    return case


def execute(case: AfterSale, *, now: datetime) -> None:
    """
    Carry out the last verdict of a locked case: the goods go back first, the money goes back, or it ends; what it gives
    for a complaint is paid as a compensation.
    """
    verdict = case.verdicts.select_for_update().latest("round")
    verdict.executed_at = now
    verdict.save(update_fields=["executed_at"])
    how = {"side": Side.CLOCK, "now": now}
    case.fault = fault_by(verdict)
    if case.is_complaint:
        compensate_by_verdict(case, verdict.refund, text=verdict.reason, now=now)
        end(case, Status.DONE, Did.EXECUTED, **how)
    elif verdict.needs_return:
        case.kind, case.asked, case.replacement = Kind.RETURN, verdict.refund, None
        move(case, Status.AWAITING_RETURN, Did.EXECUTED, **how)
    elif verdict.refund:
        settle(case, Did.EXECUTED, goods=verdict.refund, **how)
    else:
        end(case, Status.CLOSED, Did.EXECUTED, **how)
