"""
The automatic check of an application (M2): what must be put right before it can be handed in, and what a person should
look at afterwards.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mall import clock
from mall.crypto import Veiled, blind_index, normal_phone
from merchants import credit_code
from merchants.documents import ID_CARD
from merchants.models import Application, Blacklisted, Document, Merchant, RegistryAnswer, Trade
from merchants.requirements import Asked
from merchants.slugs import is_free, is_well_formed
from risk import screening

BUSINESS = ("merchant_name", "kind", "credit_code", "contact_name", "contact_phone")
SHOP = ("shop_name", "shop_slug", "goods", "trades")
TRADE = ("goods",)
SOON_DAYS = 30


# What must be put right


def errors_of(
    application: Application, asked: Asked, documents: Iterable[Document], *, now: datetime
) -> dict[str, str]:
    """A sentence for each field, paper (``document:<kind>``) and statement (``statement:<code>``) that cannot be so."""
    if application.is_for_trade:
        said = errors_of_trade(application) | taken(application)
    else:
        said = errors_of_business(application) | errors_of_shop(application)
    return said | _errors_of_papers(application, asked, list(documents), now)


def errors_of_business(application: Application) -> dict[str, str]:
    errors = {}
    for name in ("merchant_name", "contact_name"):
        if not plain(getattr(application, name)).strip():
            errors[name] = _("Fill this in.")
    if application.kind not in Merchant.Kind:
        errors["kind"] = _("Choose what kind of business you are.")
    if not credit_code.is_valid(application.credit_code):
        errors["credit_code"] = _("This is no unified social credit code: please compare it with the business licence.")
    elif taken := _business_taken(application):
        errors["credit_code"] = taken
    try:
        normal_phone(plain(application.contact_phone))
    except ValidationError as error:
        errors["contact_phone"] = " ".join(error.messages)
    return errors


def errors_of_shop(application: Application) -> dict[str, str]:
    errors = {}
    if not str(application.shop_name).strip():
        errors["shop_name"] = _("Give the shop a name.")
    elif words := _forbidden(application.shop_name.values()):
        errors["shop_name"] = _("The name carries words that a shop must not carry: %(words)s.") % {"words": words}
    if not is_well_formed(application.shop_slug):
        errors["shop_slug"] = _("Use 3 to 40 small letters, digits and hyphens, beginning with a letter or digit.")
    elif not is_free(application.shop_slug, but=application):
        errors["shop_slug"] = _("This address is taken.")
    if not application.goods.strip():
        errors["goods"] = _("Fill this in.")
    known = set(Trade.objects.filter(slug__in=application.trades, is_active=True).values_list("slug", flat=True))
    if not application.trades or known != set(application.trades):
        errors["trades"] = _("Choose what you will sell.")
    return errors


def errors_of_trade(application: Application) -> dict[str, str]:
    return {} if application.goods.strip() else {"goods": _("Fill this in.")}


def taken(application: Application) -> dict[str, str]:
    """What has come to belong to somebody else; of one more trade, what makes asking for it useless."""
    errors = {}
    if application.is_for_trade:
        if not Trade.objects.filter(slug__in=application.trades, is_active=True).exists():
            errors["trades"] = _("Nobody can ask for this trade now.")
        elif application.merchant.admitted_trades.filter(trade__slug__in=application.trades).exists():
            errors["trades"] = _("Your business may sell in this trade already.")
        elif not application.for_shop.is_at_work:
            errors["trades"] = _("The shop is neither frozen nor leaving when it asks for a trade.")
        return errors
    if sentence := _business_taken(application):
        errors["credit_code"] = sentence
    if not is_free(application.shop_slug, but=application):
        errors["shop_slug"] = _("This address is taken.")
    return errors


def _business_taken(application: Application) -> str:
    code = application.credit_code
    if Merchant.objects.filter(credit_code=code).exists():
        return _("This business keeps shop in the mall already.")
    if Application.objects.standing().filter(credit_code=code).exclude(pk=application.pk).exists():
        return _("Somebody else applied for this business already.")
    return ""


def _errors_of_papers(
    application: Application, asked: Asked, documents: list[Document], now: datetime
) -> dict[str, str]:
    errors, today = {}, clock.business_date(now)
    there = {document.kind: document for document in documents}
    for requirement in asked.documents:
        document = there.get(requirement.code)
        if document is None:
            errors[f"document:{requirement.code}"] = _("%(document)s is missing.") % {"document": requirement.name}
        elif document.status == Document.Status.REFUSED:
            errors[f"document:{requirement.code}"] = _("%(document)s was refused; hand in another.") % {
                "document": requirement.name
            }
        elif document.has_run_out(today):
            errors[f"document:{requirement.code}"] = _("%(document)s has run out.") % {"document": requirement.name}
        elif requirement.expires and document.valid_to is None:
            errors[f"document:{requirement.code}"] = _("%(document)s must say until when it is valid.") % {
                "document": requirement.name
            }
        elif requirement.code == "business-licence" and document.number.reveal() != application.credit_code:
            errors[f"document:{requirement.code}"] = _("%(document)s names another business.") % {
                "document": requirement.name
            }
    for requirement in asked.statements:
        if not application.statements.get(requirement.code, "").strip():
            errors[f"statement:{requirement.code}"] = _("Fill this in.")
    return errors


# What a person should look at


def findings_of(application: Application, documents: list[Document], *, now: datetime) -> list[dict]:
    """Each check of the mall's own, whether it passed, and what to look at."""
    names = screening.screen(application.shop_name.values())
    goods = screening.screen([application.goods, *application.statements.values()])
    earlier = Application.objects.filter(status=Application.Status.REJECTED).exclude(pk=application.pk)
    rejected = earlier.filter(credit_code=application.credit_code).count()
    others = Application.objects.exclude(applicant=application.applicant_id).exclude(status=Application.Status.DRAFT)
    same_phone = others.filter(contact_phone_index=application.contact_phone_index).count()
    if application.is_for_trade:
        return [
            {"check": "goods", "ok": not goods.findings, "note": _words_of(goods)},
            *_blacklist(application, documents),
            *_papers_of_others(documents, merchant=application.merchant_id),
            *_soon_over(documents, now),
        ]
    return [
        {"check": "credit_code", "ok": True, "note": application.credit_code},
        {"check": "duplicates", "ok": True, "note": ""},
        {"check": "address", "ok": True, "note": application.shop_slug},
        {"check": "shop_name", "ok": not names.findings, "note": _words_of(names)},
        {"check": "goods", "ok": not goods.findings, "note": _words_of(goods)},
        {"check": "rejected_before", "ok": not rejected, "note": str(rejected or "")},
        {"check": "phone_of_others", "ok": not same_phone, "note": str(same_phone or "")},
        *_blacklist(application, documents),
        *_papers_of_others(documents),
        *_soon_over(documents, now),
    ]


def _blacklist(application: Application, documents: list[Document]) -> list[dict]:
    Kind = Blacklisted.Kind
    suspects = [
        (Kind.CREDIT_CODE, application.credit_code),
        (Kind.NAME, normal_name(application.merchant_name)),
        (Kind.PHONE, plain(application.contact_phone)),
        *((Kind.PERSON, document.number.reveal()) for document in documents if document.kind == ID_CARD),
    ]
    found = []
    for kind, value in suspects:
        entry = Blacklisted.objects.filter(kind=kind, value_index=blind_index(value)).first() if value else None
        if entry:
            found.append(entry.why)
    return [{"check": "blacklist", "ok": not found, "note": "; ".join(found)}]


def _papers_of_others(documents: list[Document], *, merchant: int | None = None) -> list[dict]:
    """The same number in somebody else's application or file."""
    same = 0
    for document in documents:
        others = Document.objects.filter(kind=document.kind, number_index=document.number_index).current()
        if document.application_id:
            others = others.exclude(application__applicant=document.application.applicant_id)
        if merchant is not None:
            others = others.exclude(merchant=merchant).exclude(application__merchant=merchant)
        same += others.exclude(pk=document.pk).exists()
    return [{"check": "papers_of_others", "ok": not same, "note": str(same or "")}]


def _soon_over(documents: list[Document], now: datetime) -> list[dict]:
    today = clock.business_date(now)
    soon = [paper for paper in documents if paper.valid_to and (paper.valid_to - today).days <= SOON_DAYS]
    if not soon:
        return [{"check": "dates", "ok": True, "note": ""}]
    return [{"check": "dates", "ok": False, "note": str(paper.valid_to), "name": dict(paper.name)} for paper in soon]


def register_finding(document: Document, outcome: str, detail: str) -> dict:
    """What a register's answer comes to."""
    return {
        "check": "register",
        "ok": outcome == RegistryAnswer.Outcome.YES,
        "note": detail,
        "name": dict(document.name),
        "outcome": str(outcome),
    }


def normal_name(name: str) -> str:
    """Registered names are compared without spaces and with one kind of brackets."""
    return "".join(name.split()).replace("（", "(").replace("）", ")").upper()


def plain(value) -> str:
    return value.reveal() if isinstance(value, Veiled) else str(value)


def _forbidden(texts: Iterable[str]) -> str:
    verdict = screening.screen(list(texts))
    return ", ".join(finding.word for finding in verdict.findings if finding.severity == screening.BLOCK)


def _words_of(verdict: screening.Verdict) -> str:
    return "; ".join(f"{finding.word}: {finding.why}" for finding in verdict.findings)
