"""CSV: UTF-8 with or without its mark, UTF-16, GB18030 (and so GBK and GB2312); comma, semicolon or tab."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from catalog.transfer.cells import CUT_OFF, NEVER_CLOSED, Row, UnreadableFile, plain

DELIMITERS = (",", ";", "\t")
CHUNK = 256 * 1024
LONGEST_LINE = 4_000_000
LONGEST_FIELD = 1_000_000  # what the parser gathers before it gives up
MOST_BROKEN = 0.3  # of the characters beyond ASCII: more than that, and it is another encoding


def encoding_of(file: BinaryIO) -> str:
    """
    How the words of the file are written.

    A file that is UTF-8 but for a few bytes is UTF-8: the cells that are broken are told of, row by row.

    :raises UnreadableFile: none of the encodings that we read
    """
    file.seek(0)
    start = file.read(4096)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.count(b"\0") > len(start) // 4:
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    for encoding in ("utf-8", "gb18030"):  # in this order: what is written in GB18030 is hardly ever fit for UTF-8
        if _broken(file, encoding) <= MOST_BROKEN:
            return encoding
    raise UnreadableFile(_("The file's encoding is unknown. Save it as “CSV UTF-8”."))


def _broken(file: BinaryIO, encoding: str) -> float:
    """The share of characters beyond ASCII that cannot be read in this encoding."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    broken = foreign = 0
    while chunk := file.read(CHUNK):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        broken += text.count("\ufffd")
        foreign += len(text) - len(text.encode("ascii", "ignore"))
    return broken / foreign if foreign else 0.0


def delimiter_of(file: BinaryIO, encoding: str, *, knows) -> str:
    """What stands between the cells: that with which most columns of the head are known."""
    return max(DELIMITERS, key=lambda delimiter: knows(_head(file, encoding, delimiter)))


def _head(file: BinaryIO, encoding: str, delimiter: str) -> list[str]:
    row = next(rows(file, encoding, delimiter), None)
    return [cell for cell in row.cells if isinstance(cell, str)] if row else []


class _TooLong(Exception):
    """A line of the file is longer than anything that belongs into it."""


class _Lines:
    """The file's lines for the parser, each of bounded length."""

    def __init__(self, text: io.TextIOWrapper):
        self.text = text

    def __iter__(self):
        return self

    def __next__(self) -> str:
        line = self.text.readline(LONGEST_LINE)
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            if not line:
                raise StopIteration
            return line
        while len(rest := self.text.readline(LONGEST_LINE)) == LONGEST_LINE and not rest.endswith(("\n", "\r")):
            pass
        raise _TooLong


def rows(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[Row]:
    """Every row, the head first; numbered as a spreadsheet would number them."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield from _rows(text, delimiter)
    finally:
        if not file.closed:
            text.detach()


def _rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    limit = csv.field_size_limit()
    parser, number = csv.reader(_Lines(text), delimiter=delimiter), 0
    while True:
        number += 1
        csv.field_size_limit(LONGEST_FIELD)
        lines_before = parser.line_num
        try:
            cells = next(parser)
        except StopIteration:
            return
        except _TooLong:
            yield Row(number, [CUT_OFF])
            parser = csv.reader(_Lines(text), delimiter=delimiter)
            continue
        except csv.Error:
            on_one_line = parser.line_num == lines_before + 1
            yield Row(number, [CUT_OFF if on_one_line else NEVER_CLOSED])
            if not on_one_line:
                return
            continue
        finally:
            csv.field_size_limit(limit)
        if number == 1 and cells:
            cells[0] = cells[0].removeprefix("\ufeff")
        yield Row(number, [plain(cell) for cell in cells])
