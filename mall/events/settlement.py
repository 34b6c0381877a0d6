"""What settlement announces. Amounts are fen."""

from mall.events.bus import event


@event
class SharesReleased:
    """A T+7 batch made money available to a shop."""

    shop_id: str
    order_count: int
    amount: int
    currency: str
