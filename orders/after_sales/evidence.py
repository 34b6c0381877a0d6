"""Pictures and papers that a side shows: kept sealed, for the two sides and the mall's staff only."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _

from catalog import sealed
from mall.refusals import Refusal
from mall.sealed_files import document_storage
from merchants.document_files import examine
from orders.models import AfterSale, AfterSaleNote

MOST_FILES = 6
FOLDER = "after-sales"


class TooManyFiles(Refusal):
    """More files than anybody should have to look at."""

    code = "too-many-files"
    status = 400


def keep(files: Iterable) -> list[str]:
    """
    Keep these uploads; all are judged before any is kept.

    :raises TooManyFiles: more than six
    :raises NotADocument: a file is neither a picture nor a plain PDF
    """
    files = list(files)
    if len(files) > MOST_FILES:
        raise TooManyFiles(_("Choose at most %(most)d files.") % {"most": MOST_FILES})
    papers = [examine(file) for file in files]
    return [document_storage().save(f"{FOLDER}/{file.name}", file) for file in (paper.as_file() for paper in papers)]


def shown(note: AfterSaleNote, number: int) -> HttpResponse:
    """The file with this number, from one; who calls has asked who looks."""
    return sealed.shown(note.files[number - 1], f"{note.case.public_id}-{note.pk}-{number}")


def visible_notes(case: AfterSale, side: str, now) -> list[AfterSaleNote]:
    """
    The thread as this side reads it, oldest first: while evidence is being collected neither side sees the other's.
    """
    notes = case.notes.select_related("by").order_by("pk")
    if side != AfterSaleNote.Side.MALL and case.evidence_until and now < case.evidence_until:
        hidden = notes.filter(did=AfterSaleNote.Did.EVIDENCE).exclude(side=side)
        notes = notes.exclude(pk__in=hidden.values("pk"))
    return list(notes)
