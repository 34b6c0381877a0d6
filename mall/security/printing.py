"""The report as PDF, in the language that is active."""

import io
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from mall.clock import BUSINESS_ZONE
from mall.printing import FONT, marked_up, ready
from mall.security.gathering import Quarter, Section

WIDTH = 182 * mm
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=16, leading=21, spaceAfter=6, wordWrap="CJK")
HEAD = ParagraphStyle("head", fontName=FONT, fontSize=11.5, leading=15, spaceBefore=9, spaceAfter=4, wordWrap="CJK")
PLAIN = ParagraphStyle("plain", fontName=FONT, fontSize=9, leading=12.5, spaceAfter=4, wordWrap="CJK")
SMALL = ParagraphStyle("small", fontName=FONT, fontSize=7.5, leading=10, wordWrap="CJK")


def as_pdf(*, quarter: Quarter, sections: Sequence[Section], now: datetime) -> bytes:
    """A page of what needs somebody, then every section."""
    ready()
    out = io.BytesIO()
    title = _("Security report %(quarter)s") % {"quarter": quarter.name}
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=14 * mm, rightMargin=14 * mm, topMargin=14 * mm, bottomMargin=16 * mm, title=title,
        author="Wanxiang Lane",
    )  # fmt: skip

    def foot(canvas, page) -> None:
        canvas.setFont(FONT, 7.5)
        canvas.drawString(14 * mm, 9 * mm, title)
        canvas.drawRightString(A4[0] - 14 * mm, 9 * mm, str(page.page))

    document.build(list(_story(title, quarter, sections, now)), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _story(title: str, quarter: Quarter, sections: Sequence[Section], now: datetime):
    made = now.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    yield Paragraph(marked_up(title), TITLE)
    words = _("From %(first)s until before %(after)s, made at %(made)s. Rights, settings and open cases as of then.")
    yield Paragraph(marked_up(words % {"first": quarter.first, "after": quarter.after, "made": made}), PLAIN)
    summary = [[section.title, _verdict(section)] for section in sections]
    yield _table([_("Section"), _("Verdict")], summary, [140 * mm, 42 * mm])
    for section in sections:
        yield Paragraph(marked_up(f"{section.title} · {_verdict(section)}"), HEAD)
        if section.words:
            yield Paragraph(marked_up(section.words), PLAIN)
        if section.rows:
            yield _table(section.heads, section.rows, _widths(section.heads, section.rows))
        else:
            yield Paragraph(marked_up(_("Nothing.")), PLAIN)
        yield Spacer(1, 2 * mm)


def _verdict(section: Section) -> str:
    return _("in order") if section.is_ok else _("somebody has to act")


def _table(heads: Sequence[str], rows: Sequence[Sequence], widths: Sequence[float]) -> LongTable:
    cells = [[Paragraph(marked_up(str(cell)), SMALL) for cell in row] for row in [heads, *rows]]
    style = TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.HexColor("#d0d0d0")),
            ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#efefef")),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return LongTable(cells, colWidths=list(widths), style=style, repeatRows=1, splitInRow=1)


def _widths(heads: Sequence[str], rows: Sequence[Sequence]) -> list[float]:
    """As wide as what stands in them, within bounds."""
    lengths = [
        min(max([len(str(head)), *(len(str(row[place])) for row in rows), 6]), 80) for place, head in enumerate(heads)
    ]
    return [WIDTH * length / sum(lengths) for length in lengths]
