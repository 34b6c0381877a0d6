"""Papers of applicants: files and numbers that could be real."""

import io
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from mall import clock
from merchants.documents import BUSINESS_LICENCE, FOOD_LICENCE, ID_CARD, Said
from merchants.id_card import check_character
from tests.conftest import NOON
from tests.factories import number

TODAY = clock.business_date(NOON)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def id_card(*, ends: str = "") -> str:
    """A valid identity card number; ``ends`` are the three digits of its sequence."""
    first17 = f"33010619880{number() % 9 + 1}12{ends or f'{100 + number() % 300:03d}'}"[:17]
    return first17 + check_character(first17)


def picture(colour: str = "white") -> SimpleUploadedFile:
    """A scan as a camera makes it."""
    written = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(written, "JPEG")
    return SimpleUploadedFile("scan.jpg", written.getvalue(), content_type="image/jpeg")


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", PDF, content_type="application/pdf")


def said(kind: str, *, code: str = "", valid_to: date | None = TODAY + timedelta(days=400), **words) -> Said:
    """What an applicant says of a paper of this kind; ``code`` is her credit code."""
    numbers = {BUSINESS_LICENCE: code, ID_CARD: id_card(), FOOD_LICENCE: f"JY{10_000_000_000_100 + number():014d}"}
    return Said(**{
        "number": numbers.get(kind, f"NO-{number():06d}-A"),
        "issuer": "杭州市市场监督管理局",
        "valid_from": TODAY - timedelta(days=100),
        "valid_to": None if kind == BUSINESS_LICENCE else valid_to,
        **words,
    })  # fmt: skip
