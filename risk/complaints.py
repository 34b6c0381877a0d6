"""
Shoppers report goods and shops; staff uphold or dismiss (R1).

One person has one open report about one thing. A verdict answers every open report about the same thing for the same
reason, for staff look at the thing and not at who said it; all who reported are told.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.accounts.models import User
from mall.audit.trail import record
from mall.events import publish
from mall.events.risk import ComplaintUpheld
from mall.notifications.sending import notify
from mall.pace import keep_pace
from mall.refusals import Refusal
from risk import notices
from risk.models import Complaint
from risk.tunables import MOST_COMPLAINTS_A_DAY


class ReasonMissing(Refusal):
    """A report names a reason, a verdict says why."""

    code = "reason-missing"
    status = 422


class OwnSubject(Refusal):
    """She works for the shop that she would report."""

    code = "own-subject"


@transaction.atomic
def complain(
    *, kind: str, subject_id: str, subject_name: str, shop_id: str, person, reason: str, words: str = "",
    is_own: bool = False, now: datetime,
) -> Complaint:  # fmt: skip
    """
    Report a product or a shop. While her first report of it is open, another one is that one.

    :param subject_id: the public id of what is reported
    :param shop_id: the public id of the shop that answers for it
    :param is_own: whether she works there; who calls knows
    :raises ReasonMissing: no reason, or “something else” without words
    :raises OwnSubject: she works for that shop
    :raises TooOften: she reported often enough for today
    """
    words = words.strip()[:500]
    if is_own:
        raise OwnSubject(_("You work for this shop: please tell the platform by a ticket."))
    if reason not in Complaint.Reason.values:
        raise ReasonMissing(_("Choose a reason."))
    if reason == Complaint.Reason.OTHER and not words:
        raise ReasonMissing(_("Say in your words what is wrong."))
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two clicks at once are one report
    mine = Complaint.objects.filter(reporter=person)
    if open_one := mine.filter(subject_id=subject_id, status=Complaint.Status.OPEN).first():
        return open_one
    keep_pace(mine, "reported_at", most=MOST_COMPLAINTS_A_DAY.value, now=now)
    return Complaint.objects.create(
        kind=Complaint.Kind(kind),
        subject_id=subject_id,
        subject_name=subject_name[:200],
        shop_id=shop_id,
        reporter=person,
        reason=reason,
        words=words,
        reported_at=now,
    )


@transaction.atomic
def uphold_complaint(*, complaint: Complaint, verdict: str, by, now: datetime) -> Complaint:
    """
    Staff agree: it counts against the product and its shop, who reported it is told.

    :raises ReasonMissing: no words
    :raises WrongStatus: it is decided
    """
    complaint, answered = _decide(complaint, Complaint.Status.UPHELD, verdict, by=by, now=now)
    publish(
        *(
            ComplaintUpheld(
                complaint_id=row.public_id,
                kind=str(row.kind),
                subject_id=row.subject_id,
                shop_id=row.shop_id,
                reason=str(row.reason),
                verdict=row.verdict,
                decided_at=now,
            )
            for row in answered
        )
    )
    return complaint


def dismiss_complaint(*, complaint: Complaint, verdict: str, by, now: datetime) -> Complaint:
    """
    Staff find nothing wrong; who reported it is told why.

    :raises ReasonMissing: no words
    :raises WrongStatus: it is decided
    """
    return _decide(complaint, Complaint.Status.DISMISSED, verdict, by=by, now=now)[0]


@transaction.atomic
def _decide(complaint: Complaint, status: str, verdict: str, *, by, now: datetime) -> tuple[Complaint, list[Complaint]]:
    verdict = verdict.strip()[:300]
    if not verdict:
        raise ReasonMissing(_("Say why."))
    rows = Complaint.objects.select_for_update(of=("self",), no_key=True).select_related("reporter")
    complaint = rows.get(pk=complaint.pk)
    Complaint.FLOW.move(complaint, status)  # a refusal where it is decided
    alike = rows.filter(
        subject_id=complaint.subject_id, reason=complaint.reason, status=Complaint.Status.OPEN
    ).order_by("pk")
    answered = [complaint, *(row for row in alike if row.pk != complaint.pk)]
    for row in answered:
        row.status, row.verdict, row.decided_at, row.decided_by = status, verdict, now, by
    Complaint.objects.bulk_update(answered, ["status", "verdict", "decided_at", "decided_by"])
    record(
        "risk.decide_complaint",
        complaint.public_id,
        by=by,
        now=now,
        before={"status": str(Complaint.Status.OPEN)},
        after={
            "status": str(status), "subject": complaint.subject_id, "reason": verdict,
            "answered": [row.public_id for row in answered],
        },
    )  # fmt: skip
    told = notices.COMPLAINT_UPHELD if status == Complaint.Status.UPHELD else notices.COMPLAINT_DISMISSED
    for row in answered:
        notify([row.reporter], told, {"subject": row.subject_name, "reason": verdict}, now=now)
    return complaint, answered
