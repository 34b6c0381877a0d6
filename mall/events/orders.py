"""What orders announce. Amounts are fen, moments are ISO 8601 in UTC, ids are public ids but for the shopper's key."""

from mall.events.bus import event


@event
class OrdersPlaced:
    """One checkout became one order per shop."""

    group_id: str
    order_ids: tuple[str, ...]
    shopper_id: int
    placed_at: str


@event
class OrderPaid:
    """The group's payment succeeded; told once per order of the group."""

    order_id: str
    group_id: str
    payment_id: str
    shop_id: str
    shopper_id: int
    total: int
    currency: str
    paid_at: str


@event
class OrderCanceled:
    """Before shipping; ``was_paid`` tells whether money must go back."""

    order_id: str
    shop_id: str
    was_paid: bool
    total: int
    currency: str
    reason: str
    canceled_at: str


@event
class OrderShipped:
    """On its way in one parcel; the hours of a pre-sale count from the day from which on it ships."""

    order_id: str
    shop_id: str
    tracking_number: str
    hours_since_paid: int
    shipped_at: str


@event
class OrderDelivered:
    """The parcel arrived (carrier or shopper says so)."""

    order_id: str
    shop_id: str
    delivered_at: str


@event
class OrderCompleted:
    """Received and past its time for second thoughts: the shop's share may start its seven days."""

    order_id: str
    shop_id: str
    shopper_id: int
    completed_at: str


@event
class PaymentRefunded:
    """Money went back to the shopper: for an order, or for a payment that came too late (``order_id`` empty)."""

    refund_id: str
    payment_id: str
    order_id: str
    shop_id: str
    amount: int
    currency: str
    refunded_at: str


@event
class LatePaymentReceived:
    """Money arrived for a group that was already closed; it goes back whole."""

    payment_id: str
    group_id: str
    amount: int
    currency: str
    received_at: str
