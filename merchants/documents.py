"""
Documents (M1): they are handed in, checked, decided about one by one, renewed, and looked at.

Every look of a member of staff is on the record. A changed paper is a new row; a file goes only with a draft that
nobody has touched for long (``merchants.abandoned``).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from mall import clock
from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import DocumentDecided
from mall.flow import WrongStatus
from mall.refusals import Refusal
from merchants import credit_code, document_files, id_card
from merchants.licences import follow_documents
from merchants.models import Application, Document, Merchant, Requirement, Seat
from merchants.requirements import asked_of_application, asked_of_merchant

BUSINESS_LICENCE, ID_CARD, FOOD_LICENCE = "business-licence", "id-card", "food-licence"
_FOOD_LICENCE = re.compile(r"(?:JY|SC)\d{14}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-Z\u4e00-\u9fff][0-9A-Z\u4e00-\u9fff .·()（）〔〕\[\]/_-]{2,59}")


class DocumentRefused(Refusal):
    """The paper cannot be taken as it is; ``errors`` maps fields to sentences."""

    code = "document-refused"
    status = 422

    def __init__(self, errors: dict[str, str]):
        super().__init__(" ".join(errors.values()), errors=errors)
        self.errors = errors


class NotOpenToChanges(Refusal):
    """Only what was refused may be changed."""

    code = "not-open-to-changes"


class OwnDocument(Refusal):
    """Nobody decides about her own papers."""

    code = "own-document"
    status = 403


class ReasonMissing(Refusal):
    """A refusal of a paper says why."""

    code = "reason-missing"
    status = 422


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the applicant says of a paper."""

    number: str
    issuer: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@transaction.atomic
def hand_in_document(
    *, application: Application, kind: str, said: Said, file: File | None, by, now: datetime
) -> Document:
    """
    Put a paper to an application, or another in its place; without ``file`` the former file stays.

    :raises NotOpenToChanges: the application is not with its applicant, or this paper was not refused
    :raises DocumentRefused: number, dates or file cannot be so
    """
    application = Application.objects.select_for_update().get(pk=application.pk)
    requirement = asked_of_application(application, now=now).document(kind)
    former = application.documents.current().filter(kind=kind).first()
    if requirement is None or not may_hand_in(application, kind, former):
        raise NotOpenToChanges(_("This document is not open to changes now."))
    row = _written(requirement, said, file, former, now, credit_code_wanted=application.credit_code)
    row.application = application
    application.touched_at = now
    application.save(update_fields=["touched_at"])
    return _put(row, former, by, now)


def may_hand_in(application: Application, kind: str, former: Document | None) -> bool:
    """While it is filled in, everything; when changes are requested, what was refused or is missing."""
    if application.status == Application.Status.DRAFT:
        return True
    if application.status != Application.Status.CHANGES_REQUESTED:
        return False
    return former is None or former.status == Document.Status.REFUSED or kind in application.open_fields


@transaction.atomic
def renew_document(*, merchant: Merchant, kind: str, said: Said, file: File, by, now: datetime) -> Document:
    """
    A merchant hands in a newer paper; the one that is accepted holds until the new one is.

    :raises NotOpenToChanges: the merchant has no such paper
    :raises DocumentRefused: number, dates or file cannot be so
    """
    merchant = Merchant.objects.select_for_update().get(pk=merchant.pk)
    standing = merchant.documents.filter(kind=kind, status=Document.Status.ACCEPTED).first()
    requirement = asked_of_merchant(merchant, now=now).document(kind)
    if standing is None or requirement is None:
        raise NotOpenToChanges(_("This document is not open to changes now."))
    row = _written(requirement, said, file, None, now, credit_code_wanted=merchant.credit_code)
    if standing.valid_to and row.valid_to and row.valid_to <= standing.valid_to:
        raise DocumentRefused({"valid_to": _("This is not valid any longer than the one we have.")})
    row.merchant, row.replaces = merchant, standing
    unread = merchant.documents.filter(kind=kind, status__in=[Document.Status.WAITING, Document.Status.REFUSED]).first()
    return _put(row, unread, by, now)


def _written(
    requirement: Requirement,
    said: Said,
    file: File | None,
    former: Document | None,
    now: datetime,
    *,
    credit_code_wanted: str,
) -> Document:
    """The row, checked but not kept."""
    number = _normal(requirement.code, said.number)
    errors = _errors_of(requirement, number, said, now, credit_code_wanted)
    paper = None
    if file is not None:
        try:
            paper = document_files.examine(file)
        except document_files.NotADocument as refusal:
            errors["file"] = str(refusal)
    elif former is None:
        errors["file"] = _("Choose the file.")
    if errors:
        raise DocumentRefused(errors)
    row = Document(
        kind=requirement.code,
        name=requirement.name,
        number=number,
        issuer=said.issuer.strip()[:120],
        valid_from=said.valid_from,
        valid_to=said.valid_to,
        uploaded_at=now,
    )
    if paper is None:
        row.file, row.content_type, row.size = former.file.name, former.content_type, former.size
        row.checksum = former.checksum
    else:
        row.content_type, row.size, row.checksum = paper.content_type, len(paper.content), paper.checksum
        row.file = paper.as_file()
    return row


def _normal(kind: str, number: str) -> str:
    number = " ".join(number.split()).upper()
    return number.replace(" ", "") if kind in {BUSINESS_LICENCE, ID_CARD, FOOD_LICENCE} else number


def _errors_of(
    requirement: Requirement, number: str, said: Said, now: datetime, credit_code_wanted: str
) -> dict[str, str]:
    errors, today = {}, clock.business_date(now)
    if wrong := _wrong_number(requirement.code, number, today, credit_code_wanted):
        errors["number"] = wrong
    if said.valid_from is None:
        errors["valid_from"] = _("Say from which day it is valid.")
    elif said.valid_from > today:
        errors["valid_from"] = _("It is not valid yet.")
    if said.valid_to is None:
        if requirement.expires:
            errors["valid_to"] = _("Say until which day it is valid.")
    elif said.valid_to < today:
        errors["valid_to"] = _("It has run out.")
    elif said.valid_from and said.valid_to < said.valid_from:
        errors["valid_to"] = _("It ends before it begins.")
    return errors


def _wrong_number(kind: str, number: str, today: date, credit_code_wanted: str) -> str:
    if not number:
        return _("Fill this in.")
    if kind == BUSINESS_LICENCE:
        if not credit_code.is_valid(number):
            return _("This is no unified social credit code: please compare it with the business licence.")
        if credit_code_wanted and number != credit_code_wanted:
            return _("This is not the code that you gave for the business.")
    elif kind == ID_CARD:
        if not id_card.is_valid(number, today=today):
            return _("This is no identity card number: please compare it with the card.")
        if not id_card.is_of_age(number, today=today):
            return _("Who keeps a business must be 18 years old.")
    elif kind == FOOD_LICENCE:
        if not _FOOD_LICENCE.fullmatch(number):
            return _("A food licence has JY or SC and 14 digits.")
    elif not _NUMBER.fullmatch(number):
        return _("Write the number as it stands on the document.")
    return ""


def _put(row: Document, former: Document | None, by, now: datetime) -> Document:
    if former is not None:
        Document.FLOW.move(former, Document.Status.REPLACED)
        former.save(update_fields=["status"])
        row.replaces = row.replaces or former
    row.uploaded_by = by
    row.save()
    record(
        "merchants.hand_in_document",
        row.public_id,
        by=by,
        now=now,
        before={"document": former.public_id} if former else {},
        after={"kind": row.kind, "of": _subject(row), "valid_to": str(row.valid_to or ""), "checksum": row.checksum},
    )
    return row


@transaction.atomic
def accept_document(*, document: Document, by, now: datetime) -> Document:
    """
    A person has looked: the paper holds. A renewal takes the place of the paper before it.

    :raises WrongStatus: it is replaced, or its application is not under review
    :raises OwnDocument: ``by`` handed it in
    """
    document = _to_decide(document, by)
    _accept(document, by, now)
    return document


@transaction.atomic
def refuse_document(*, document: Document, reason: str, by, now: datetime) -> Document:
    """
    The paper does not hold, and why; the merchant may hand in another.

    :raises ReasonMissing: the applicant would not know what to change
    :raises WrongStatus: it is replaced, or its application is not under review
    :raises OwnDocument: ``by`` handed it in
    """
    reason = reason.strip()[:500]
    if not reason:
        raise ReasonMissing(_("Say why: the applicant reads it."))
    document = _to_decide(document, by)
    Document.FLOW.move(document, Document.Status.REFUSED)
    document.decided_at, document.decided_by, document.reason = now, by, reason
    document.save(update_fields=["status", "decided_at", "decided_by", "reason"])
    record(
        "merchants.refuse_document", document.public_id, by=by, now=now, after={"kind": document.kind, "reason": reason}
    )  # fmt: skip
    _announce(document)
    return document


def accept_by_machine(document: Document, now: datetime) -> None:
    """The automatic check found nothing that a person would have to see; the caller has locked the row."""
    _accept(document, None, now)


def _to_decide(document: Document, by) -> Document:
    """The row, locked after what it belongs to, if ``by`` may decide about it now."""
    if document.application_id and document.merchant_id is None:
        application = Application.objects.select_for_update().get(pk=document.application_id)
        if application.status not in Application.WITH_STAFF:
            raise WrongStatus(
                _("This cannot be done now: the status is “%(status)s”.") % {"status": application.get_status_display()}
            )
        applicant_id, merchant_id = application.applicant_id, application.merchant_id
    else:
        Merchant.objects.select_for_update().get(pk=document.merchant_id)
        applicant_id, merchant_id = document.uploaded_by_id, document.merchant_id
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.merchant_id and document.status != Document.Status.WAITING:
        raise WrongStatus(
            _("This cannot be done now: the status is “%(status)s”.") % {"status": document.get_status_display()}
        )
    sits_there = merchant_id and Seat.objects.filter(user=by, shop__merchant_id=merchant_id).exists()
    if by.pk in {applicant_id, document.uploaded_by_id} or sits_there:
        raise OwnDocument(_("Somebody else must decide about your own documents."))
    return document


def _accept(document: Document, by, now: datetime) -> None:
    if document.status == Document.Status.ACCEPTED:
        return
    Document.FLOW.move(document, Document.Status.ACCEPTED)
    if document.merchant_id:
        for former in Document.objects.select_for_update().filter(
            merchant_id=document.merchant_id, kind=document.kind, status=Document.Status.ACCEPTED
        ):
            Document.FLOW.move(former, Document.Status.REPLACED)
            former.save(update_fields=["status"])
    document.decided_at, document.decided_by, document.reason = now, by, ""
    document.save(update_fields=["status", "decided_at", "decided_by", "reason"])
    record("merchants.accept_document", document.public_id, by=by, now=now, after={"kind": document.kind})
    _announce(document)
    if document.merchant_id:
        follow_documents(merchant=document.merchant, now=now)


def _announce(document: Document) -> None:
    publish(
        DocumentDecided(
            document_id=document.public_id,
            merchant_id=document.merchant.public_id if document.merchant_id else "",
            application_id=document.application.public_id if document.application_id else "",
            kind=document.kind,
            status=str(document.status),
            reason=document.reason,
            decided_at=document.decided_at,
        )
    )


@transaction.atomic
def look_at_document(*, document: Document, by, now: datetime) -> bytes:
    """
    The file, for a member of staff; that she looked is on the record before she sees it.

    :raises FileChanged: what lies there is not what was uploaded
    """
    record(
        "merchants.look_at_document",
        document.public_id,
        by=by,
        now=now,
        after={"kind": document.kind, "of": _subject(document), "checksum": document.checksum},
    )
    return document_files.content_of(document)


@transaction.atomic
def reveal_number(*, document: Document, by, now: datetime) -> str:
    """The number in clear, for a member of staff who compares it; on the record."""
    record(
        "merchants.reveal_number",
        document.public_id,
        by=by,
        now=now,
        after={"kind": document.kind, "of": _subject(document)},
    )
    return document.number.reveal()


def _subject(document: Document) -> str:
    return document.application.public_id if document.application_id else document.merchant.public_id
