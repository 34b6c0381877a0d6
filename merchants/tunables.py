"""Numbers of the merchants app that platform staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

REMINDER_DAYS = Tunable(
    "merchants.reminder_days", default=30, least=1, most=365,
    sentence=_("Days without a paid order after which a shop is reminded, once."),
)  # fmt: skip
FREEZE_DAYS = Tunable(
    "merchants.freeze_days", default=60, least=2, most=730,
    sentence=_("Days without a paid order after which a shop is frozen."),
)  # fmt: skip
HOLIDAY_REST_DAYS = Tunable(
    "merchants.holiday_rest_days", default=30, least=0, most=365,
    sentence=_("Days of holiday between two orders that do not count as days without an order."),
)  # fmt: skip
LONGEST_HOLIDAY_DAYS = Tunable(
    "merchants.longest_holiday_days", default=60, least=1, most=365,
    sentence=_("Days that one holiday of a shop may last at the most."),
)  # fmt: skip
INVITATION_DAYS = Tunable(
    "merchants.invitation_days", default=7, least=1, most=60,
    sentence=_("Days for which an invitation to work in a shop is good."),
)  # fmt: skip
REVIVAL_PAUSE_DAYS = Tunable(
    "merchants.revival_pause_days", default=3, least=0, most=90,
    sentence=_("Days after a refused revival before a frozen shop may ask again."),
)  # fmt: skip
APPEAL_DAYS = Tunable(
    "merchants.appeal_days", default=7, least=1, most=60,
    sentence=_("Days within which a shop may appeal against a score or a sanction."),
)  # fmt: skip
GRACE_DAYS = Tunable(
    "merchants.grace_days", default=30, least=0, most=365,
    sentence=_("Days from its opening during which no monthly score of a shop falls below 60."),
)  # fmt: skip
PRIOR = Tunable(
    "merchants.health_prior", default=20, least=0, most=1000,
    sentence=_("How many average orders of its category join a shop's own when it is scored: few decide little."),
)  # fmt: skip

WEIGHTS = {
    name: Tunable(f"merchants.health_weight_{name}", default=default, least=1, most=100, sentence=sentence)
    for name, default, sentence in (
        ("completion", 25, _("Weight of the completion rate in the health score.")),
        ("cancellations", 15, _("Weight of canceled paid orders in the health score.")),
        ("shipping", 25, _("Weight of the time to ship in the health score.")),
        ("rating", 25, _("Weight of the ratings in the health score.")),
        ("freshness", 10, _("Weight of the care for its goods in the health score.")),
    )
}
