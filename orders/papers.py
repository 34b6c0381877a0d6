"""
What a shop prints of its orders (O9): packing lists, and labels for parcels, as PDF with the house's own font.

Whoever may not see personal data prints it covered.
"""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, LongTable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from mall.clock import BUSINESS_ZONE
from mall.printing import FONT, marked_up, ready
from orders.models import Order, OrderLine, Parcel

MOST_ORDERS = 50
LABEL = 100 * mm, 150 * mm
SMALL = ParagraphStyle("small", fontName=FONT, fontSize=8.5, leading=12, wordWrap="CJK")
PLAIN = ParagraphStyle("plain", fontName=FONT, fontSize=10, leading=15, wordWrap="CJK")
LARGE = ParagraphStyle("large", fontName=FONT, fontSize=14, leading=20, wordWrap="CJK")
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=16, leading=23, wordWrap="CJK")


def to_pack(order: Order, lines: Iterable[OrderLine]) -> list[tuple[OrderLine, int]]:
    """What goes into the next parcel of an order: what is left of it, or of one that has left, all that was sent."""
    if order.status == Order.Status.PAID:
        return [(line, line.unsent) for line in lines if line.unsent]
    return [(line, line.quantity) for line in lines]


def packing_lists(orders: Iterable[Order], *, shows_people: bool, now: datetime) -> bytes:
    """One list per order (with lines and their SKU), each on a page of its own."""
    return _document(A4, 14 * mm, _("Packing lists"), _lists(orders, shows_people, now))


def labels(orders: Iterable[Order], *, shows_people: bool, now: datetime) -> bytes:
    """A label for every parcel of the orders (with parcels and lines) on its way, and one for what is not sent."""
    return _document(LABEL, 6 * mm, _("Labels"), _labels(orders, shows_people, now))


def _document(size: tuple, margin: float, title: str, story: Iterable[Flowable]) -> bytes:
    ready()
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=size, leftMargin=margin, rightMargin=margin, topMargin=margin, bottomMargin=margin, title=title
    )
    document.build(list(story))
    return out.getvalue()


def _lists(orders: Iterable[Order], shows_people: bool, now: datetime) -> Iterator[Flowable]:
    for number, order in enumerate(orders):
        if number:
            yield PageBreak()
        yield _p(f"{_('Packing list')} · {order.shop}", TITLE)
        yield _p(order.public_id)
        yield _bars(order.public_id, height=12 * mm, width=0.32 * mm)
        yield Spacer(1, 3 * mm)
        yield _p("  ".join(_person(order, shows_people)), LARGE)
        yield _p(_place(order, shows_people), LARGE)
        if order.message:
            yield _p(_("Message of the shopper: %(message)s") % {"message": order.message})
        yield Spacer(1, 4 * mm)
        rows = [[_p(head, SMALL) for head in ("", _("Code"), _("Product"), _("Quantity"))]]
        for line, count in to_pack(order, order.lines.all()):
            rows.append([_p("□", LARGE), _p(str(line.sku), SMALL), _p(_goods(line)), _p(str(count), LARGE)])
        yield LongTable(rows, colWidths=[12 * mm, 42 * mm, 104 * mm, 24 * mm], style=_GRID, repeatRows=1)
        yield Spacer(1, 3 * mm)
        yield _p(_("Printed %(at)s") % {"at": _moment(now)}, SMALL)


def _labels(orders: Iterable[Order], shows_people: bool, now: datetime) -> Iterator[Flowable]:
    is_first = True
    for order in orders:
        moving = [parcel for parcel in order.parcels.all() if parcel.is_moving]
        waits = order.status == Order.Status.PAID or not moving
        for parcel in [*moving, *([None] if waits else [])]:
            if not is_first:
                yield PageBreak()
            is_first = False
            yield from _label(order, parcel, shows_people, now)


def _label(order: Order, parcel: Parcel | None, shows_people: bool, now: datetime) -> Iterator[Flowable]:
    if parcel:
        yield _p(parcel.get_carrier_display(), TITLE)
        yield _bars(parcel.tracking_number, height=18 * mm, width=0.3 * mm)
        yield _p(parcel.tracking_number, PLAIN)
        packed = [(held.line, held.quantity) for held in parcel.lines.all()]
        start = " ".join(part for part in (parcel.from_province, parcel.from_city) if part)
    else:
        yield _p(str(order.shop), TITLE)
        yield _bars(order.public_id, height=14 * mm, width=0.24 * mm)
        packed = to_pack(order, order.lines.all())
        start = " ".join(part for part in (order.shop.province, order.shop.city) if part)
    yield Spacer(1, 3 * mm)
    yield _p(_("To"), SMALL)
    yield _p("  ".join(_person(order, shows_people)), LARGE)
    yield _p(_place(order, shows_people), LARGE)
    yield Spacer(1, 3 * mm)
    yield _p(_("From"), SMALL)
    yield _p(f"{order.shop} {start}".strip())
    yield Spacer(1, 3 * mm)
    for line, count in packed[:6]:
        yield _p(f"{count} × {_goods(line)}", SMALL)
    if len(packed) > 6:
        yield _p(_("and %(count)d further items") % {"count": len(packed) - 6}, SMALL)
    yield Spacer(1, 2 * mm)
    yield _p(f"{order.public_id} · {_moment(now)}", SMALL)


def _p(text: str, style: ParagraphStyle = PLAIN) -> Paragraph:
    return Paragraph(marked_up(text), style)


def _bars(text: str, *, height: float, width: float) -> Flowable:
    bars = Code128(text, barHeight=height, barWidth=width, quiet=False)
    bars.hAlign = "LEFT"
    return bars


def _person(order: Order, shows_people: bool) -> tuple[str, str]:
    if shows_people:
        return order.consignee.reveal(), order.phone.reveal()
    return str(order.consignee), str(order.phone)


def _place(order: Order, shows_people: bool) -> str:
    line = order.address_line.reveal() if shows_people else str(order.address_line)
    return " ".join(part for part in (order.province, order.city, order.district, line) if part)


def _goods(line: OrderLine) -> str:
    return f"{line.title} {line.choice_text}".strip()


def _moment(at: datetime) -> str:
    return at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")


_GRID = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
)
