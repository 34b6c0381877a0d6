"""Numbers of the merchants app that platform staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable, Unit

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
FINE_MOST = Tunable(
    "merchants.fine_most", default=5_000_000, least=0, most=1_000_000_000,
    sentence=_("How high the fine of one sanction may be."),
    unit=Unit.YUAN,
)  # fmt: skip
GRACE_DAYS = Tunable(
    "merchants.grace_days", default=30, least=0, most=365,
    sentence=_("Days from its opening during which no monthly score of a shop falls below 60."),
)  # fmt: skip
PRIOR = Tunable(
    "merchants.health_prior", default=20, least=0, most=1000,
    sentence=_("How many average orders of its category join a shop's own when it is scored: few decide little."),
)  # fmt: skip

MACHINE_DAYS = Tunable(
    "merchants.machine_days", default=1, least=1, most=30,
    sentence=_("Working days within which the automatic check of an application is done."),
)  # fmt: skip
ANSWER_DAYS = Tunable(
    "merchants.answer_days", default=3, least=1, most=60,
    sentence=_("Working days within which an application is answered; later it is escalated."),
)  # fmt: skip
REGISTER_TRIES = Tunable(
    "merchants.register_tries", default=3, least=1, most=20,
    sentence=_("How often a silent register is asked before a person looks at the application."),
)  # fmt: skip
REGISTER_PAUSE_MINUTES = Tunable(
    "merchants.register_pause_minutes", default=10, least=1, most=1440,
    sentence=_("Minutes after which a silent register is asked again."),
)  # fmt: skip
SIGNING_DAYS = Tunable(
    "merchants.signing_days", default=30, least=2, most=365,
    sentence=_("Days for the agreement of an approved application, and as many for its deposit, before it expires."),
)  # fmt: skip
SIGNING_REMINDER_DAYS = Tunable(
    "merchants.signing_reminder_days", default=7, least=1, most=60,
    sentence=_("Days before an approved application expires on which its applicant is reminded."),
)  # fmt: skip
DRAFT_DAYS = Tunable(
    "merchants.draft_days", default=365, least=30, most=1825,
    sentence=_("Days after which a draft of an application that nobody touches is deleted with its documents."),
)  # fmt: skip
AGREEMENT_DAYS = Tunable(
    "merchants.agreement_days", default=30, least=7, most=365,
    sentence=_("Days that shops have at the least to accept a newer agreement before it binds them."),
)  # fmt: skip
AFTER_SALE_DAYS = Tunable(
    "merchants.after_sale_days", default=15, least=0, most=180,
    sentence=_("Days after its last completed order before a shop that leaves may close."),
)  # fmt: skip
POINTS_DAYS = Tunable(
    "merchants.points_days", default=365, least=1, most=1825,
    sentence=_("Days after which the points of a violation expire."),
)  # fmt: skip
POINTS_RESTRICTED = Tunable(
    "merchants.points_restricted", default=6, least=1, most=1000,
    sentence=_("Points from which a shop takes no part in campaigns."),
)  # fmt: skip
POINTS_HIDDEN = Tunable(
    "merchants.points_hidden", default=12, least=1, most=1000,
    sentence=_("Points from which the goods of a shop stand in no lists either."),
)  # fmt: skip
POINTS_SUSPENDED = Tunable(
    "merchants.points_suspended", default=24, least=1, most=1000,
    sentence=_("Points from which a shop is suspended."),
)  # fmt: skip
POINTS_CLOSED = Tunable(
    "merchants.points_closed", default=48, least=1, most=1000,
    sentence=_("Points from which a shop has to leave the mall."),
)  # fmt: skip
TIER_TURNOVER_WEIGHT = Tunable(
    "merchants.tier_turnover_weight", default=70, least=0, most=100,
    sentence=_("Percent that turnover counts in a shop's tier; repurchase counts the rest."),
)  # fmt: skip
TIER_HEAD_PERCENT = Tunable(
    "merchants.tier_head_percent", default=20, least=1, most=50,
    sentence=_("Percent of a category's shops that are its head."),
)  # fmt: skip
TIER_WAIST_PERCENT = Tunable(
    "merchants.tier_waist_percent", default=50, least=1, most=90,
    sentence=_("Percent of a category's shops that are its waist, below the head."),
)  # fmt: skip

WEIGHTS = {
    name: Tunable(f"merchants.health_weight_{name}", default=default, least=1, most=100, sentence=sentence)
    for name, default, sentence in (
        ("completion", 20, _("Weight of the completion rate in the health score.")),
        ("cancellations", 10, _("Weight of canceled paid orders in the health score.")),
        ("shipping", 20, _("Weight of the time to ship in the health score.")),
        ("rating", 20, _("Weight of the ratings in the health score.")),
        ("response", 10, _("Weight of the time to answer after-sales in the health score.")),
        ("returns", 5, _("Weight of the return rate in the health score.")),
        ("complaints", 5, _("Weight of the complaint rate in the health score.")),
        ("freshness", 10, _("Weight of the care for its goods in the health score.")),
    )
}
