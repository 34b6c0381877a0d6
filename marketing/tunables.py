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
