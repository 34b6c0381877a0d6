"""What marketing announces."""

from datetime import datetime

from mall.events.bus import event


@event
class ShopPromoted:
    """On a business day (``day``, YYYY-MM-DD) so many promotions ran in a shop, with those it had joined."""

    shop_id: str
    day: str
    promotions: int


@event
class JointTermsMoved:
    """Terms between two shops were proposed, withdrawn, signed, declined or ended; ``shop_id``: who is told of it."""

    terms_id: str
    shop_id: str
    status: str
    moved_at: datetime


@event
class DealCame:
    """
    What an order waited for has come, and it may be sent: its group is full, its goal is reached. ``ships_on``: the day
    from which on it is sent, where that is not at once.
    """

    order_id: str
    ships_on: str = ""
    came_at: str


@event
class DealFailed:
    """What an order waited for will not come; ``reason`` is a sentence in the mall's own language."""

    order_id: str
    reason: str
    failed_at: str


@event
class TrialWon:
    """Somebody may have what she has applied for free: drawn, chosen by the shop, or moved up."""

    application_id: str
    won_at: str
