"""A statement to take away: XLSX with every line, PDF to print and file."""

import io
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from mall.clock import BUSINESS_ZONE
from mall.exports.files import XlsxFile
from mall.money import Money
from mall.printing import FONT, marked_up, ready
from settlement.corrections import give_reasons
from settlement.fines import tell_fines
from settlement.joint import tell_parts
from settlement.models import Statement, StatementLine
from settlement.statements import lines_of

MOST_PRINTED = 1_000  # lines; more are for the spreadsheet
SMALL = ParagraphStyle("small", fontName=FONT, fontSize=8, leading=11, wordWrap="CJK")
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=15, leading=22, wordWrap="CJK")
PLAIN = ParagraphStyle("plain", fontName=FONT, fontSize=9.5, leading=14, wordWrap="CJK")


def file_name(statement: Statement, ending: str) -> str:
    return f"{statement.shop.slug}-{statement.kind}-{statement.period_from:%Y%m%d}.{ending}"


def title_of(statement: Statement) -> str:
    """``Statement of 6 March 2026``, ``Statement of March 2026``."""
    if statement.kind == Statement.Kind.MONTHLY:
        return _("Statement of %(month)s") % {"month": date_format(statement.period_from, "YEAR_MONTH_FORMAT")}
    return _("Statement of %(day)s") % {"day": date_format(statement.period_from)}


def facts_of(statement: Statement) -> list[tuple[str, object]]:
    """Who, when, and the figures, in the order in which they are read."""
    net, tax = statement.invoice_parts
    rate = f"{statement.tax_bps / 100:g} %"
    return [
        (_("Shop"), str(statement.shop)),
        (_("Business"), statement.shop.merchant.name),
        (_("Statement number"), statement.public_id),
        (_("From"), statement.period_from),
        (_("Until"), statement.period_to),
        (_("Currency"), statement.currency),
        (_("Opening balance"), statement.opening),
        (_("Moved"), statement.moved),
        (_("Closing balance"), statement.closing),
        (_("Commission and fees, tax included"), statement.invoiced),
        (_("Without tax"), net),
        (_("Tax (%(rate)s)") % {"rate": rate}, tax),
        *([(_("Parts of others, on no invoice of the mall"), statement.parties)] if statement.parties else []),
    ]


def _heads() -> list[str]:
    return [_("When"), _("What"), _("Of"), _("Order"), _("Account"), _("Amount")]


def _cells(line: StatementLine) -> list[object]:
    entry, account = line.posting.entry, line.posting.account
    return [
        entry.at,
        line.posting.said,
        entry.ref,
        line.order_public_id,
        account.get_kind_display(),
        -line.posting.amount,
    ]


def _told(lines: Iterable[StatementLine], statement: Statement) -> Iterator[StatementLine]:
    """Each says what was booked; of joint promotions with whom."""
    rows = iter(lines)
    while some := list(islice(rows, MOST_PRINTED)):
        tell_parts([line.posting for line in some], shop=statement.shop)
        tell_fines([line.posting for line in some])
        give_reasons([line.posting for line in some])
        yield from some


def _balances(statement: Statement) -> list[list[object]]:
    rows = statement.balances.select_related("account").order_by("account_id")
    return [[row.account.get_kind_display(), row.opening, row.moved, row.closing] for row in rows]


def _balance_heads() -> list[str]:
    return [_("Account"), _("Opening balance"), _("Moved"), _("Closing balance")]


def as_xlsx(statement: Statement) -> bytes:
    """Three sheets: the figures, the balances, every line. Words are words and never formulas."""
    out = io.BytesIO()
    book = XlsxFile(out)
    book.head([title_of(statement), ""])
    for label, value in facts_of(statement):
        book.row([label, value])
    book.head(_balance_heads())
    for row in _balances(statement):
        book.row(row)
    book.head(_heads())
    for line in _told(lines_of(statement).iterator(chunk_size=MOST_PRINTED), statement):
        book.row(_cells(line))
    book.close()
    return out.getvalue()


def as_pdf(statement: Statement) -> bytes:
    """To print and file; of a long one the first lines, and where the others are."""
    ready()
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=14 * mm,
        rightMargin=14 * mm,
        topMargin=14 * mm,
        bottomMargin=16 * mm,
        title=f"{title_of(statement)} · {statement.public_id}",
        author=str(statement.shop),
    )
    document.build(list(_story(statement)), onFirstPage=_foot(statement), onLaterPages=_foot(statement))
    return out.getvalue()


def _story(statement: Statement) -> Iterator:
    yield Paragraph(marked_up(title_of(statement)), TITLE)
    yield Paragraph(marked_up(f"{statement.shop} · {statement.shop.merchant.name}"), PLAIN)
    yield Spacer(1, 4 * mm)
    facts = [[_p(label), _p(_shown(value))] for label, value in facts_of(statement)[2:]]
    yield Table(facts, colWidths=[70 * mm, 112 * mm], style=_grid())
    yield Spacer(1, 5 * mm)
    rows = [_balance_heads(), *_balances(statement)]
    yield Table([[_p(_shown(cell)) for cell in row] for row in rows], colWidths=[68 * mm, 38 * mm, 38 * mm, 38 * mm],
                style=_grid(head=True))  # fmt: skip
    yield Spacer(1, 5 * mm)
    printed = [_cells(line) for line in _told(lines_of(statement)[:MOST_PRINTED], statement)]
    table = [[_p(_shown(cell)) for cell in row] for row in [_heads(), *printed]]
    widths = [26 * mm, 34 * mm, 36 * mm, 36 * mm, 26 * mm, 24 * mm]
    yield LongTable(table, colWidths=widths, style=_grid(head=True), repeatRows=1)
    if statement.line_count > MOST_PRINTED:
        yield Spacer(1, 3 * mm)
        more = _("%(count)d further lines stand in the spreadsheet of this statement.")
        yield Paragraph(marked_up(more % {"count": statement.line_count - MOST_PRINTED}), PLAIN)


def _foot(statement: Statement):
    words = f"{statement.public_id} · {title_of(statement)}"

    def draw(canvas, document) -> None:
        canvas.setFont(FONT, 7.5)
        canvas.drawString(14 * mm, 9 * mm, words)
        canvas.drawRightString(A4[0] - 14 * mm, 9 * mm, str(document.page))

    return draw


def _grid(*, head: bool = False) -> TableStyle:
    rules = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.HexColor("#d0d0d0")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    if head:
        rules.append(("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#efefef")))
    return TableStyle(rules)


def _shown(value: object) -> str:
    if isinstance(value, Money):
        return f"{value.decimal:,}"
    if hasattr(value, "astimezone"):
        return value.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _p(text: str) -> Paragraph:
    return Paragraph(marked_up(text), SMALL)
