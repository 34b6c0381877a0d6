"""Holds: place one, release it, ask who is held."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import publish
from mall.events.risk import HoldPlaced, HoldReleased
from mall.refusals import Refusal
from risk.models import Hold, MoneyCase


class HoldAlreadyReleased(Refusal):
    """Somebody released it before."""

    code = "hold-already-released"


class HeldByCase(Refusal):
    """Who wants this money free decides its case, with a second person."""

    code = "held-by-case"


@transaction.atomic
def place_hold(*, kind: str, subject_id: str, reason: str, by=None, now: datetime) -> Hold:
    """
    Hold a subject, named by its public id, in one respect until staff decide.

    A subject that is held already stays held by the hold that stands, which is returned.

    :param kind: one of ``Hold.Kind``
    """
    hold, is_new = Hold.objects.get_or_create(
        kind=Hold.Kind(kind),
        subject_id=subject_id,
        released_at=None,
        defaults={"reason": reason[:300], "placed_at": now, "placed_by": by},
    )
    if is_new:
        record("risk.place_hold", subject_id, by=by, now=now, after={"kind": hold.kind, "reason": hold.reason})
        publish(HoldPlaced(subject_id=subject_id, kind=hold.kind, reason=hold.reason))
    return hold


@transaction.atomic
def release_hold(*, hold: Hold, by, now: datetime) -> Hold:
    """
    Let the subject move again.

    :raises HoldAlreadyReleased: it was released before
    :raises HeldByCase: it is the hold of a case of money that is not decided: two people decide that
    """
    undecided = MoneyCase.objects.filter(hold=hold, status__in=MoneyCase.UNDECIDED)
    if number := undecided.values_list("public_id", flat=True).first():
        raise HeldByCase(_("This hold belongs to case %(case)s: decide about that.") % {"case": number})
    return end_hold(hold=hold, by=by, now=now)


@transaction.atomic
def end_hold(*, hold: Hold, by, now: datetime) -> Hold:
    """
    What a decision does to the hold of its own case; doors call ``release_hold``.

    :raises HoldAlreadyReleased: it was released before
    """
    hold = Hold.objects.select_for_update().get(pk=hold.pk)
    if hold.released_at is not None:
        raise HoldAlreadyReleased(_("This hold was already released."))

    hold.released_at, hold.released_by = now, by
    hold.save(update_fields=["released_at", "released_by"])

    record("risk.release_hold", hold.subject_id, by=by, now=now, before={"kind": hold.kind, "reason": hold.reason})
    publish(HoldReleased(subject_id=hold.subject_id, kind=hold.kind))
    return hold


def held_subjects(kind: str | Iterable[str], subject_ids: Iterable[str]) -> set[str]:
    """Which of these subjects are held in this respect, or in one of these, in one question."""
    kinds = [Hold.Kind(each) for each in ([kind] if isinstance(kind, str) else kind)]
    live = Hold.objects.filter(kind__in=kinds, subject_id__in=list(subject_ids), released_at=None)
    return set(live.values_list("subject_id", flat=True))
