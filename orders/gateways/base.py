"""What every payment channel can do, in the mall's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from mall.money import Money
from mall.refusals import Refusal

NOTICE_WINDOW = timedelta(seconds=300)
LARGEST_NOTICE = 64 * 1024


class Payable(Protocol):
    """What a channel needs to know of a payment: of orders, of a deposit, of whatever the mall takes money for."""

    public_id: str
    channel: str
    amount: Money
    provider_reference: str
    started_at: datetime
    pay_by: datetime
    subject: str

    def notify_path(self) -> str:
        """Where the channel tells how it ended."""

    def return_path(self) -> str:
        """Where the payer comes back to."""


class Returnable(Protocol):
    """Money of a payment that goes back through its channel."""

    public_id: str
    payment: Payable
    in_cash: Money


class Standing(StrEnum):
    """How a payment stands with its channel."""

    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a channel says of a payment when asked; ``payer`` is the account that paid, where the channel tells it."""

    standing: Standing
    amount: Money
    reference: str
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel says of a payment by itself, its signature verified."""

    notice_id: str
    payment_id: str
    answer: Answer
    content: dict


@dataclass(frozen=True, slots=True)
class BillLine:
    """
    One movement on a channel's bill of a day, in the mall's words.

    :ivar kind: ``payment``, ``refund``, or ``other``: money that moved for a reason of the channel's own
    :ivar reference: the mall's number of the payment or refund, as the channel knows it
    :ivar standing: ``done``, ``waiting`` or ``failed``
    :ivar is_ours: whether the channel names this mall as the payee
    """

    kind: str
    reference: str
    provider_reference: str
    amount: Money
    fee: Money
    standing: str
    at: datetime
    is_ours: bool = True


class ChannelUnavailable(Refusal):
    """The channel did not answer; what it did is unknown, so it is asked again later."""

    code = "channel-unavailable"
    status = 503


class BillNotReady(ChannelUnavailable):
    """The channel has not made the day's bill yet."""

    code = "bill-not-ready"


class NoBill(BillNotReady):
    """The channel has no bill of that day: nothing moved, or it has not begun to make one."""

    code = "no-bill"


class NotTaken(Refusal):
    """The channel does not take such a payment: another currency, too little, too much."""

    code = "not-taken"


class RefundRefused(Refusal):
    """The channel will not send this money back; somebody has to look why."""

    code = "refund-refused"


class BadNotice(Exception):
    """A notice that must not be believed; the text is for the audit trail, never for the sender."""


class Gateway(Protocol):
    """
    One payment channel. No method is called while a row is locked; each may be called again with the same rows and then
    answers for what was done the first time. Each may raise :class:`ChannelUnavailable`.
    """

    code: str
    label: str
    pays_orders_only: bool  # not what balances are topped up with, nor the deposits of shops
    has_bill: bool  # whether its movements are told by somebody else than this mall

    def is_configured(self) -> bool:
        """Whether this mall has an account there; without one the channel is not offered."""

    def prepare(self, *, payment: Payable, now: datetime) -> Answer:
        """Open the payment at the channel, to be paid until its ``pay_by``."""

    def page_url(self, *, payment: Payable) -> str:
        """Where the payer pays, once the payment is prepared."""

    def query(self, *, payment: Payable, now: datetime) -> Answer:
        """How the payment stands."""

    def close(self, *, payment: Payable, now: datetime) -> Answer:
        """Take no more money for it; answers how it stands, which may be that money came or is on its way."""

    def refund(self, *, refund: Returnable, now: datetime) -> bool:
        """Send money back; ``True`` once it has gone, ``False`` while it is on its way."""

    def query_refund(self, *, refund: Returnable, now: datetime) -> bool | None:
        """As :meth:`refund` without sending anything; ``None`` when the channel has never heard of it."""

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        """
        ``None`` for a true message that is about nothing the mall waits for.

        :raises BadNotice: wrong signature, another payee, outside the window of time, or not understood
        """

    def bill(self, *, day: date, now: datetime) -> Iterator[BillLine]:
        """
        What moved at the channel on a day of the mall's time zone, read as it streams.

        :raises BillNotReady: not yet
        """
