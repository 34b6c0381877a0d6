"""Applications: a business asks to join, a machine checks, a person decides, a shop opens (M2)."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.crypto import blind_index, normal_phone
from mall.refusals import Refusal
from mall.texts import Text
from merchants import credit_code
from merchants.models import Application, Merchant, Shop
from merchants.shops import open_shop
from merchants.slugs import is_free, is_well_formed
from risk import screening

ASKED = (
    "merchant_name", "kind", "credit_code", "contact_name", "contact_phone", "shop_name", "shop_slug", "goods",
)  # fmt: skip
OPEN = (Application.Status.SUBMITTED, Application.Status.CHANGES_REQUESTED)


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


class ReasonMissing(Refusal):
    """A decision that asks something of the applicant says why."""

    code = "reason-missing"
    status = 422


@transaction.atomic
def submit_application(*, applicant, fields: Mapping, now: datetime) -> Application:
    """
    Ask to join the mall.

    Asking again for the same business while the first application is open returns that one.

    :param fields: ``merchant_name, kind, credit_code, contact_name, contact_phone, shop_name, shop_slug, goods``
    :raises ApplicationRefused: the automatic check found what must be put right; nothing was kept
    """
    _one_at_a_time()
    code = credit_code.normal(str(fields.get("credit_code", "")))
    if standing := Application.objects.filter(applicant=applicant, credit_code=code, status__in=OPEN).first():
        return standing

    application = Application(applicant=applicant, submitted_at=now)
    _take_over(application, fields)
    application.save()

    record(
        "merchants.submit_application",
        application.public_id,
        by=applicant,
        now=now,
        after={"credit_code": application.credit_code, "shop_slug": application.shop_slug},
    )
    return application


@transaction.atomic
def amend_application(*, application: Application, fields: Mapping, now: datetime) -> Application:
    """
    The applicant answers a request for changes and hands the application in again.

    :raises WrongStatus: no changes are requested
    :raises ApplicationRefused: the automatic check found what must be put right; the application is as it was
    """
    _one_at_a_time()
    application = Application.objects.select_for_update().get(pk=application.pk)
    Application.FLOW.move(application, Application.Status.SUBMITTED)
    before = {"credit_code": application.credit_code, "shop_slug": application.shop_slug}

    _take_over(application, fields)
    application.submitted_at = now
    application.save()

    record(
        "merchants.amend_application",
        application.public_id,
        by=application.applicant,
        now=now,
        before=before,
        after={"credit_code": application.credit_code, "shop_slug": application.shop_slug},
    )
    return application


@transaction.atomic
def approve_application(*, application: Application, by, now: datetime) -> Shop:
    """
    Let the business in: the merchant stands, its first shop is open, the applicant is its owner.

    :raises WrongStatus: the application does not await review
    :raises OwnApplication: ``by`` is the applicant
    :raises ApplicationRefused: business or address of the shop were taken since the application was checked
    """
    _one_at_a_time()
    application = _decide(application, Application.Status.APPROVED, "", by, now)
    if errors := _taken(application):
        raise ApplicationRefused(errors)

    merchant = Merchant.objects.create(
        name=application.merchant_name, kind=application.kind, credit_code=application.credit_code, joined_at=now
    )
    shop = open_shop(
        merchant=merchant,
        slug=application.shop_slug,
        name=application.shop_name,
        owner=application.applicant,
        by=by,
        now=now,
    )
    application.merchant = merchant
    application.save()

    record(
        "merchants.approve_application",
        application.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"merchant": merchant.public_id, "shop": shop.public_id},
    )
    return shop


@transaction.atomic
def request_changes(*, application: Application, reason: str, by, now: datetime) -> Application:
    """
    Give the application back to the applicant, who may amend it.

    :raises ReasonMissing: the applicant would not know what to change
    :raises WrongStatus: the application does not await review
    :raises OwnApplication: ``by`` is the applicant
    """
    application = _decide(application, Application.Status.CHANGES_REQUESTED, _given(reason), by, now)
    application.save()
    record("merchants.request_changes", application.public_id, by=by, now=now, after={"reason": application.reason})
    return application


@transaction.atomic
def reject_application(*, application: Application, reason: str, by, now: datetime) -> Application:
    """
    Turn the business away for good; it may apply anew.

    :raises ReasonMissing: the applicant has a right to know why
    :raises WrongStatus: the application does not await review
    :raises OwnApplication: ``by`` is the applicant
    """
    application = _decide(application, Application.Status.REJECTED, _given(reason), by, now)
    application.save()
    record("merchants.reject_application", application.public_id, by=by, now=now, after={"reason": application.reason})
    return application


def _one_at_a_time() -> None:
    """Two applications never pass the check for the same business or address side by side."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('merchants.applications', 0))")


def _take_over(application: Application, fields: Mapping) -> None:
    """Write the fields onto the row, checked; it notes what a person should look at."""
    for name in ASKED:
        setattr(application, name, fields.get(name, ""))
    application.credit_code = credit_code.normal(application.credit_code)
    application.shop_slug = application.shop_slug.strip().lower()
    application.shop_name = Text(fields.get("shop_name") or {})

    errors = _errors_of(application)
    try:
        application.contact_phone = normal_phone(str(fields.get("contact_phone", "")))
    except ValidationError as error:
        errors["contact_phone"] = " ".join(error.messages)
    names = screening.screen(application.shop_name.values())
    if names.decision == screening.BLOCK:
        words = ", ".join(finding.word for finding in names.findings if finding.severity == screening.BLOCK)
        errors["shop_name"] = _("The name carries words that a shop must not carry: %(words)s.") % {"words": words}
    if errors:
        raise ApplicationRefused(errors)
    application.findings = _findings_of(application, names)


def _errors_of(application: Application) -> dict[str, str]:
    errors = {}
    for name in ("merchant_name", "contact_name", "contact_phone", "goods"):
        if not str(getattr(application, name)).strip():
            errors[name] = _("Fill this in.")
    if application.kind not in Merchant.Kind:
        errors["kind"] = _("Choose what kind of business you are.")
    if not str(application.shop_name).strip():
        errors["shop_name"] = _("Give the shop a name.")
    if not credit_code.is_valid(application.credit_code):
        errors["credit_code"] = _("This is no unified social credit code: please compare it with the business licence.")
    if not is_well_formed(application.shop_slug):
        errors["shop_slug"] = _("Use 3 to 40 small letters, digits and hyphens, beginning with a letter or digit.")
    return _taken(application) | errors


def _taken(application: Application) -> dict[str, str]:
    """What belongs to somebody else already."""
    errors = {}
    others = Application.objects.filter(status__in=OPEN).exclude(pk=application.pk)
    code, slug = application.credit_code, application.shop_slug
    if Merchant.objects.filter(credit_code=code).exists():
        errors["credit_code"] = _("This business keeps shop in the mall already.")
    elif others.filter(credit_code=code).exists():
        errors["credit_code"] = _("Somebody else applied for this business already.")
    if not is_free(slug) or others.filter(shop_slug=slug).exists():
        errors["shop_slug"] = _("This address is taken.")
    return errors


def _findings_of(application: Application, names: screening.Verdict) -> list[dict]:
    """What the automatic check tells the person who decides: each check, whether it passed, and what to look at."""
    goods = screening.screen([application.goods])
    earlier = Application.objects.filter(status=Application.Status.REJECTED).exclude(pk=application.pk)
    rejected = earlier.filter(credit_code=application.credit_code).count()
    same_phone = (
        Application.objects.filter(contact_phone_index=blind_index(application.contact_phone))
        .exclude(applicant=application.applicant)
        .count()
    )
    return [
        {"check": "credit_code", "ok": True, "note": application.credit_code},
        {"check": "duplicates", "ok": True, "note": ""},
        {"check": "address", "ok": True, "note": application.shop_slug},
        {"check": "shop_name", "ok": not names.findings, "note": _words_of(names)},
        {"check": "goods", "ok": not goods.findings, "note": _words_of(goods)},
        {"check": "rejected_before", "ok": not rejected, "note": str(rejected or "")},
        {"check": "phone_of_others", "ok": not same_phone, "note": str(same_phone or "")},
    ]


def _words_of(verdict: screening.Verdict) -> str:
    return "; ".join(f"{finding.word}: {finding.why}" for finding in verdict.findings)


def _decide(application: Application, status: str, reason: str, by, now: datetime) -> Application:
    application = Application.objects.select_for_update(of=["self"]).select_related("applicant").get(pk=application.pk)
    Application.FLOW.move(application, status)
    if by.pk == application.applicant_id:
        raise OwnApplication(_("Somebody else must decide about your own application."))
    application.decided_at, application.decided_by, application.reason = now, by, reason
    return application


def _given(reason: str) -> str:
    reason = reason.strip()[:500]
    if not reason:
        raise ReasonMissing(_("Say why: the applicant reads it."))
    return reason
