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
