"""What marketing tells people (A7)."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

SEAT_CONFIRMED = Kind(
    "marketing.seat_confirmed",
    title=_("You are in the group for “%(goods)s”"),
    body=_("Still missing: %(missing)s. Share the group, so that it is complete in time."),
)
GROUP_FORMED = Kind(
    "marketing.group_formed",
    title=_("Your group for “%(goods)s” is complete"),
    body=_("All %(size)s have paid. The shop packs your goods now."),
)
GROUP_HELPED = Kind(
    "marketing.group_helped",
    title=_("The mall has completed your group for “%(goods)s”"),
    body=_("Its time was over with %(paid)s of %(size)s seats paid. The shop packs your goods now, at the same price."),
)
GROUP_EXPIRED = Kind(
    "marketing.group_expired",
    title=_("Your group for “%(goods)s” was not complete in time"),
    body=_("Paid were %(paid)s of %(size)s seats. Your order is canceled, and all of your money is on its way back."),
)
FUNDING_SUCCEEDED = Kind(
    "marketing.funding_succeeded",
    title=_("“%(name)s” has reached its goal"),
    body=_("What you support will be made. It ships from %(day)s."),
)
FUNDING_FAILED = Kind(
    "marketing.funding_failed",
    title=_("“%(name)s” has not reached its goal"),
    body=_("Your order is canceled, and all of your money is on its way back."),
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
