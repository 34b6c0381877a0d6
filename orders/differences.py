"""What staff do about differences to a channel's bill (O3): look, note, resolve; two people where money differs."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.flow import WrongStatus
from mall.refusals import Refusal
from orders.models import Difference, DifferenceNote

Status = Difference.Status


class AnotherPersonConfirms(Refusal):
    """Who proposed how it ends is not who confirms it."""

    code = "another-person-confirms"


class NotByHand(Refusal):
    """What comes right by itself is not said by a person."""

    code = "not-by-hand"


@transaction.atomic
def take_difference(*, difference: Difference, by, now: datetime) -> Difference:
    """
    Somebody looks into it from now on; another may take it over.

    :raises WrongStatus: it is resolved
    """
    difference = _locked(difference)
    if difference.status == Status.RESOLVED:
        raise WrongStatus(_("This difference is resolved already."))
    difference.assigned_to = by
    difference.save(update_fields=["assigned_to"])
    record("orders.take_difference", difference.public_id, by=by, now=now)
    return difference


@transaction.atomic
def note_difference(*, difference: Difference, text: str, by, now: datetime) -> DifferenceNote:
    """Keep what was found out; nothing is taken back."""
    note = DifferenceNote.objects.create(difference=difference, by=by, at=now, text=text.strip()[:1000])
    record("orders.note_difference", difference.public_id, by=by, now=now)
    return note


@transaction.atomic
def resolve_difference(*, difference: Difference, resolution: str, reason: str, by, now: datetime) -> Difference:
    """
    Say how it ends. Where money differs somebody else confirms it; a late line or a fee is resolved at once.

    :raises WrongStatus: it is resolved, or waits for the second person
    """
    difference = _locked(difference)
    if resolution == Difference.Resolution.BY_ITSELF:
        raise NotByHand(_("Choose what you have done about it."))
    difference.resolution, difference.reason = resolution, reason.strip()[:500]
    if difference.wants_two:
        Difference.FLOW.move(difference, Status.PROPOSED)
        difference.proposed_by = by
        difference.save(update_fields=["status", "resolution", "reason", "proposed_by"])
    else:
        _end(difference, by, now)
    record(
        "orders.resolve_difference",
        difference.public_id,
        by=by,
        now=now,
        after={"status": difference.status, "resolution": difference.resolution, "reason": difference.reason},
    )
    return difference


@transaction.atomic
def confirm_difference(*, difference: Difference, by, now: datetime) -> Difference:
    """
    The second person agrees: it is resolved.

    :raises AnotherPersonConfirms: ``by`` proposed it herself
    :raises WrongStatus: nothing is proposed
    """
    difference = _locked(difference)
    if difference.status != Status.PROPOSED:
        raise WrongStatus(_("Nothing is proposed for this difference."))
    if difference.proposed_by_id == by.pk:
        raise AnotherPersonConfirms(_("You proposed it yourself: somebody else confirms it."))
    _end(difference, by, now)
    record(
        "orders.confirm_difference", difference.public_id, by=by, now=now, after={"resolution": difference.resolution}
    )
    return difference


@transaction.atomic
def reopen_difference(*, difference: Difference, reason: str, by, now: datetime) -> Difference:
    """
    What was proposed is not agreed to: it is open again, with a note that says why.

    :raises WrongStatus: nothing is proposed
    """
    difference = _locked(difference)
    if difference.status != Status.PROPOSED:
        raise WrongStatus(_("Nothing is proposed for this difference."))
    Difference.FLOW.move(difference, Status.OPEN)
    difference.resolution, difference.reason, difference.proposed_by = "", "", None
    difference.save(update_fields=["status", "resolution", "reason", "proposed_by"])
    note_difference(difference=difference, text=reason, by=by, now=now)
    return difference


def _locked(difference: Difference) -> Difference:
    return Difference.objects.select_for_update(of=("self",)).get(pk=difference.pk)


def _end(difference: Difference, by, now: datetime) -> None:
    Difference.FLOW.move(difference, Status.RESOLVED)
    difference.resolved_by, difference.resolved_at = by, now
    difference.save(update_fields=["status", "resolution", "reason", "resolved_by", "resolved_at"])
