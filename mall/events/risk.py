"""What risk announces."""

from mall.events.bus import event


@event
class HoldPlaced:
    """Something must not move until staff decide."""

    subject_id: str
    kind: str
    reason: str


@event
class HoldReleased:
    """The decision: it may move again."""

    subject_id: str
    kind: str


@event
class ComplaintUpheld:
    """Staff agree with a shopper's report of a product or a shop; told once for each report."""

    complaint_id: str
    kind: str
    subject_id: str
    shop_id: str
    reason: str
    verdict: str
    decided_at: str


@event
class OrdersSetAside:
    """
    Orders of one shop look like fake trade: they count in no figure, ranking or score until they are cleared.

    ``signs`` are the codes of the rules that found them; ``is_confirmed`` tells whether a person has said so.
    """

    case_id: str
    shop_id: str
    order_ids: tuple[str, ...]
    signs: tuple[str, ...]
    is_confirmed: bool
    set_aside_at: str


@event
class FakeTradeConfirmed:
    """A person decided that the orders of a case are fake trade, and says why."""

    case_id: str
    shop_id: str
    order_count: int
    reason: str
    decided_by: int
    decided_at: str


@event
class OrdersCleared:
    """A person decided that these orders are in order: they count again."""

    case_id: str
    shop_id: str
    order_ids: tuple[str, ...]
    reason: str
    cleared_at: str
