"""What marketing tells people (A7)."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

CAMPAIGN_INVITED = Kind(
    "marketing.campaign_invited",
    title=_("%(shop)s: you are invited to “%(campaign)s”"),
    body=_("Enrol your goods until %(until)s. Its page says what is asked, and how your shop stands to it."),
)
CAMPAIGN_ACCEPTED = Kind(
    "marketing.campaign_accepted",
    title=_("%(shop)s: “%(product)s” may come along to “%(campaign)s”"),
    body=_("When the audit ends its price is locked and its units are set aside."),
    is_mailed=False,
)
CAMPAIGN_LOCKED = Kind(
    "marketing.campaign_locked",
    title=_("%(shop)s: “%(product)s” is in “%(campaign)s”"),
    body=_("Its price stays as it is until the end; the units are set aside in your stock."),
    is_mailed=False,
)
CAMPAIGN_REFUSED = Kind(
    "marketing.campaign_refused",
    title=_("%(shop)s: “%(product)s” does not come along to “%(campaign)s”"),
    body=_("The reason: %(reason)s"),
)
CAMPAIGN_EVALUATED = Kind(
    "marketing.campaign_evaluated",
    title=_("%(shop)s: “%(campaign)s” brought you %(points)s points"),
    body=_("With them you stand further in front when the next campaign invites. Its page shows what they came from."),
    is_mailed=False,
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
