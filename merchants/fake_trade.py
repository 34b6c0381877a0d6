"""What a shop is told of its orders that look like fake trade (R3), from its own growth file: never whose they are."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from merchants.models import GrowthEntry, Shop
from risk.models import TradeRule

NAMES = ("OrdersSetAside", "FakeTradeConfirmed", "OrdersCleared")
SHOWN = 300  # entries of the growth file


@dataclass(slots=True)
class TradeCaseShown:
    """A case as its shop reads it."""

    case_id: str
    since: datetime
    order_ids: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    reason: str = ""
    confirmed_at: datetime | None = None
    confirmed_by: int | None = None
    is_cleared: bool = False
    can_appeal: bool = False
    form: object = None

    @property
    def signs(self) -> list[str]:
        """What was found, in words."""
        return [str(TradeRule.Code(code).label) for code in self.codes if code in TradeRule.Code.values]


def cases_of(shop: Shop) -> list[TradeCaseShown]:
    """The shop's cases, newest first. One query."""
    entries = GrowthEntry.objects.owned_by(shop).filter(name__in=NAMES).order_by("-at", "-pk")[:SHOWN]
    return _told(reversed(entries))


def case_of(shop: Shop, case_id: str) -> TradeCaseShown | None:
    return next((case for case in cases_of(shop) if case.case_id == case_id), None)


def _told(entries: Iterable[GrowthEntry]) -> list[TradeCaseShown]:
    cases: dict[str, TradeCaseShown] = {}
    for entry in entries:
        case_id = entry.subject.partition(" ")[0]
        case = cases.setdefault(case_id, TradeCaseShown(case_id, entry.at))
        if entry.name == "OrdersSetAside":
            case.order_ids += [order for order in entry.detail["orders"] if order not in case.order_ids]
            case.codes = list(dict.fromkeys([*case.codes, *entry.detail["signs"]]))
        elif entry.name == "FakeTradeConfirmed":
            case.confirmed_at, case.confirmed_by = entry.at, entry.detail["by"]
            case.reason = entry.detail["reason"]
        else:
            case.is_cleared, case.reason = True, entry.detail["reason"]
    return sorted(cases.values(), key=lambda case: case.since, reverse=True)
