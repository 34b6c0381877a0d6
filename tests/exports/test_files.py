"""The files: what spreadsheets read, and what they must never run."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from mall.exports import files
from mall.exports.files import CsvFile, XlsxFile, plain
from mall.money import Money
from mall.texts import Text

FORMULAS = ["=1+1", "+86 199", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1"]
ROW = [
    "盖碗, “青”\nzwei", 7, Money(-123_456), datetime(2026, 3, 2, 4, 0, 5, tzinfo=UTC), date(2026, 3, 9), None, True,
    Text({"zh-hans": "青瓷"}),
]  # fmt: skip


def written(kind, rows, labels=("A", "=B")) -> bytes:
    file = io.BytesIO()
    book = kind(file)
    book.head(list(labels))
    for row in rows:
        book.row(row)
    book.close()
    return file.getvalue()


def cells(xlsx: bytes, sheet: int = 1) -> list[list[tuple[str | None, str | None]]]:
    """Each cell's type and text, row by row; a formula would show as an ``f``."""
    with zipfile.ZipFile(io.BytesIO(xlsx)) as archive:
        tree = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    assert tree.findall(".//x:f", space) == []
    return [
        [(cell.get("t"), "".join(cell.itertext())) for cell in row.findall("x:c", space)]
        for row in tree.findall(".//x:row", space)
    ]


def test_csv_is_read_as_chinese_with_plain_amounts_and_the_time_in_shanghai():
    text = written(CsvFile, [ROW])

    assert text.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))) == [
        ["A", "'=B"],
        ["盖碗, “青”\nzwei", "7", "-1234.56", "2026-03-02 12:00:05", "2026-03-09", "", "True", "青瓷"],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_csv_cell_begins_a_formula(text):
    (_head, (cell,)) = csv.reader(io.StringIO(written(CsvFile, [[text]], ["A"]).decode("utf-8-sig"), newline=""))

    assert cell == f"'{text}"


@pytest.mark.parametrize("text", [*FORMULAS, "http://example.com/", "0012", "<b>&"])
def test_every_word_is_a_word_in_xlsx(text):
    ((_head,), (cell,)) = cells(written(XlsxFile, [[text]], ["A"]))

    assert cell[0] == "inlineStr"
    assert cell[1].replace("_x000D_", "\r") == text


def test_xlsx_holds_numbers_as_numbers_and_moments_as_dates():
    _head, row = cells(written(XlsxFile, [ROW]))

    assert [kind for kind, _text in row] == ["inlineStr", None, None, None, None, "inlineStr", "inlineStr"]
    assert [text for _kind, text in row][1:5] == ["7", "-1234.56", "46083.50005787037", "46090"]


def test_a_long_list_takes_several_sheets(monkeypatch):
    monkeypatch.setattr(files, "ROWS_OF_A_SHEET", 2)

    book = written(XlsxFile, [[number, "x"] for number in range(3)])

    assert [row[0][1] for row in cells(book)] == ["A", "0", "1"]
    assert [row[0][1] for row in cells(book, 2)] == ["A", "2"]


def test_plain_values():
    assert plain(Money(5, "JPY")) == Decimal(5)
    assert plain(datetime(2026, 3, 2, 16, 30, 1, 5, tzinfo=UTC)) == datetime(2026, 3, 3, 0, 30, 1)  # noqa: DTZ001
    assert (plain(0), plain(None), plain(False)) == (0, None, "False")
