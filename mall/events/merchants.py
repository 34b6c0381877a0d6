"""What merchants and shops announce."""

from mall.events.bus import event


@event
class ShopOpened:
    """A merchant was approved and its first shop stands open."""

    shop_id: str
    merchant_id: str
    opened_at: str


@event
class ShopReminded:
    """No order for a while (M7); the shop was told so."""

    shop_id: str
    idle_days: int


@event
class ShopFrozen:
    """Hidden from shoppers; open orders go on."""

    shop_id: str
    reason: str


@event
class ShopThawed:
    """Visible again."""

    shop_id: str


@event
class ShopClosed:
    """Gone for good; its people can only read."""

    shop_id: str
    reason: str


@event
class HealthScored:
    """The monthly score of one shop (M6), 0-100."""

    shop_id: str
    month: str
    score: int
