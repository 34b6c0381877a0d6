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
