"""Asking for access to personal data, granting it, looking, and ending it (R5, H11)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from mall import clock
from mall.access.guarding import Guarded, all_guarded, guarded_of
from mall.access.models import AccessLook, AccessRequest
from mall.access.notices import ACCESS_DECIDED, LOOKED_AT
from mall.access.tunables import MOST_ACCESS_HOURS
from mall.audit.trail import record
from mall.notifications.sending import notify
from mall.refusals import Refusal
from mall.texts import in_all_languages

Status = AccessRequest.Status
DECIDE = "access.decide_accessrequest"


class NothingAskedFor(Refusal):
    """The request does not say what it is about in a way that can be looked at."""

    code = "nothing-asked-for"


class TooLong(Refusal):
    """More hours than access may last."""

    code = "too-long"


class DecidedByAnother(Refusal):
    """Nobody grants access to herself."""

    code = "decided-by-another"


class NotYourRequest(Refusal):
    """Only who asked withdraws."""

    code = "not-your-request"


class NoAccess(Refusal):
    """No request of this person that is in force covers the field."""

    code = "no-access"
    status = 403


@transaction.atomic
def ask_for_access(
    *, subject: str, fields: Iterable[str], purpose: str, reason: str, ticket: str, hours: int, by, now: datetime
) -> AccessRequest:
    """
    Ask to see fields in clear: of one row, or of all rows of one shop, merchant or person.

    :param fields: as :func:`mall.access.guarding.field_labels` names them
    :raises NothingAskedFor: an unknown field, one that she does not even see covered, no purpose, ticket or reason
    :raises TooLong: longer than access may last
    """
    wanted = sorted(set(fields))
    allowed = {one.key(field) for one in all_guarded() if by.has_perm(one.permission) for field in one.fields}
    if not wanted or not set(wanted) <= allowed:
        raise NothingAskedFor(_("Choose which fields you need to see."))
    if not subject or purpose not in AccessRequest.Purpose.values or not ticket.strip() or not reason.strip():
        raise NothingAskedFor(_("Say of what, for which purpose, why, and under which ticket."))
    if not 1 <= hours <= MOST_ACCESS_HOURS.value:
        raise TooLong(_("Access lasts between 1 and %(most)d hours.") % {"most": MOST_ACCESS_HOURS.value})
    request = AccessRequest.objects.create(
        subject=subject, fields=wanted, purpose=purpose, reason=reason.strip(), ticket=ticket.strip(), hours=hours,
        asked_by=by, asked_at=now,
    )  # fmt: skip
    record(
        "access.ask", request.public_id, by=by, now=now,
        after={"subject": subject, "fields": wanted, "purpose": purpose, "ticket": request.ticket, "hours": hours},
    )  # fmt: skip
    return request


@transaction.atomic
def grant_access(*, request: AccessRequest, by, now: datetime) -> None:
    """
    Let who asked look, from now on for the hours she asked for (or the most there are by now).

    :raises DecidedByAnother: she asked herself
    :raises WrongStatus: it was decided already
    """
    row = _locked(request, by=by)
    AccessRequest.FLOW.move(row, Status.GRANTED)
    row.decided_by, row.decided_at = by, now
    row.expires_at = now + timedelta(hours=min(row.hours, MOST_ACCESS_HOURS.value))
    row.save(update_fields=["status", "decided_by", "decided_at", "expires_at"])
    record("access.grant", row.public_id, by=by, now=now, after={"expires_at": row.expires_at.isoformat()})
    until = row.expires_at.astimezone(clock.BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    _tell_asker(row, in_all_languages(lambda: _("It lasts until %(until)s.") % {"until": until}), now)


@transaction.atomic
def refuse_access(*, request: AccessRequest, reason: str, by, now: datetime) -> None:
    """
    Say no, and why.

    :raises DecidedByAnother: she asked herself
    :raises WrongStatus: it was decided already
    """
    row = _locked(request, by=by)
    AccessRequest.FLOW.move(row, Status.REFUSED)
    row.decided_by, row.decided_at, row.answer = by, now, reason
    row.save(update_fields=["status", "decided_by", "decided_at", "answer"])
    record("access.refuse", row.public_id, by=by, now=now, after={"reason": reason})
    _tell_asker(row, reason, now)


@transaction.atomic
def withdraw_request(*, request: AccessRequest, by, now: datetime) -> None:
    """
    Take back what one asked for and nobody has decided yet.

    :raises NotYourRequest: another person asked
    """
    row = AccessRequest.objects.select_for_update().get(pk=request.pk)
    if row.asked_by_id != by.pk:
        raise NotYourRequest(_("Only who asked withdraws a request."))
    _end(row, Status.WITHDRAWN, by, now)


@transaction.atomic
def end_access(*, request: AccessRequest, by, now: datetime) -> None:
    """
    End access before its time: who has it no longer needs it, or who may grant it takes it back.

    :raises NotYourRequest: it is another's, and she may not grant any
    """
    row = AccessRequest.objects.select_for_update().get(pk=request.pk)
    if row.asked_by_id != by.pk and not by.has_perm(DECIDE):
        raise NotYourRequest(_("Access ends early by who has it, or by who may grant it."))
    _end(row, Status.ENDED, by, now)


def _locked(request: AccessRequest, *, by) -> AccessRequest:
    row = AccessRequest.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=request.pk)
    if row.asked_by_id == by.pk:
        raise DecidedByAnother(_("You asked for this yourself: another person decides."))
    return row


def _end(row: AccessRequest, status: str, by, now: datetime) -> None:
    AccessRequest.FLOW.move(row, status)
    row.ended_by, row.ended_at = by, now
    row.save(update_fields=["status", "ended_by", "ended_at"])
    record("access.withdraw" if status == Status.WITHDRAWN else "access.end", row.public_id, by=by, now=now)


def _tell_asker(row: AccessRequest, words, now: datetime) -> None:
    outcome = in_all_languages(row.get_status_display)
    facts = {"request": row.public_id, "subject": row.subject, "outcome": outcome, "words": words}
    notify(
        [row.asked_by], ACCESS_DECIDED, facts, url=reverse("admin:access_accessrequest_change", args=[row.pk]), now=now
    )


# Looking


def grants_for(*, person, row: Model, now: datetime) -> dict[str, AccessRequest]:
    """The fields of a row that this person may look at now, each with the request that lets her."""
    guarded = guarded_of(type(row))
    if guarded is None or not person.has_perm(guarded.permission):
        return {}
    held = AccessRequest.objects.filter(
        asked_by=person, status=Status.GRANTED, expires_at__gt=now, subject__in=list(guarded.owners(row))
    ).order_by("pk")
    return {
        field: request
        for request in held
        for field in guarded.fields
        if guarded.key(field) in request.fields
    }  # fmt: skip


@transaction.atomic
def look(*, row: Model, field: str, by, now: datetime) -> str:
    """
    One field of a row in clear, for who holds access to it; the look is on the record with its request before she sees
    anything, and whom it concerns is told of the first one, unless the purpose forbids it.

    :raises NoAccess: no request that is in force covers it
    """
    guarded = guarded_of(type(row))
    note_look(row=row, field=field, by=by, now=now)
    return guarded.read(row, field)


@transaction.atomic
def note_look(*, row: Model, field: str, by, now: datetime) -> AccessRequest:
    """
    Put a look on the record, before what is looked at is shown by other means (a file, for instance).

    :raises NoAccess: no request that is in force covers it
    """
    found = grants_for(person=by, row=row, now=now).get(field)
    request = AccessRequest.objects.select_for_update(of=("self",)).get(pk=found.pk) if found else None
    if request is None or not request.is_in_force(now):
        raise NoAccess(_("You hold no access to this that is in force. Ask for it, and another person decides."))
    guarded = guarded_of(type(row))
    subject = guarded.subject(row)
    is_first = not request.looks.filter(subject=subject).exists()
    AccessLook.objects.create(request=request, subject=subject, field=guarded.key(field), at=now)
    record(
        "access.look", subject, by=by, now=now,
        after={"field": guarded.key(field), "request": request.public_id, "purpose": request.purpose},
    )  # fmt: skip
    if is_first and not request.is_quiet:
        _tell_owners(request, guarded, row, field, now)
    return request


def _tell_owners(request: AccessRequest, guarded: Guarded, row: Model, field: str, now: datetime) -> None:
    facts = {
        "field": in_all_languages(lambda: guarded.label(field)),
        "subject": guarded.subject(row),
        "purpose": in_all_languages(request.get_purpose_display),
        "request": request.public_id,
    }
    notify(guarded.told(row), LOOKED_AT, facts, now=now)
