"""Papers of fictitious merchants: small files that say that they are examples, and numbers that could be real."""

from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile

from mall import clock
from merchants import applications
from merchants.documents import BUSINESS_LICENCE, FOOD_LICENCE, ID_CARD, Said, hand_in_document
from merchants.id_card import check_character
from merchants.models import Application, Requirement

_PAGE = (
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 300]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
    "/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length {length}>>stream\n{words}\nendstream endobj\n"
    "trailer<</Root 1 0 R/Size 5>>\n%%EOF\n"
)
_ISSUER = {
    BUSINESS_LICENCE: "示例市市场监督管理局",
    ID_CARD: "示例市公安局",
    FOOD_LICENCE: "示例市市场监督管理局",
}


def hand_in_papers(application: Application, *, number: int, runs_out: dict[str, date], now: datetime) -> Application:
    """
    Everything that is asked of this applicant.

    :param number: makes her numbers her own
    :param runs_out: the last day of some papers, by kind; the others hold for two years
    """
    asked = applications.asked_for(application, now=now)
    for place, requirement in enumerate(asked.documents):
        hand_in_document(
            application=application,
            kind=requirement.code,
            said=_said(application, requirement, number * 20 + place, runs_out, now),
            file=ContentFile(_page(requirement), name="example.pdf"),
            by=application.applicant,
            now=now,
        )
    if asked.statements:
        words = {requirement.code: "中国大陆及香港（示例）" for requirement in asked.statements}
        application = applications.save_draft(application=application, fields={"statements": words}, now=now)
    return application


def _said(
    application: Application, requirement: Requirement, number: int, runs_out: dict[str, date], now: datetime
) -> Said:
    numbers = {
        BUSINESS_LICENCE: application.credit_code,
        ID_CARD: _id_card(number),
        FOOD_LICENCE: f"JY{13_301_060_000_000 + number:014d}",
    }
    today = clock.business_date(now)
    return Said(
        number=numbers.get(requirement.code, f"SL-{2026_00000 + number}-A"),
        issuer=_ISSUER.get(requirement.code, "示例检测认证有限公司"),
        valid_from=today - timedelta(days=200),
        valid_to=runs_out.get(requirement.code, today + timedelta(days=730)) if requirement.expires else None,
    )


def _id_card(number: int) -> str:
    first17 = f"33010619{70 + number % 25}0{number % 9 + 1}1{number % 9}{1 + number % 300:03d}"
    return first17 + check_character(first17)


def _page(requirement: Requirement) -> bytes:
    return example_page(requirement.code)


def example_page(said: str) -> bytes:
    """A page that says that it is an example, and of what; in Latin letters."""
    words = f"BT /F 20 Tf 40 200 Td (EXAMPLE - {said}) Tj ET"
    return _PAGE.replace("{length}", str(len(words))).replace("{words}", words).encode()
