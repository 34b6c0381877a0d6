"""Files that spreadsheets read: rows come one by one, nothing is kept in memory, and no cell is ever a formula."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

import xlsxwriter

from mall.charts import safe_cell
from mall.clock import BUSINESS_ZONE
from mall.money import Money

MOMENT, DAY = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"
ROWS_OF_A_SHEET = 1_000_000  # a sheet holds 1,048,576
LONGEST_CELL = 32_767  # characters, in XLSX


def plain(value: object) -> str | int | Decimal | datetime | date | None:
    """What stands in a cell: money as its amount, a moment as the time in Shanghai, everything else as words."""
    if isinstance(value, Money):
        return value.decimal
    if isinstance(value, datetime):
        return value.astimezone(BUSINESS_ZONE).replace(tzinfo=None, microsecond=0)
    if value is None or isinstance(value, date | Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return str(value)


class CsvFile:
    """CSV as UTF-8, with a mark at its beginning so that Excel reads Chinese; words never begin a formula."""

    def __init__(self, file: BinaryIO, *, has_mark: bool = True):
        encoding = "utf-8-sig" if has_mark else "utf-8"
        self.text = io.TextIOWrapper(file, encoding=encoding, newline="", write_through=False)
        self.writer = csv.writer(self.text, lineterminator="\r\n")

    def head(self, labels: Sequence[str]) -> None:
        self.writer.writerow([safe_cell(label) for label in labels])

    def row(self, values: Sequence[object]) -> None:
        self.writer.writerow([self._cell(plain(value)) for value in values])

    @staticmethod
    def _cell(value) -> object:
        if isinstance(value, datetime):
            return value.strftime(MOMENT)
        if isinstance(value, date):
            return value.strftime(DAY)
        return safe_cell(value) if isinstance(value, str) else value

    def close(self) -> None:
        self.text.flush()
        self.text.detach()


class XlsxFile:
    """XLSX in constant memory: words are words, amounts numbers, moments dates; a long list takes several sheets."""

    def __init__(self, file: BinaryIO, *, has_mark: bool = True):
        self.book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.bold = self.book.add_format({"bold": True})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.amount = self.book.add_format({"num_format": "#,##0.00"})
        self.labels: list[str] = []
        self.sheet, self.line = None, 0

    def head(self, labels: Sequence[str]) -> None:
        self.labels = list(labels)
        self.sheet, self.line = self.book.add_worksheet(), 0
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, max(len(self.labels) - 1, 0), 18)
        for column, label in enumerate(self.labels):
            self.sheet.write_string(0, column, label[:LONGEST_CELL], self.bold)

    def row(self, values: Sequence[object]) -> None:
        if self.line >= ROWS_OF_A_SHEET:
            self.head(self.labels)
        self.line += 1
        for column, value in enumerate(values):
            self._write(column, plain(value))

    def _write(self, column: int, value) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            self.sheet.write_datetime(self.line, column, value, self.moment)
        elif isinstance(value, date):
            self.sheet.write_datetime(self.line, column, value, self.day)
        elif isinstance(value, Decimal):
            self.sheet.write_number(self.line, column, value, self.amount)
        elif isinstance(value, int):
            self.sheet.write_number(self.line, column, value)
        else:
            self.sheet.write_string(self.line, column, value[:LONGEST_CELL])

    def close(self) -> None:
        self.book.close()


FILES = {"csv": CsvFile, "xlsx": XlsxFile}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
