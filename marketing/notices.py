"""What marketing tells people (A7)."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

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
