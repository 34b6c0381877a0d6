"""What marketing tells people (A7)."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

BARGAIN_REACHED = Kind(
    "marketing.bargain_reached",
    title=_("Your friends did it: %(price)s"),
    body=_("“%(product)s” is at its lowest price for you. Buy it before %(until)s."),
)
BARGAIN_ENDING = Kind(
    "marketing.bargain_ending",
    title=_("Your bargain ends soon"),
    body=_("“%(product)s” stands at %(price)s; the bargain ends at %(until)s."),
    is_mailed=False,
)
TRIAL_WON = Kind(
    "marketing.trial_won",
    title=_("You may try “%(product)s” free"),
    body=_("Order it before %(until)s; you pay the delivery only. After that somebody else gets it."),
)
TRIAL_REPORT_DUE = Kind(
    "marketing.trial_report_due",
    title=_("Your report on “%(product)s” is due soon"),
    body=_("You have tried it free: tell others how it is before %(until)s."),
)
COUPON_GIVEN = Kind(
    "marketing.coupon_given",
    title=_("%(shop)s gives you a coupon: %(coupon)s"),
    body=_("It waits among your coupons; the checkout uses it where it saves you most."),
    is_mailed=False,
)
COUPON_GIVEN_BY_THE_MALL = Kind(
    "marketing.coupon_given_by_the_mall",
    title=_("A coupon for you: %(coupon)s"),
    body=_("It waits among your coupons; the checkout uses it where it saves you most."),
    is_mailed=False,
)
