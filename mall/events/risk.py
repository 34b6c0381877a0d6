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


@event
class MoneyHeld:
    """Money of a shop moved unusually: what it has available is held until ``due_at`` at the latest (R4)."""

    case_id: str
    shop_id: str
    due_at: str
    held_at: str


@event
class MoneyCaseDecided:
    """Two people decided about a shop's held money: ``release`` or ``seize``. ``is_told``: the shop is concerned."""

    case_id: str
    shop_id: str
    decision: str
    is_told: bool
    amount: int
    currency: str
    reason: str
    order_number: str
    decided_at: str


@event
class MoneyAppealAnswered:
    """A third person answered a shop's appeal against a seizure; upheld, the money is back."""

    case_id: str
    shop_id: str
    is_upheld: bool
    amount: int
    currency: str
    answer: str
    answered_at: str
