"""Cells: words, or what is the matter with them."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from mall.charts import FORMULA_STARTS
from mall.refusals import Refusal

# How Python says that a ZIP is not in order: its places, sizes, versions, ways of folding, passwords.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, OverflowError, ValueError,
    RuntimeError,
)  # fmt: skip
LONGEST_CELL = 100_000  # characters; a description has at most 20,000
MOST_COLUMNS = 300
MOST_ROWS = 100_000


class UnreadableFile(Refusal):
    """Nothing can be read from this file, or it is not what it says."""

    code = "unreadable-file"
    status = 400


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that holds no words that we could take."""

    why: Promise | str

    def __str__(self) -> str:
        return str(self.why)


TOO_LONG = Wrong(gettext_lazy("The cell holds more than 100,000 characters."))
UNREADABLE = Wrong(gettext_lazy("The cell holds characters that cannot be read: the file's encoding is broken here."))
FORMULA = Wrong(gettext_lazy("The cell holds a formula. Write its value."))
SPREADSHEET_ERROR = Wrong(gettext_lazy("The cell holds an error of the spreadsheet."))
NEVER_CLOSED = Wrong(
    gettext_lazy("The cell is far too long, or its quotation mark is never closed. Nothing behind it was read.")
)
CUT_OFF = Wrong(gettext_lazy("The row is far too long. It was not read."))

Cell = str | Wrong


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number as spreadsheets count (the head is row 1)."""

    number: int
    cells: Sequence[Cell]


def plain(text: str) -> Cell:
    """A cell's words as they were meant: without the mark that keeps a spreadsheet from taking them as a formula."""
    if len(text) > LONGEST_CELL:
        return TOO_LONG
    if "\ufffd" in text or "\0" in text:
        return UNREADABLE
    if text[:1] == "'" and (text[1:2] in FORMULA_STARTS or text[1:].isdigit()):
        return text[1:]
    return text
