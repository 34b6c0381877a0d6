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
    submitted_at: str


@event
class ApplicationDecided:
    """The machine or a person decided; ``status`` is what the application came to: review, expert, approved …"""

    application_id: str
    applicant_id: int
    status: str
    reason: str
    decided_at: str


@event
class ApplicationOverdue:
    """The mall owes an answer: ``target`` is "machine" (one working day) or "answer" (three)."""

    application_id: str
    target: str
    due_at: str
    told_at: str


@event
class AgreementAccepted:
    """An approved applicant accepted every agreement; the deposit is next."""

    application_id: str
    deposit: int
    currency: str


@event
class ApplicationReminded:
    """Approved, but agreement or deposit have not come; on ``expires_at`` it is too late."""

    application_id: str
    expires_at: str
    reminded_at: str


@event
class ApplicationExpired:
    """Approved, but agreement or deposit did not come in time; money that comes nevertheless goes back."""

    application_id: str
    expired_at: str


@event
class TradeAdmitted:
    """A shop that asked for one more trade may sell in it."""

    shop_id: str
    application_id: str
    trade: str
    admitted_at: str


@event
class AgreementRenewalAsked:
    """A merchant is to accept a newer version of an agreement by a day."""

    merchant_id: str
    code: str
    version: int
    due_on: str
    asked_at: str


@event
class AgreementRenewalDue:
    """The day comes near and it is not accepted; told once each 7 days and 1 day before."""

    merchant_id: str
    code: str
    version: int
    due_on: str
    days: int
    told_at: str


@event
class AgreementRenewed:
    """An owner accepted the newer version for the business."""

    shop_id: str
    code: str
    version: int
    accepted_at: str


@event
class DocumentDecided:
    """A paper of an application (no merchant yet) or of a merchant was accepted or refused."""

    document_id: str
    merchant_id: str
    application_id: str
    kind: str
    status: str
    reason: str
    decided_at: str


@event
class DocumentExpiring:
    """A merchant's paper runs out on a day; told once each 30, 15 and 7 days before."""

    document_id: str
    merchant_id: str
    kind: str
    valid_to: str
    days: int
    told_at: str


@event
class TradeSuspended:
    """A paper that a trade needs has run out: the shop's goods of that trade cannot be sold."""

    shop_id: str
    trade: str
    suspended_at: str


@event
class TradeRestored:
    """The papers of a trade are in order again."""

    shop_id: str
    trade: str
    restored_at: str


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


@event
class InvitationAccepted:
    """Somebody who was invited works in the shop now."""

    invitation_id: str
    shop_id: str
    person_id: str
    role: str
    accepted_at: str


@event
class TierChanged:
    """A shop is in another tier of its category than the month before (M8)."""

    shop_id: str
    month: str
    tier: str
    tier_before: str
    ranked_at: str


@event
class SanctionImposed:
    """
    A violation and its points; ``total`` is what counts together, ``consequence`` what follows (M9). Its ``fine`` is in
    force from ``fine_due_at`` on unless somebody appeals.
    """

    sanction_id: str
    shop_id: str
    code: str
    points: int
    total: int
    consequence: str
    note: str
    imposed_at: str
    fine: int = 0
    currency: str = "CNY"
    fine_due_at: str = ""


@event
class ShopFined:
    """The fine of a sanction is in force: nobody appealed in time, or the appeal was refused (S6)."""

    sanction_id: str
    shop_id: str
    amount: int
    currency: str
    note: str
    fined_at: str


@event
class SanctionLifted:
    """The points of a violation count no more: somebody else decided so."""

    sanction_id: str
    shop_id: str
    code: str
    lifted_at: str


@event
class ShopRestricted:
    """The level of restriction changed: 0 none, 1 no campaigns, 2 not in lists either."""

    shop_id: str
    level: int
    level_before: int
    restricted_at: str


@event
class ShopExiting:
    """A shop leaves the mall: nothing new begins, what is in flight is finished."""

    shop_id: str
    reason: str
    exiting_at: str


@event
class ShopStays:
    """It thought better of leaving."""

    shop_id: str
    staying_at: str


@event
class ShopExitCleared:
    """Nothing is left to be done in a shop that leaves but to send its deposit back."""

    shop_id: str
    cleared_at: str
