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
