"""
Word packs as files: CSV with a head, as spreadsheets write it. Out: every word of a pack. In: the whole file is looked
through first, every line that cannot be is named with what is wrong in it, and nothing is written unless all are right.
"""

import csv
import io
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mall.exports.files import CsvFile
from mall.refusals import Refusal
from risk.models import BannedWord, WordPack
from risk.models.word import Severity
from risk.screening import is_a_word, normal

COLUMNS = ("word", "severity", "why", "unless")
LARGEST_FILE = 2 * 1024 * 1024
MOST_LINES = 20_000
MOST_TOLD = 50
LONGEST = {"word": 60, "why": 200, "unless": 300}
QUOTE = "'"  # stands before what a spreadsheet would take for a formula


@dataclass(frozen=True)
class WrongLine:
    """A line of the file and what is wrong with it."""

    number: int
    words: str

    def __str__(self) -> str:
        return _("Line %(number)d: %(words)s") % {"number": self.number, "words": self.words}


class WrongFile(Refusal):
    """The file cannot be read, or some of its lines cannot be; ``lines`` names them."""

    code = "wrong-file"
    status = 422

    def __init__(self, message: str, lines: tuple[WrongLine, ...] = ()):
        super().__init__(message)
        self.lines = lines


def write_words(pack: WordPack) -> bytes:
    """Every word of the pack, in the columns that :func:`read_words` reads."""
    kept = io.BytesIO()
    file = CsvFile(kept)
    file.head(COLUMNS)
    for row in pack.words.order_by("word"):
        file.row([row.word, row.severity, row.why, row.unless])
    file.close()
    return kept.getvalue()


def read_words(content: bytes, pack: WordPack) -> list[BannedWord]:
    """
    The words of a file, checked; without a severity one is as grave as the pack.

    :raises WrongFile: it is no such file, or lines of it cannot be
    """
    rows = _rows(content)
    words, wrong, seen = [], [], {}
    for number, row in rows:
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        cells = {name: said[1:] if said[:1] == QUOTE and said[1:2] in "=+-@" else said for name, said in cells.items()}
        if not any(cells.values()):
            continue
        faults = _faults(cells, seen)
        wrong += [WrongLine(number, words) for words in faults]
        if not faults:
            seen[normal(cells["word"])] = number
            cells["severity"] = cells["severity"].lower() or pack.severity
            words.append(BannedWord(pack=pack, **cells))
    if wrong:
        told = _("Nothing was taken over: %(count)d lines cannot be.") % {"count": len(wrong)}
        raise WrongFile(told, tuple(wrong[:MOST_TOLD]))
    if not words:
        raise WrongFile(_("There is no word in this file."))
    return words


def _rows(content: bytes) -> list[tuple[int, dict]]:
    if len(content) > LARGEST_FILE:
        raise WrongFile(_("The file is larger than 2 MB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise WrongFile(_("This is no text: please save it as CSV in UTF-8.")) from None
    if "\0" in text:
        raise WrongFile(_("This is no text: please save it as CSV in UTF-8."))
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        head = [cell.strip().lower() for cell in next(reader, [])]
        if "word" not in head:
            raise WrongFile(
                _("The first line must name the columns: %(columns)s; the first of them is needed.")
                % {"columns": ", ".join(COLUMNS)}
            )
        rows = [(reader.line_num, dict(zip(head, row, strict=False))) for row in reader]
    except csv.Error:
        raise WrongFile(_("Line %(number)d cannot be read as CSV.") % {"number": reader.line_num}) from None
    if len(rows) > MOST_LINES:
        raise WrongFile(_("The file has more than %(most)d lines.") % {"most": MOST_LINES})
    return rows


def _faults(cells: dict, seen: dict[str, int]) -> list[str]:
    faults = []
    if not is_a_word(cells["word"]):
        faults.append(_("There is no letter, digit or character in “word”."))
    elif earlier := seen.get(normal(cells["word"])):
        faults.append(_("“%(word)s” stands in line %(line)d already.") % {"word": cells["word"], "line": earlier})
    if cells["severity"].lower() not in {"", *Severity.values}:
        faults.append(
            _("“%(said)s” is no severity; say %(values)s.")
            % {"said": cells["severity"][:30], "values": ", ".join(Severity.values)}
        )
    for name, longest in LONGEST.items():
        if len(cells[name]) > longest:
            faults.append(_("“%(column)s” has more than %(most)d characters.") % {"column": name, "most": longest})
    return faults
