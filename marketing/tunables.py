"""Numbers of marketing that staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

COUPON_GRACE_DAYS = Tunable(
    "marketing.coupon_grace_days",
    default=7,
    least=1,
    most=90,
    sentence=_("Days that a coupon can be used at least after an order has given it back."),
)
GROUP_PAY_MINUTES = Tunable(
    "marketing.group_pay_minutes",
    default=15,
    least=2,
    most=120,
    sentence=_("Minutes in which a shopper pays for her seat in a group, before it comes free again."),
)
LEADER_BONUS_DAYS = Tunable(
    "marketing.leader_bonus_days",
    default=15,
    least=1,
    most=90,
    sentence=_("Days after delivery until who opened a group gets her coupon: as long as she may ask for after-sales."),
)
MOST_LIVE_PROMOTIONS = Tunable(
    "marketing.most_live_promotions",
    default=50,
    least=1,
    most=500,
    sentence=_("How many promotions of a shop may run at the same time."),
)
FLASH_PASS_SECONDS = Tunable(
    "marketing.flash_pass_seconds",
    default=180,
    least=10,
    most=900,
    sentence=_("Seconds in which a shopper whom a flash sale lets in places her order, before the next one is let in."),
)
FLASH_AT_ONCE = Tunable(
    "marketing.flash_at_once",
    default=50,
    least=1,
    most=1000,
    sentence=_("How many shoppers each item of a flash sale lets into the checkout at the same time."),
)
CAMPAIGN_EVALUATION_DAYS = Tunable(
    "marketing.campaign_evaluation_days",
    default=7,
    least=0,
    most=60,
    sentence=_("Days after the end of a campaign at which its orders, reviews and complaints are counted."),
)
BARGAIN_HELPS_PER_DAY = Tunable(
    "marketing.bargain_helps_per_day",
    default=10,
    least=1,
    most=1000,
    sentence=_("How often a person can help others with their bargains on one day."),
)
BARGAIN_HELPER_DAYS = Tunable(
    "marketing.bargain_helper_days",
    default=0,
    least=0,
    most=90,
    sentence=_("How many days an account must be old before it can help with a bargain (0: at once)."),
)
BARGAIN_BUY_HOURS = Tunable(
    "marketing.bargain_buy_hours",
    default=24,
    least=1,
    most=168,
    sentence=_("Hours that a shopper has at least to buy after her bargain has reached its lowest price."),
)
BARGAIN_WARN_HOURS = Tunable(
    "marketing.bargain_warn_hours",
    default=3,
    least=1,
    most=48,
    sentence=_("How many hours before the end of a bargain its shopper is told."),
)
TRIAL_CHOOSE_DAYS = Tunable(
    "marketing.trial_choose_days",
    default=5,
    least=1,
    most=30,
    sentence=_("Days after the end of applications in which a shop chooses who tries its goods; then the lot does."),
)
TRIAL_REMIND_DAYS = Tunable(
    "marketing.trial_remind_days",
    default=3,
    least=1,
    most=14,
    sentence=_("How many days before a report on a free trial is due its writer is reminded."),
)
JOINT_NOTICE_DAYS = Tunable(
    "marketing.joint_notice_days",
    default=7,
    least=0,
    most=60,
    sentence=_("Days that a joint promotion of two shops still counts after one of them has given notice."),
)
