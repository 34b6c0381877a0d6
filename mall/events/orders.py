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
class PartyRuleOffered:
    """Staff confirmed what a party of the mall's is to get of one shop's orders: it is asked to agree (S2)."""

    version_id: str
    shop_id: str
    party: str
    offered_at: str


@event
class PartyRuleAnswered:
    """A shop agreed to give a party of the mall's its part, or ended that; told to who had proposed it."""

    version_id: str
    shop_id: str
    is_agreed: bool
    answered_at: str


@event
class OrderPaid:
    """
    The group's payment succeeded; told once per order of the group. ``duty`` is what of ``total`` customs gets,
    ``by_cards`` what gift cards have paid, ``by_balance`` what the shopper's balance has, ``deposit`` what had come
    before (``OrderDepositPaid``); ``kind`` is that of the goods (``gift_card``: money was paid beforehand); ``deal``
    names the deal that it took, if any.
    """

    order_id: str
    group_id: str
    payment_id: str
    shop_id: str
    shopper_id: int
    total: int
    duty: int = 0
    by_cards: int = 0
    by_balance: int = 0
    deposit: int = 0
    kind: str = "physical"
    deal: str = ""
    currency: str
    paid_at: str


@event
class OrderDepositPaid:
    """
    The deposit of an order came, ``by_balance`` of it from the shopper's balance; the rest is paid later
    (``OrderPaid``).
    """

    order_id: str
    payment_id: str
    shop_id: str
    shopper_id: int = 0
    amount: int
    by_balance: int = 0
    currency: str
    paid_at: str


@event
class OrderDepositKept:
    """The shopper let the rest go unpaid, or gave the order up: its deposit is the shop's."""

    order_id: str
    shop_id: str
    amount: int
    currency: str
    kept_at: str


@event
class OrderBalanceDue:
    """The rest of an order can be paid: ``stage`` is open, day (one is left) or hours (some are left)."""

    order_id: str
    stage: str
    told_at: str


@event
class OrderCanceled:
    """Before shipping; ``was_paid`` tells whether money must go back, ``deal`` the deal that it had taken, if any."""

    order_id: str
    shop_id: str
    was_paid: bool
    total: int
    currency: str
    reason: str
    deal: str = ""
    canceled_at: str


@event
class OrderShipLate:
    """The ``hours`` in which a paid order was to be shipped are over, and something of it has not left. Told once."""

    order_id: str
    shop_id: str
    hours: int
    late_at: str


@event
class AddressChangeAsked:
    """A shopper wants her order brought elsewhere, and it is packed already: its shop answers."""

    change_id: str
    order_id: str
    shop_id: str
    asked_at: str


@event
class AddressChangeAnswered:
    """The shop has said yes or no to another address."""

    change_id: str
    order_id: str
    shop_id: str
    is_done: bool
    answered_at: str


@event
class InvoiceAnswered:
    """A shop has issued an invoice or a correction of it, or refused to; what stands on it is sealed."""

    invoice_id: str
    order_id: str
    shop_id: str
    is_issued: bool
    answered_at: str


@event
class InvoiceCorrectionDue:
    """Money went back after the shop had issued an invoice: a red-letter one is to take back as much."""

    invoice_id: str
    order_id: str
    shop_id: str
    due_at: str


@event
class ParcelShipped:
    """One parcel of an order is on its way; ``is_last``: with it all of the order (``OrderShipped``)."""

    parcel_id: str
    order_id: str
    shop_id: str
    is_last: bool
    shipped_at: str


@event
class ParcelCameBack:
    """A parcel could not be delivered and is with its shop again."""

    parcel_id: str
    order_id: str
    shop_id: str
    came_back_at: str


@event
class OrderShipped:
    """
    All of it is on its way, the last in the parcel of this number; the hours of a pre-sale count from the day from
    which on it ships.
    """

    order_id: str
    shop_id: str
    tracking_number: str
    hours_since_paid: int
    shipped_at: str


@event
class OrderReady:
    """Its goods lie ready in a store; its shopper has a code to pick them up."""

    order_id: str
    shop_id: str
    ready_at: str


@event
class OrderNotPickedUp:
    """Nobody has fetched it for some days; ``is_over``: the code has expired as well."""

    order_id: str
    shop_id: str
    is_over: bool
    told_at: str


@event
class OrderDelivered:
    """All its parcels arrived (carrier or shopper says so), or it was handed over."""

    order_id: str
    shop_id: str
    delivered_at: str


@event
class DealDelivered:
    """An order that had taken a ``deal`` arrived (told beside ``OrderDelivered``)."""

    order_id: str
    deal: str
    delivered_at: str


@event
class OrderCompleted:
    """
    Received and past its time for second thoughts: the shop's share may start its seven days. ``paid`` is what was paid
    for its goods and has not gone back.
    """

    order_id: str
    shop_id: str
    shopper_id: int
    paid: int = 0
    currency: str = "CNY"
    completed_at: str


@event
class PaymentRefunded:
    """
    Money went back to the shopper: for an order, or for a payment that came too late (``order_id`` empty). ``duty`` is
    what of it customs does not get, ``to_cards`` what of it is on gift cards again, ``to_balance`` what is on the
    shopper's balance; ``kind`` as for ``OrderPaid``. ``is_of_deposit``: the order was never paid whole, so this money
    was no turnover.
    """

    refund_id: str
    payment_id: str
    order_id: str
    shop_id: str
    amount: int
    duty: int = 0
    to_cards: int = 0
    to_balance: int = 0
    shopper_id: int = 0
    is_of_deposit: bool = False
    kind: str = "physical"
    currency: str
    refunded_at: str


@event
class BalanceToppedUp:
    """Money came that a shopper has put on her balance."""

    payment_id: str
    shopper_id: int
    amount: int
    currency: str
    topped_up_at: str


@event
class TransferUnmatched:
    """Money came by bank transfer that pays nothing yet: its reference, amount or moment is wrong."""

    line_id: str
    amount: int
    currency: str
    came_at: str


@event
class TransferDecided:
    """What becomes of such money: so much has paid a payment, so much goes back to who sent it."""

    line_id: str
    used: int
    back: int
    currency: str
    decided_at: str


@event
class TransferReturned:
    """Money of a bank transfer that paid nothing has gone back."""

    line_id: str
    amount: int
    currency: str
    returned_at: str


@event
class LatePaymentReceived:
    """Money arrived for a group that was already closed; it goes back whole."""

    payment_id: str
    group_id: str
    amount: int
    currency: str
    received_at: str


@event
class AfterSaleOpened:
    """A shopper asks for something about what she bought, or complains (``kind`` complaint, quantity 0)."""

    case_id: str
    order_id: str
    shop_id: str
    shopper_id: int
    kind: str
    reason: str
    product_id: str
    quantity: int
    asked: int
    currency: str
    opened_at: str


@event
class AfterSaleMoved:
    """A case came into another status; ``by`` is shopper, shop, mall or clock, ``did`` what it did."""

    case_id: str
    order_id: str
    shop_id: str
    shopper_id: int
    status: str
    by: str
    did: str
    moved_at: str


@event
class AfterSaleRefundOwed:
    """The shopper is owed so much of an order: it goes back the way it came."""

    case_id: str
    order_id: str
    shop_id: str
    amount: int
    currency: str
    owed_at: str


@event
class AfterSaleClosed:
    """
    A case ended. ``refunded`` is what went back, ``goods_back`` how many pieces; ``fault`` is shopper, shop, nobody or
    empty; ``response_seconds`` how long the shop took for its first answer (-1: it gave none); ``was_arbitrated`` and
    ``is_lost_by_shop`` tell of a decision of the mall.
    """

    case_id: str
    order_id: str
    shop_id: str
    shopper_id: int
    kind: str
    reason: str
    product_id: str
    is_settled: bool
    refunded: int
    currency: str
    quantity: int
    goods_back: int
    fault: str
    response_seconds: int
    was_arbitrated: bool
    is_lost_by_shop: bool
    closed_at: str
