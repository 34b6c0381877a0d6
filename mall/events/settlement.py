"""What settlement announces. Amounts are fen."""

from mall.events.bus import event


@event
class SharesReleased:
    """A T+7 batch made money available to a shop."""

    shop_id: str
    order_count: int
    amount: int
    currency: str


@event
class DepositPaid:
    """An applicant's deposit came (S6): her shop may open."""

    application_id: str
    amount: int
    currency: str
    paid_at: str


@event
class DepositReturned:
    """A shop's deposit went back the way it came."""

    shop_id: str
    amount: int
    currency: str
    returned_at: str
