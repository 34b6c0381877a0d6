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
    reminded_at: str = ""


@event
class ShopFrozen:
    """Hidden from shoppers; open orders go on."""

    shop_id: str
    reason: str
    frozen_at: str = ""


@event
class ShopThawed:
    """Visible again."""

    shop_id: str
    thawed_at: str = ""


@event
class ShopWentOnHoliday:
    """Seen but not selling until a day that the shop named."""

    shop_id: str
    ends_at: str
    started_at: str


@event
class ShopCameBack:
    """The holiday is over."""

    shop_id: str
    ended_at: str


@event
class PetitionAsked:
    """A shop asks something of the platform's staff: to be revived, a score made anew, a sanction lifted."""

    petition_id: str
    shop_id: str
    kind: str
    asked_at: str


@event
class PetitionDecided:
    """Staff answered; ``is_granted`` tells how."""

    petition_id: str
    shop_id: str
    kind: str
    is_granted: bool
    answer: str
    decided_at: str


@event
class ShopClosed:
    """Gone for good; its people can only read."""

    shop_id: str
    reason: str
    closed_at: str = ""


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


@event
class ShopBarred:
    """A monthly score below 60: no campaigns and placements until a later score is 60 or more."""

    shop_id: str
    month: str
    score: str
    scored_at: str


@event
class ShopUnbarred:
    """A score of 60 or more after one below."""

    shop_id: str
    month: str
    score: str
    scored_at: str
