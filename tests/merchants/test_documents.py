import io
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from mall.audit.models import AuditRecord
from merchants.document_files import FileChanged, NotADocument, content_of, examine
from merchants.documents import (
    DocumentRefused,
    NotOpenToChanges,
    OwnDocument,
    ReasonMissing,
    accept_document,
    hand_in_document,
    look_at_document,
    refuse_document,
    renew_document,
    reveal_number,
)
from merchants.models import Document
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.papers import PDF, TODAY, id_card, pdf, picture
from tests.factories.papers import said as said_of
from tests.merchants.applying import draft, opened, under_review

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def hand_in(application, kind="id-card", file=None, **words):
    return hand_in_document(
        application=application,
        kind=kind,
        said=said_of(kind, code=application.credit_code, **words),
        file=picture() if file is None else file,
        by=application.applicant,
        now=NOON,
    )


# at rest


def test_file_and_number_lie_encrypted_and_under_no_address():  # M1
    application, scan = draft(), picture()
    plain = scan.read()

    document = hand_in(application, file=scan)

    stored = Path(storages["documents"].path(document.file.name))
    raw = stored.read_bytes()
    assert plain not in raw
    assert b"JFIF" not in raw
    assert content_of(document) == plain
    assert stored.stat().st_mode & 0o077 == 0
    assert "media" not in stored.parts
    with pytest.raises(ValueError, match="no address"):
        _ = document.file.url
    document.refresh_from_db()
    assert str(document.number) != document.number.reveal()


def test_a_file_in_anothers_place_or_altered_is_not_shown():
    application, storage = draft(), storages["documents"]
    one, two = hand_in(application), hand_in(application, "business-licence", file=pdf())
    there = Path(storage.path(one.file.name))
    kept = there.read_bytes()

    there.write_bytes(Path(storage.path(two.file.name)).read_bytes())
    with pytest.raises(InvalidTag):
        content_of(one)
    there.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(InvalidTag):
        content_of(one)
    there.write_bytes(kept)
    Document.objects.filter(pk=one.pk).update(checksum="0" * 64)
    with pytest.raises(FileChanged):
        content_of(Document.objects.get(pk=one.pk))


# what a file really is


def of_format(name: str, **options) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30)).save(written, name, **options)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (of_format("JPEG"), "image/jpeg"),
        (of_format("PNG"), "image/png"),
        (of_format("WEBP"), "image/webp"),
        (PDF, "application/pdf"),
    ],
)
def test_the_type_is_what_the_content_says(content, found):
    assert examine(SimpleUploadedFile("x.exe", content, content_type="text/html")).content_type == found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04 a document of an office",
        of_format("GIF"),
        of_format("BMP"),
        of_format("PNG")[:60],
        PDF[:-10],
        PDF.replace(b"/Type/Catalog", b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
        PDF.replace(b"/Type/Catalog", b"/Names<</EmbeddedFile 3 0 R>>"),
        of_format("WEBP", save_all=True, append_images=[Image.new("RGB", (40, 30), "red")]),
    ],
)
def test_anything_else_is_refused(content):
    with pytest.raises(NotADocument):
        examine(SimpleUploadedFile("scan.jpg", content, content_type="image/jpeg"))


def test_what_is_too_large_is_refused_before_it_is_read():
    class Huge:
        size = 11 * 1024 * 1024

    with pytest.raises(NotADocument, match="10"):
        examine(Huge())


# handing in


@pytest.mark.parametrize(
    ("kind", "words", "field"),
    [
        ("id-card", {"number": "110105194912310021"}, "number"),
        ("id-card", {"valid_to": None}, "valid_to"),
        ("id-card", {"valid_to": TODAY - DAY}, "valid_to"),
        ("id-card", {"valid_from": TODAY + DAY}, "valid_from"),
        ("business-licence", {"number": "91350100M000100Y43"}, "number"),  # another business's
        ("business-licence", {"number": "x"}, "number"),
        ("food-licence", {"number": "JY123"}, "number"),
        ("food-test-report", {"number": "?"}, "number"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(kind, words, field):
    application = draft(trades=["food"])

    with pytest.raises(DocumentRefused) as refusal:
        hand_in(application, kind, **words)

    assert list(refusal.value.errors) == [field]
    assert Document.objects.count() == 0


def test_a_changed_paper_is_a_new_row_and_the_file_may_stay():
    application = draft()
    first = hand_in(application)

    second = hand_in_document(
        application=application, kind="id-card", said=said_of("id-card", number=id_card()), file=None,
        by=application.applicant, now=NOON,
    )  # fmt: skip

    first.refresh_from_db()
    assert (first.status, second.replaces, second.file.name) == ("replaced", first, first.file.name)
    assert content_of(second) == content_of(first)


def test_a_paper_that_nobody_asked_for_is_refused():
    with pytest.raises(NotOpenToChanges):
        hand_in(draft(), "food-licence")


# decided about one by one


def test_each_paper_gets_its_own_answer_with_a_reason():  # M1
    application, clerk = under_review(), staff()
    licence, card = (application.documents.get(kind=kind) for kind in ("business-licence", "id-card"))

    accept_document(document=licence, by=clerk, now=NOON)
    with pytest.raises(ReasonMissing):
        refuse_document(document=card, reason="  ", by=clerk, now=NOON)
    refuse_document(document=card, reason="The back is missing", by=clerk, now=NOON)

    licence.refresh_from_db()
    card.refresh_from_db()
    assert (licence.status, licence.decided_by, card.status, card.reason, card.decided_by) == (
        "accepted", clerk, "refused", "The back is missing", clerk,
    )  # fmt: skip
    accept_document(document=card, by=clerk, now=NOON)  # on second thoughts
    card.refresh_from_db()
    assert (card.status, card.reason) == ("accepted", "")


def test_nobody_decides_about_her_own_papers():
    applicant = staff()
    application = under_review(applicant)

    with pytest.raises(OwnDocument):
        accept_document(document=application.documents.first(), by=applicant, now=NOON)


def test_every_look_is_on_the_record():  # M1
    application, clerk = under_review(), staff()
    document = application.documents.get(kind="id-card")

    content = look_at_document(document=document, by=clerk, now=NOON)
    number = reveal_number(document=document, by=clerk, now=NOON)

    assert content.startswith(b"\xff\xd8")
    assert number == document.number.reveal()
    looks = AuditRecord.objects.filter(subject=document.public_id, actor=clerk).order_by("pk")
    assert [look.action for look in looks] == ["merchants.look_at_document", "merchants.reveal_number"]
    assert number not in str([look.after for look in looks])


# renewed


def test_a_renewal_takes_the_place_when_it_is_accepted():  # M1
    business, clerk = opened().merchant, staff()
    standing = business.documents.get(kind="id-card")
    give = {"merchant": business, "kind": "id-card", "file": picture("grey"), "now": NOON}

    with pytest.raises(DocumentRefused):  # no longer than the one that is there
        renew_document(**give, said=said_of("id-card", valid_to=standing.valid_to), by=shopper())
    newer = renew_document(
        **give, said=said_of("id-card", valid_to=standing.valid_to + 300 * DAY), by=standing.uploaded_by
    )
    standing.refresh_from_db()
    assert (standing.status, newer.status) == ("accepted", "waiting")
    with pytest.raises(OwnDocument):
        accept_document(document=newer, by=standing.uploaded_by, now=NOON)
    accept_document(document=newer, by=clerk, now=NOON)

    standing.refresh_from_db()
    newer.refresh_from_db()
    assert (standing.status, newer.status, newer.replaces) == ("replaced", "accepted", standing)
