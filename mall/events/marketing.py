"""What marketing announces."""

from mall.events.bus import event


@event
class ShopPromoted:
    """On a business day (``day``, YYYY-MM-DD) so many promotions ran in a shop, with those it had joined."""

    shop_id: str
    day: str
    promotions: int
