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
