"""
Applications (M2): a business asks to join, a machine checks, people decide where they must, the agreement is accepted,
the deposit is paid, the shop opens. A shop that asks for one more trade goes the same way (``merchants.trades`` begins
it); at its end the trade is admitted.

The registers are asked between two transactions, never while a row is locked.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mall import workdays
from mall.audit.trail import record
from mall.crypto import normal_phone
from mall.events import publish
from mall.events.merchants import (
    AgreementAccepted,
    ApplicationDecided,
    ApplicationOverdue,
    ApplicationSubmitted,
    TradeAdmitted,
)
from mall.flow import WrongStatus
from mall.money import Money
from mall.nudges import run_soon
from mall.refusals import Refusal
from mall.texts import Text
from merchants import application_checks, credit_code, registries, tunables
from merchants.documents import accept_by_machine
from merchants.licences import admit_trades, follow_documents
from merchants.models import (
    Agreement,
    AgreementAcceptance,
    Application,
    ApplicationDecision,
    Document,
    Merchant,
    RegistryAnswer,
    Requirement,
    Seat,
    Shop,
)
from merchants.registries import Question, RegisterSilent
from merchants.requirements import Asked, asked_of_application
from merchants.shops import open_shop

log = logging.getLogger("merchants.applications")

STEPS = {"business": application_checks.BUSINESS, "shop": application_checks.SHOP}
FIELDS = (*application_checks.BUSINESS, *application_checks.SHOP)
FIELDS_FOR_TRADE = (*application_checks.TRADE, "statements")
STEPS_FOR_TRADE = {"goods": application_checks.TRADE}
BATCH = 50
CHECK_LEASE = timedelta(minutes=2)
Status, Outcome = Application.Status, ApplicationDecision.Outcome


class ApplicationRefused(Refusal):
    """The automatic check found what the applicant must put right; ``errors`` maps fields to sentences."""

    code = "application-refused"
    status = 422

    def __init__(self, errors: dict[str, str]):
        super().__init__(" ".join(errors.values()), errors=errors)
        self.errors = errors


class OwnApplication(Refusal):
    """Nobody decides about her own application."""

    code = "own-application"
    status = 403


class SamePerson(Refusal):
    """The expert is another person than the auditor."""

    code = "same-person"
    status = 403


class ReasonMissing(Refusal):
    """A decision that asks something of the applicant says why."""

    code = "reason-missing"
    status = 422


class PapersUndecided(Refusal):
    """A refused paper stands against an approval; a person says yes or no to each."""

    code = "papers-undecided"


class AgreementsMissing(Refusal):
    """Every agreement is accepted, in the version that is current."""

    code = "agreements-missing"
    status = 422


class NotOpenToChanges(Refusal):
    """The application is not with its applicant, or this was not asked for."""

    code = "not-open-to-changes"


# Filling in


@transaction.atomic
def start_application(*, applicant, fields: Mapping, now: datetime) -> Application:
    """
    Begin to ask to join. One who has an application that has not ended goes on with it.

    :param fields: any of ``FIELDS``, kept as they are; what is wrong is said by :func:`errors_of`
    """
    one_at_a_time()
    if standing := applicant.applications.to_join().not_ended().order_by("pk").first():
        return standing
    application = Application(applicant=applicant, started_at=now, touched_at=now)
    _take_over(application, fields)
    application.save()
    record("merchants.start_application", application.public_id, by=applicant, now=now)
    return application


@transaction.atomic
def save_draft(*, application: Application, fields: Mapping, now: datetime) -> Application:
    """
    Keep what the applicant has typed so far, right or wrong; fields that are not given stay as they are.

    :param fields: any of ``FIELDS``, and ``statements`` (code to words)
    :raises NotOpenToChanges: the application is not with its applicant, or one of the fields was not asked about
    """
    application = locked(application)
    closed = [name for name in fields if not may_change(application, name)]
    if application.status not in Application.WITH_APPLICANT or closed:
        raise NotOpenToChanges(_("This is not open to changes now."))
    _take_over(application, fields)
    application.touched_at = now
    application.save()
    return application


def may_change(application: Application, name: str) -> bool:
    """
    While it is filled in, everything; when changes are requested, what was asked about. Of a shop that asks for one
    more trade, only what it says of the goods.
    """
    if application.is_for_trade and name not in FIELDS_FOR_TRADE:
        return False
    if application.status == Status.CHANGES_REQUESTED:
        return name in application.open_fields
    return application.status == Status.DRAFT


def steps_of(application: Application) -> dict[str, tuple[str, ...]]:
    """The steps of filling in, each with its fields; papers and statements come after them."""
    return STEPS_FOR_TRADE if application.is_for_trade else STEPS


def errors_of(application: Application, *, now: datetime) -> dict[str, str]:
    """What is still missing or wrong, a sentence each; empty when it can be handed in."""
    asked = asked_for(application, now=now)
    return application_checks.errors_of(application, asked, _papers(application), now=now)


def asked_for(application: Application, *, now: datetime) -> Asked:
    return asked_of_application(application, now=now)


@transaction.atomic
def submit_application(*, application: Application, now: datetime) -> Application:
    """
    Hand in, for the first time or again after changes; the clock of working days starts.

    Handing in what is handed in already changes nothing.

    :raises ApplicationRefused: something is missing or wrong; nothing was changed
    :raises WrongStatus: it has been decided, or was withdrawn
    """
    one_at_a_time()
    application = locked(application)
    if application.status == Status.SUBMITTED:
        return application
    asked = asked_for(application, now=now)
    papers = _papers(application)
    if application.status in Application.WITH_APPLICANT and (
        errors := application_checks.errors_of(application, asked, papers, now=now)
    ):
        raise ApplicationRefused(errors)
    Application.FLOW.move(application, Status.SUBMITTED)
    if not application.is_for_trade:
        application.contact_phone = normal_phone(application_checks.plain(application.contact_phone))
    application.round += 1
    application.submitted_at = application.check_at = now
    application.machine_due_at = workdays.add_working_days(now, tunables.MACHINE_DAYS.value)
    application.due_at = workdays.add_working_days(now, tunables.ANSWER_DAYS.value)
    application.checked_at = application.machine_escalated_at = application.escalated_at = None
    application.check_tries, application.findings = 0, []
    application.needs_expert = asked.needs_expert
    application.reviewed_by = application.reviewed_at = application.expert_by = application.expert_at = None
    application.open_fields = []
    application.save()
    _forget_unasked(papers, asked)
    record(
        "merchants.submit_application",
        application.public_id,
        by=application.applicant,
        now=now,
        after={
            "round": application.round,
            "credit_code": application.credit_code,
            "shop_slug": application.shop_slug,
            "trades": application.trades,
            "documents": [document.public_id for document in papers],
        },
    )
    publish(
        ApplicationSubmitted(
            application_id=application.public_id, round=application.round, due_at=application.due_at, submitted_at=now
        )
    )  # fmt: skip
    run_soon("merchants.check_applications")
    return application


@transaction.atomic
def withdraw_application(*, application: Application, now: datetime) -> Application:
    """
    The applicant gives up; business and address are free again.

    :raises WrongStatus: the agreement is accepted already, or it has ended
    """
    application = locked(application)
    Application.FLOW.move(application, Status.WITHDRAWN)
    application.check_at = None
    application.save()
    record("merchants.withdraw_application", application.public_id, by=application.applicant, now=now)
    return application


def _take_over(application: Application, fields: Mapping) -> None:
    """Write what was typed onto the row, in its normal form."""
    if unknown := set(fields) - {*FIELDS, "statements"}:
        raise TypeError(f"an application has no {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        if name == "statements":
            application.statements = {
                code: str(words).strip()[:500] for code, words in {**application.statements, **value}.items()
            }
        elif name == "trades":
            application.trades = list(dict.fromkeys(value))
        elif name == "shop_name":
            application.shop_name = Text(value or {})
        else:
            setattr(application, name, value)
    application.credit_code = credit_code.normal(application.credit_code)[:18]
    application.shop_slug = application.shop_slug.strip().lower()


def _forget_unasked(papers: list[Document], asked: Asked) -> None:
    """Papers of a kind that is not asked for any more (another trade was chosen) take no part."""
    wanted = {row.code for row in asked.documents}
    for document in papers:
        if document.kind not in wanted:
            Document.FLOW.move(document, Document.Status.REPLACED)
            document.save(update_fields=["status"])


def _papers(application: Application) -> list[Document]:
    return list(application.documents.current().select_related("application").order_by("pk"))


# The automatic check


def check_applications(*, now: datetime) -> dict:
    """Check every application that is due; one that fails stops no other."""
    counts: dict[str, int] = {}
    while claimed := _claim(now):
        for application in claimed:
            try:
                status = str(check_application(application=application, now=now).status)
            except Exception:
                log.exception("application %s could not be checked", application.public_id)
                status = "trouble"
            counts[status] = counts.get(status, 0) + 1
    return counts


@transaction.atomic
def _claim(now: datetime) -> list[Application]:
    """Some that are due, leased to this checker for two minutes; nothing is locked while the registers are asked."""
    rows = list(
        Application.objects.select_for_update(skip_locked=True)
        .filter(status=Status.SUBMITTED, check_at__lte=now)
        .order_by("check_at", "pk")[:BATCH]
    )
    Application.objects.filter(pk__in=[row.pk for row in rows]).update(check_at=now + CHECK_LEASE)
    return rows


def check_application(*, application: Application, now: datetime) -> Application:
    """
    The machine's part: the mall's own checks, and the registers' answers. A plain case in which everything is right is
    approved; anything else goes to a person. A register that is silent is asked again later, some times.

    Not one transaction: the registers are asked between two.
    """
    asked = asked_for(application, now=now)
    answers = [
        answer
        for document in _papers(application)
        if (requirement := asked.document(document.kind)) and requirement.registry
        for answer in [ask_register(document, requirement, application.merchant_name, now)]
    ]
    return _take_findings(application, answers, now)


def ask_register(document: Document, requirement: Requirement, holder: str, now: datetime) -> RegistryAnswer:
    """Ask about one paper, unless the register has said yes or no to it already; the answer is not kept yet."""
    told = document.answers.exclude(outcome=RegistryAnswer.Outcome.TIMEOUT).order_by("-pk").first()
    if told is not None:
        return told
    question = Question(
        register=str(requirement.registry),
        kind=document.kind,
        number=document.number.reveal(),
        holder=holder,
        issuer=document.issuer,
        valid_to=document.valid_to,
    )
    began = time.monotonic()
    answer = RegistryAnswer(document=document, registry=requirement.registry, asked_at=now)
    try:
        heard = registries.registry().verify(question=question, now=now)
        answer.outcome, answer.detail = str(heard.outcome), heard.detail[:300]
    except RegisterSilent:
        answer.outcome = RegistryAnswer.Outcome.TIMEOUT
    answer.took_ms = int((time.monotonic() - began) * 1000)
    return answer


@transaction.atomic
def _take_findings(application: Application, answers: list[RegistryAnswer], now: datetime) -> Application:
    one_at_a_time()
    seen, application = application, locked(application)
    if application.status != Status.SUBMITTED or application.round != seen.round:
        return application
    for answer in answers:
        if answer.pk is None:
            answer.save()
    silent = [answer for answer in answers if answer.outcome == RegistryAnswer.Outcome.TIMEOUT]
    application.check_tries += 1
    if silent and application.check_tries < tunables.REGISTER_TRIES.value:
        application.check_at = now + timedelta(minutes=tunables.REGISTER_PAUSE_MINUTES.value)
        application.save()
        return application

    papers = _papers(application)
    findings = application_checks.findings_of(application, papers, now=now)
    if errors := application_checks.taken(application):
        findings = [
            {**finding, "ok": False} if finding["check"] in {"duplicates", "address"} and errors else finding
            for finding in findings
        ]
    findings += [application_checks.register_finding(one.document, one.outcome, one.detail) for one in answers]
    asked = asked_for(application, now=now)
    findings += [
        {"check": "needs_person", "ok": False, "note": "", "name": dict(row.name)}
        for row in asked.documents
        if row.needs_person
    ]
    application.findings, application.checked_at, application.check_at = findings, now, None
    if asked.needs_person or not all(finding["ok"] for finding in findings):
        Application.FLOW.move(application, Status.REVIEW)
        _decided(application, Outcome.TO_PERSON, None, "", now)
        return application
    for document in papers:
        accept_by_machine(document, now)
    application.was_automatic = True
    _approve(application, None, now)
    return application


# Decisions


@transaction.atomic
def approve_application(*, application: Application, by, now: datetime) -> Application:
    """
    Say yes. The first yes to an application that needs an expert passes it on to her; the second lets it in. Papers
    that nobody has decided about are accepted with it.

    :raises WrongStatus: it does not await this decision
    :raises OwnApplication: ``by`` is the applicant
    :raises SamePerson: the expert would be the auditor
    :raises PapersUndecided: a paper is refused
    :raises ApplicationRefused: business or address were taken, or a paper has run out, since it was handed in
    """
    one_at_a_time()
    application = _to_decide(application, by)
    papers = list(application.documents.current().select_for_update().order_by("pk"))
    if any(document.status == Document.Status.REFUSED for document in papers):
        raise PapersUndecided(_("A document is refused: request changes, or accept it first."))
    errors = application_checks.taken(application) | {
        name: sentence for name, sentence in errors_of(application, now=now).items() if name.startswith("document:")
    }
    if errors:
        raise ApplicationRefused(errors)
    if application.needs_expert and application.status == Status.REVIEW:
        Application.FLOW.move(application, Status.EXPERT)
        application.reviewed_by, application.reviewed_at = by, now
        _decided(application, Outcome.FIRST_YES, by, "", now)
        return application
    if application.status == Status.EXPERT:
        if by.pk == application.reviewed_by_id:
            raise SamePerson(_("Somebody else must decide as the expert."))
        application.expert_by, application.expert_at = by, now
    else:
        application.reviewed_by, application.reviewed_at = by, now
    for document in papers:
        if document.status == Document.Status.WAITING:
            Document.FLOW.move(document, Document.Status.ACCEPTED)
            document.decided_at, document.decided_by = now, by
            document.save(update_fields=["status", "decided_at", "decided_by"])
    _approve(application, by, now)
    return application


@transaction.atomic
def request_changes(
    *, application: Application, reason: str, by, now: datetime, fields: Iterable[str] = ()
) -> Application:
    """
    Give it back to the applicant, who may change what was refused: the papers, and these fields. When nothing is named,
    everything that she typed is open.

    :raises ReasonMissing: the applicant would not know what to change
    :raises WrongStatus: it does not await a decision
    :raises OwnApplication: ``by`` is the applicant
    """
    reason = _given(reason)
    application = _to_decide(application, by)
    refused = application.documents.filter(status=Document.Status.REFUSED).exists()
    named = [name for name in fields if name in FIELDS or name == "statements"]
    Application.FLOW.move(application, Status.CHANGES_REQUESTED)
    application.open_fields = named or ([] if refused else [*FIELDS, "statements"])
    application.decided_at, application.decided_by, application.reason = now, by, reason
    application.check_at = None
    _decided(application, Outcome.CHANGES, by, reason, now)
    return application


@transaction.atomic
def reject_application(*, application: Application, reason: str, by, now: datetime) -> Application:
    """
    Turn the business away for good; it may apply anew.

    :raises ReasonMissing: the applicant has a right to know why
    :raises WrongStatus: it does not await a decision
    :raises OwnApplication: ``by`` is the applicant
    """
    reason = _given(reason)
    application = _to_decide(application, by)
    Application.FLOW.move(application, Status.REJECTED)
    application.decided_at, application.decided_by, application.reason = now, by, reason
    _decided(application, Outcome.REJECTED, by, reason, now)
    return application


def _to_decide(application: Application, by) -> Application:
    application = locked(application)
    if application.status not in Application.WITH_STAFF:
        raise WrongStatus(
            _("This cannot be done now: the status is “%(status)s”.") % {"status": application.get_status_display()}
        )
    sits_there = application.is_for_trade and Seat.objects.filter(
        user=by, shop__merchant=application.merchant_id
    ).exists()  # fmt: skip
    if by.pk == application.applicant_id or sits_there:
        raise OwnApplication(_("Somebody else must decide about your own application."))
    return application


def _approve(application: Application, by, now: datetime) -> None:
    asked = asked_for(application, now=now)
    Application.FLOW.move(application, Status.APPROVED)
    application.decided_at, application.decided_by, application.reason = now, by, ""
    application.approved_at = now
    application.currency, application.deposit = asked.deposit.currency, asked.deposit
    _decided(application, Outcome.APPROVED, by, "", now)
    if application.is_for_trade and not asked.agreements:  # what it brings is accepted already
        Application.FLOW.move(application, Status.AGREED)
        application.agreed_at = now
        application.save()
        if not application.deposit:
            _end_well(application, now)


def _decided(application: Application, outcome: str, by, reason: str, now: datetime) -> None:
    """Keep the decision: on the row, in its history, in the audit trail; tell everybody."""
    application.save()
    ApplicationDecision.objects.create(
        application=application, round=application.round, outcome=outcome, by=by, reason=reason, at=now
    )
    record(
        f"merchants.application_{outcome}",
        application.public_id,
        by=by,
        now=now,
        after={"status": str(application.status), "round": application.round, "reason": reason},
    )
    publish(
        ApplicationDecided(
            application_id=application.public_id,
            applicant_id=application.applicant_id,
            status=str(application.status),
            reason=reason,
            decided_at=now,
        )
    )


# After the yes


def agreements_for(application: Application, *, now: datetime) -> list[Agreement]:
    """What an approved applicant accepts, in the versions that are current."""
    return asked_for(application, now=now).agreements


@transaction.atomic
def accept_agreements(*, application: Application, agreement_ids: Iterable[int], by, now: datetime) -> Application:
    """
    The applicant accepts every agreement; who, when, which version and the hash of its text are kept. Where no deposit
    is asked the shop opens at once.

    :param agreement_ids: the keys of the versions that she saw
    :raises AgreementsMissing: one is missing, or a newer version has been published meanwhile
    :raises WrongStatus: the application is not approved, or they are accepted already
    """
    one_at_a_time()
    application = locked(application)
    Application.FLOW.move(application, Status.AGREED)
    wanted = agreements_for(application, now=now)
    if {one.pk for one in wanted} != set(agreement_ids):
        raise AgreementsMissing(_("Please read and accept every agreement; one may have changed meanwhile."))
    AgreementAcceptance.objects.bulk_create(
        AgreementAcceptance(
            application=application,
            agreement=one,
            text_hash=one.text_hash,
            language=(get_language() or "")[:10],
            by=by,
            at=now,
        )
        for one in wanted
    )
    application.agreed_at, application.reminded_at = now, None
    application.save()
    record(
        "merchants.accept_agreements",
        application.public_id,
        by=by,
        now=now,
        after={"agreements": {f"{one.code} v{one.version}": one.text_hash for one in wanted}},
    )
    publish(
        AgreementAccepted(
            application_id=application.public_id, deposit=application.deposit.minor, currency=application.currency
        )
    )
    if not application.deposit:
        _end_well(application, now)
    return application


@transaction.atomic
def take_deposit(*, application_id: str, amount: Money, now: datetime) -> Application:
    """
    The deposit came: merchant and shop stand, the applicant is the owner; or the trade is admitted. Hearing it again
    changes nothing, nor does money that comes after the application has expired (settlement sends it back). More than a
    trade asks for by now was on its way when another one was paid for; it counts as paid.

    :raises ValueError: less than the deposit
    :raises WrongStatus: the agreement is not accepted
    """
    one_at_a_time()
    application = Application.objects.select_for_update().get(public_id=application_id)
    if application.status in {Status.OPEN, Status.ADMITTED, Status.EXPIRED}:
        return application
    asked = application.deposit
    if asked is None or (amount != asked and not (application.is_for_trade and amount > asked)):
        raise ValueError(f"{application_id}: {amount} is not its deposit")
    application.deposit = amount
    _end_well(application, now)
    return application


def _end_well(application: Application, now: datetime) -> None:
    """Everything is there: what was asked for begins."""
    if application.is_for_trade:
        _admit(application, now)
    else:
        _open(application, now)


def _admit(application: Application, now: datetime) -> None:
    """The merchant may sell in one more trade; the papers that came with it are the merchant's from now on."""
    Application.FLOW.move(application, Status.ADMITTED)
    application.opened_at = now
    application.save()
    merchant = Merchant.objects.select_for_update().get(pk=application.merchant_id)
    for document in application.documents.filter(status=Document.Status.ACCEPTED).order_by("pk"):
        merchant.documents.filter(kind=document.kind, status=Document.Status.ACCEPTED).update(
            status=Document.Status.REPLACED
        )
        document.merchant = merchant
        document.save(update_fields=["merchant"])
    admit_trades(merchant, application.trades, now=now)
    follow_documents(merchant=merchant, now=now)
    shop = application.for_shop
    (trade,) = application.trades
    record(
        "merchants.admit_trade",
        application.public_id,
        now=now,
        shop_slug=shop.slug,
        after={"merchant": merchant.public_id, "trade": trade},
    )
    publish(
        TradeAdmitted(shop_id=shop.public_id, application_id=application.public_id, trade=trade, admitted_at=now)
    )  # fmt: skip
    _ask_less(merchant, now)


def _ask_less(merchant: Merchant, now: datetime) -> None:
    """
    Of what was paid now the requests that were approved beside it ask no more; one that has nothing left to pay for is
    admitted.
    """
    beside = merchant.applications.for_trades().filter(status__in=Application.TO_SIGN).order_by("pk")
    for row in list(beside):
        row = locked(row)
        less = asked_for(row, now=now).deposit
        if row.status not in Application.TO_SIGN or less >= row.deposit:
            continue
        record(
            "merchants.lower_deposit",
            row.public_id,
            now=now,
            shop_slug=row.for_shop.slug,
            before={"deposit": row.deposit.minor},
            after={"deposit": less.minor},
        )
        row.deposit = less
        row.save(update_fields=["deposit"])
        if row.status == Status.AGREED and not less:
            _end_well(row, now)


def _open(application: Application, now: datetime) -> Shop:
    Application.FLOW.move(application, Status.OPEN)
    merchant = Merchant.objects.create(
        name=application.merchant_name, kind=application.kind, credit_code=application.credit_code, joined_at=now
    )
    application.documents.filter(status=Document.Status.ACCEPTED).update(merchant=merchant)
    admit_trades(merchant, application.trades, now=now)
    application.merchant, application.opened_at = merchant, now
    application.shop = open_shop(
        merchant=merchant,
        slug=application.shop_slug,
        name=application.shop_name,
        owner=application.applicant,
        by=application.applicant,
        now=now,
        application=application,
    )
    application.save()
    record(
        "merchants.open_application",
        application.public_id,
        now=now,
        shop_slug=application.shop_slug,
        after={"merchant": merchant.public_id, "shop": application.shop.public_id},
    )
    return application.shop


# The clock


@transaction.atomic
def escalate_applications(*, now: datetime) -> dict:
    """Announce every application that the mall owes an answer, once for the check and once for the answer."""
    late = list(
        Application.objects.select_for_update(skip_locked=True)
        .filter(
            Q(status=Status.SUBMITTED, machine_due_at__lt=now, machine_escalated_at=None)
            | Q(status__in=Application.WITH_US, due_at__lt=now, escalated_at=None)
        )
        .order_by("due_at", "pk")[:1000]
    )
    told = []
    for application in late:
        if (
            application.status == Status.SUBMITTED
            and application.machine_due_at < now
            and application.machine_escalated_at is None
        ):
            application.machine_escalated_at = now
            told.append((application, "machine", application.machine_due_at))
        if application.due_at < now and application.escalated_at is None:
            application.escalated_at = now
            told.append((application, "answer", application.due_at))
    Application.objects.bulk_update(late, ["machine_escalated_at", "escalated_at"])
    for application, target, due_at in told:
        record(
            "merchants.escalate_application",
            application.public_id,
            now=now,
            after={"target": target, "due_at": due_at.isoformat()},
        )
        publish(ApplicationOverdue(application_id=application.public_id, target=target, due_at=due_at, told_at=now))
    return {"escalated": len(told)} if told else {}


def one_at_a_time() -> None:
    """Two applications never pass the check for the same business or address side by side."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('merchants.applications', 0))")


def locked(application: Application) -> Application:
    rows = Application.objects.select_for_update(of=["self"])
    return rows.select_related("applicant", "merchant", "for_shop").get(pk=application.pk)


def _given(reason: str) -> str:
    reason = reason.strip()[:500]
    if not reason:
        raise ReasonMissing(_("Say why: the applicant reads it."))
    return reason
