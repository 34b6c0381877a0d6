"""What marketing announces."""

from mall.events.bus import event


@event
class ShopPromoted:
    """On a business day (``day``, YYYY-MM-DD) so many promotions ran in a shop, with those it had joined."""

    shop_id: str
    day: str
    promotions: int


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
