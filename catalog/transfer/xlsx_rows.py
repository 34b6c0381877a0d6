"""
XLSX, read as it streams out of its ZIP: the first sheet, row by row, nothing unfolded that could burst.

Written here rather than taken from a library, because a library hands out what a formula last yielded, keeps the whole
sheet, or both (docs/decisions).
"""

import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

from catalog.transfer.cells import (
    BROKEN,
    FORMULA,
    LONGEST_CELL,
    MOST_COLUMNS,
    SPREADSHEET_ERROR,
    TOO_LONG,
    Cell,
    Row,
    UnreadableFile,
    plain,
)

MOST_PARTS = 2_000
MOST_BYTES_UNFOLDED = 400 * 1024**2
MOST_FOLDED = 150  # times smaller in the ZIP than unfolded; what people write folds ten to forty times
SMALL = 5 * 1024**2  # up to which nobody minds how well it folds
MOST_SHARED_CHARACTERS = 30_000_000
MOST_SHARED = 1_500_000
CHUNK = 64 * 1024
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_REL_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def rows(file: BinaryIO) -> Iterator[Row]:
    """
    Every row of the first sheet that has cells.

    :raises UnreadableFile: no XLSX file, a broken one, or one that unfolds into more than anybody needs
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as book:
            _check(book)
            shared = _shared_strings(book)
            yield from _sheet(book, _first_sheet(book), shared)
    except (*BROKEN, expat.ExpatError, KeyError):
        raise UnreadableFile(_("The XLSX file is broken or protected. Save it again, without a password.")) from None


def _check(book: zipfile.ZipFile) -> None:
    parts = book.infolist()
    if len(parts) > MOST_PARTS:
        raise _bomb()
    for part in parts:
        if part.file_size > MOST_BYTES_UNFOLDED:
            raise _bomb()
        if part.file_size > SMALL and part.file_size > MOST_FOLDED * max(part.compress_size, 1):
            raise _bomb()


def _bomb() -> UnreadableFile:
    return UnreadableFile(_("The XLSX file unfolds into far more than it should. It was not opened."))


def _parse(book: zipfile.ZipFile, name: str, *, start: Callable, end: Callable, text: Callable) -> Iterator[None]:
    """Feed a part to the parser, piece by piece; stops after each piece so that what was found can be taken."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = _no_doctype
    size = 0
    with book.open(name) as part:
        while chunk := part.read(CHUNK):
            size += len(chunk)
            if size > MOST_BYTES_UNFOLDED:
                raise _bomb()
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield


def _no_doctype(*_told) -> None:
    raise UnreadableFile(_("The XLSX file declares entities. It was not opened."))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _first_sheet(book: zipfile.ZipFile) -> str:
    """The name of the part that holds the first sheet."""
    sheets: list[str] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict) -> None:
        if _local(name) == "sheet":
            sheets.append(attributes.get(f"{_REL} id") or attributes.get(f"{_REL_STRICT} id", ""))

    def relation(name: str, attributes: dict) -> None:
        if _local(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for _piece in _parse(book, "xl/workbook.xml", start=sheet, end=_nothing, text=_nothing):
        pass
    for _piece in _parse(book, "xl/_rels/workbook.xml.rels", start=relation, end=_nothing, text=_nothing):
        pass
    if not sheets or sheets[0] not in targets:
        raise UnreadableFile(_("The XLSX file holds no sheet."))
    target = targets[sheets[0]]
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _nothing(*_told) -> None:
    pass


def _shared_strings(book: zipfile.ZipFile) -> list[Cell]:
    """The words that cells point at."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    found: list[Cell] = []
    now = _Words()
    total = 0

    def start(name: str, _attributes: dict) -> None:
        now.open(_local(name))

    def end(name: str) -> None:
        nonlocal total
        local = _local(name)
        now.close(local)
        if local == "si":
            cell = now.taken()
            total += len(cell) if isinstance(cell, str) else 0
            found.append(cell)
            if total > MOST_SHARED_CHARACTERS or len(found) > MOST_SHARED:
                raise UnreadableFile(_("The XLSX file holds more words than can be read at once. Divide it."))

    for _piece in _parse(book, "xl/sharedStrings.xml", start=start, end=end, text=now.add):
        pass
    return found


class _Words:
    """Words as they come in pieces: only what stands in ``t`` (and not in a phonetic hint), and not endlessly."""

    def __init__(self):
        self.pieces: list[str] = []
        self.length, self.is_open, self.in_hint = 0, False, False

    def open(self, name: str) -> None:
        if name == "rPh":
            self.in_hint = True
        elif name == "t" and not self.in_hint:
            self.is_open = True

    def close(self, name: str) -> None:
        if name == "rPh":
            self.in_hint = False
        elif name == "t":
            self.is_open = False

    def add(self, text: str) -> None:
        if self.is_open:
            self.length += len(text)
            if self.length <= LONGEST_CELL:
                self.pieces.append(text)

    def taken(self) -> Cell:
        words = TOO_LONG if self.length > LONGEST_CELL else plain(_unescaped("".join(self.pieces)))
        self.pieces, self.length = [], 0
        return words


def _unescaped(text: str) -> str:
    """Spreadsheets write a carriage return as ``_x000D_``."""
    return text.replace("_x000D_", "\r") if "_x" in text else text


class _Sheet:
    """Gathers the cells of a row; full rows stand in ``ready``."""

    def __init__(self, shared: list[Cell]):
        self.shared, self.ready = shared, []
        self.number, self.cells, self.column = 0, [], -1
        self.kind, self.is_formula, self.value, self.in_value = "", False, "", False
        self.words = _Words()

    def start(self, name: str, attributes: dict) -> None:
        local = _local(name)
        if local == "c":
            self.column = _column_of(attributes.get("r", ""), self.column + 1)
            self.kind, self.is_formula, self.value = attributes.get("t", "n"), False, ""
        elif local == "v":
            self.in_value = True
        elif local == "f":
            self.is_formula = True
        elif local == "row":
            told = attributes.get("r", "")
            self.number = max(int(told) if told.isdigit() and len(told) < 9 else 0, self.number + 1)
            self.cells, self.column = [], -1
        else:
            self.words.open(local)

    def text(self, text: str) -> None:
        if self.in_value:
            if len(self.value) <= LONGEST_CELL:
                self.value += text
        else:
            self.words.add(text)

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "v":
            self.in_value = False
        elif local == "c":
            cell = self._cell()
            if cell:
                self.cells += [""] * (self.column - len(self.cells))
                self.cells.append(cell)
        elif local == "row":
            self.ready.append(Row(self.number, self.cells))
        else:
            self.words.close(local)

    def _cell(self) -> Cell:
        inline = self.words.taken()
        if self.is_formula:
            return FORMULA
        if self.kind == "s":
            known = self.value.isdigit() and len(self.value) < 9 and int(self.value) < len(self.shared)
            return self.shared[int(self.value)] if known else SPREADSHEET_ERROR
        if self.kind == "inlineStr":
            return inline
        if self.kind == "b":
            return "TRUE" if self.value == "1" else "FALSE"
        if self.kind == "e":
            return SPREADSHEET_ERROR
        return plain(self.value) if self.kind in {"str", "d"} else _number(self.value)


def _column_of(reference: str, otherwise: int) -> int:
    """``AB12`` is the 28th column; counted from 0."""
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
        if number > 16_384:
            break
    column = number - 1 if number else otherwise
    if column >= MOST_COLUMNS:
        raise UnreadableFile(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    return column


def _number(text: str) -> Cell:
    """A number as a person would write it: fifteen digits are what a spreadsheet is sure of."""
    if not text or (text.isdigit() and len(text) <= 15):
        return text
    try:
        value = Decimal(text)
        if not value.is_finite() or abs(value.adjusted()) > 30:
            return SPREADSHEET_ERROR
    except InvalidOperation:
        return SPREADSHEET_ERROR
    return f"{Decimal(f'{value:.15g}').normalize():f}"


def _sheet(book: zipfile.ZipFile, name: str, shared: list[Cell]) -> Iterator[Row]:
    sheet = _Sheet(shared)
    for _piece in _parse(book, name, start=sheet.start, end=sheet.end, text=sheet.text):
        yield from sheet.ready
        sheet.ready = []
