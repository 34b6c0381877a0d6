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


@event
class ApplicationSubmitted:
    """A business handed in its application (M2), for the first time or again."""

    application_id: str
    round: int
    due_at: str


@event
class ApplicationDecided:
    """The machine or a person decided; ``status`` is what the application came to: review, expert, approved …"""

    application_id: str
    applicant_id: int
    status: str
    reason: str


@event
class ApplicationOverdue:
    """The mall owes an answer: ``target`` is "machine" (one working day) or "answer" (three)."""

    application_id: str
    target: str
    due_at: str


@event
class AgreementAccepted:
    """An approved applicant accepted every agreement; the deposit is next."""

    application_id: str
    deposit: int
    currency: str


@event
class DocumentDecided:
    """A paper of an application (no merchant yet) or of a merchant was accepted or refused."""

    document_id: str
    merchant_id: str
    application_id: str
    kind: str
    status: str
    reason: str


@event
class DocumentExpiring:
    """A merchant's paper runs out on a day; told once each 30, 15 and 7 days before."""

    document_id: str
    merchant_id: str
    kind: str
    valid_to: str
    days: int


@event
class TradeSuspended:
    """A paper that a trade needs has run out: the shop's goods of that trade cannot be sold."""

    shop_id: str
    trade: str


@event
class TradeRestored:
    """The papers of a trade are in order again."""

    shop_id: str
    trade: str
