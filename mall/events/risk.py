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
