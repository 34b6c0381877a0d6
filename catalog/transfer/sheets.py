"""
Files as rows of words: CSV in the encodings that people have, XLSX, in memory that does not grow with the file.

A cell is words or a :class:`~catalog.transfer.cells.Wrong`, which says what is the matter with it; what is the matter
with the whole file is refused. Values are never computed: a formula is not what it once yielded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from catalog.transfer import csv_rows, xlsx_rows
from catalog.transfer.cells import MOST_COLUMNS, MOST_ROWS, Row, UnreadableFile


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file looks like: found out once, told to whoever reads it again."""

    kind: str  # csv, xlsx
    encoding: str = ""
    delimiter: str = ""

    def as_json(self) -> dict:
        return asdict(self)


def layout_of(file: BinaryIO, *, knows: Callable[[Sequence[str]], int]) -> Layout:
    """
    Find out what the file is.

    :param knows: answers how many columns of a head it recognizes
    :raises UnreadableFile: it is neither a CSV nor an XLSX file that we could read
    """
    file.seek(0)
    start = file.read(8)
    if not start:
        raise UnreadableFile(_("The file is empty."))
    if start.startswith(b"PK"):
        return Layout(kind="xlsx")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(_("This is an old or a protected Excel file. Save it as .xlsx without a password."))
    if start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise UnreadableFile(_("This is neither a CSV nor an XLSX file."))
    encoding = csv_rows.encoding_of(file)
    return Layout(kind="csv", encoding=encoding, delimiter=csv_rows.delimiter_of(file, encoding, knows=knows))


def rows_of(file: BinaryIO, layout: Layout) -> Iterator[Row]:
    """
    The rows of the file with something in them, the head first.

    :raises UnreadableFile: it ends in the middle, is a bomb, or holds more than anybody needs
    """
    found = xlsx_rows.rows(file) if layout.kind == "xlsx" else csv_rows.rows(file, layout.encoding, layout.delimiter)
    count = 0
    for row in found:
        if len(row.cells) > MOST_COLUMNS:
            raise UnreadableFile(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
        if not any(row.cells):
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise UnreadableFile(
                _("The file has more than %(most)d rows. Divide it into several files.") % {"most": MOST_ROWS}
            )
        yield row
