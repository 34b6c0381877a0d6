"""
The evidence of a case, drawn: buyers on the left, what several of them share on the right, a line for each sharing.

Everything is named by number (buyer 1, device 2), for the marks behind it can be read back by nobody. What is drawn is
bounded; the table beside the picture says the same in words.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from mall.charts import Chart, Series
from mall.clock import business_date
from mall.money import Money
from mall.templatetags.mall import short_day
from risk.fake_trade.rings import Seen, shared_marks
from risk.models import TradeCase, TradeFact

MOST_BUYERS, MOST_MARKS, MOST_ROWS = 40, 24, 200
WIDTH, LEFT, RIGHT, STEP, EDGE = 720, 150, 560, 28, 24


@dataclass(frozen=True, slots=True)
class Node:
    """A buyer, or something that buyers share."""

    label: str
    kind: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """A buyer has what others have too."""

    x1: int
    y1: int
    x2: int
    y2: int
    kind: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of the case, as the table shows it."""

    order_id: str
    buyer: str
    shares: str
    paid_at: datetime
    paid: Money
    hours_to_receipt: int | None
    stars: int | None
    was_refunded: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the page of a case shows."""

    buyers: list[Node]
    marks: list[Node]
    lines: list[Line]
    rows: list[OrderRow]
    chart: Chart
    width: int
    height: int
    left_out: int
    summary: str


def kind_name(kind: str) -> str:
    return {
        "device": _("Device"),
        "payer": _("Payer's account"),
        "phone": _("Phone"),
        "address": _("Address"),
        "network": _("Network"),
    }[kind]


def evidence_of(case: TradeCase) -> Evidence:
    """The evidence as it stands; two queries."""
    ids = case.orders.values("order_id")
    facts = TradeFact.objects.filter(order_id__in=ids).order_by("paid_at", "order_id").values_list(*Seen._fields)
    seen = [Seen(*row) for row in facts]
    shared = shared_marks(seen)
    names = _names_of_marks(shared)
    linked = Counter(buyer for _kind, _value, buyers in shared for buyer in buyers)
    order = {buyer: place for place, buyer in enumerate(dict.fromkeys(row.buyer for row in seen), 1)}
    drawn = sorted(order, key=lambda buyer: (-linked[buyer], order[buyer]))[:MOST_BUYERS]
    drawn.sort(key=order.get)
    buyers = {
        buyer: Node(_("Buyer %(number)d") % {"number": order[buyer]}, "buyer", LEFT, EDGE + place * STEP)
        for place, buyer in enumerate(drawn)
    }
    height = 2 * EDGE + max(len(buyers), min(len(shared), MOST_MARKS), 1) * STEP - STEP
    marks, lines = [], []
    for place, (kind, value, theirs) in enumerate(shared[:MOST_MARKS]):
        count = min(len(shared), MOST_MARKS)
        y = EDGE + (height - 2 * EDGE) * place // max(count - 1, 1)
        mark = Node(names[kind, value], kind, RIGHT, y)
        marks.append(mark)
        lines += [Line(buyers[one].x, buyers[one].y, mark.x, mark.y, kind) for one in theirs if one in buyers]
    return Evidence(
        buyers=list(buyers.values()),
        marks=marks,
        lines=lines,
        rows=_rows(seen[-MOST_ROWS:], order, shared, names),
        chart=_by_day(seen),
        width=WIDTH,
        height=height,
        left_out=len(order) - len(buyers) + max(0, len(shared) - MOST_MARKS),
        summary=_("%(buyers)d buyers, %(orders)d orders, %(marks)d things that several of them share")
        % {"buyers": len(order), "orders": len(seen), "marks": len(shared)},
    )


def _names_of_marks(shared: list[tuple[str, str, list[str]]]) -> dict[tuple[str, str], str]:
    counts: Counter[str] = Counter()
    names = {}
    for kind, value, _buyers in shared:
        counts[kind] += 1
        names[kind, value] = f"{kind_name(kind)} {counts[kind]}"
    return names


def _rows(seen: list[Seen], order: dict, shared: list, names: dict) -> list[OrderRow]:
    known = {(kind, value) for kind, value, _buyers in shared}
    rows = []
    for fact in seen:
        theirs: dict[str, str] = defaultdict(str)
        for kind in ("device", "payer", "phone", "address", "network"):
            if (kind, getattr(fact, kind)) in known:
                theirs[kind] = names[kind, getattr(fact, kind)]
        hours = None
        if fact.shipped_at and fact.received_at:
            hours = int((fact.received_at - fact.shipped_at).total_seconds() // 3600)
        rows.append(
            OrderRow(
                order_id=fact.order_id,
                buyer=_("Buyer %(number)d") % {"number": order[fact.buyer]},
                shares=", ".join(theirs.values()),
                paid_at=fact.paid_at,
                paid=Money(fact.paid),
                hours_to_receipt=hours,
                stars=fact.stars,
                was_refunded=fact.refunded_at is not None,
                is_own=fact.is_own,
            )
        )
    return rows


def _by_day(seen: list[Seen]) -> Chart:
    counts = Counter(business_date(fact.paid_at) for fact in seen)
    days = sorted(counts)
    return Chart(
        key="orders_by_day",
        title=_("Its orders by day"),
        labels=[short_day(day) for day in days],
        series=[Series(_("Orders"), [counts[day] for day in days], "bar")],
        axis=_("Day"),
    )
