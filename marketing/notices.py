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
JOINT_PROPOSED = Kind(
    "marketing.joint_proposed",
    title=_("%(issuer)s proposes a joint promotion"),
    body=_("“%(promotion)s” would count for goods of %(shop)s too. Look at the terms, then sign or decline."),
)
JOINT_WITHDRAWN = Kind(
    "marketing.joint_withdrawn",
    title=_("%(issuer)s has withdrawn its proposal"),
    body=_("It was about “%(promotion)s”. Nothing changes."),
    is_mailed=False,
)
JOINT_SIGNED = Kind(
    "marketing.joint_signed",
    title=_("%(host)s has signed a joint promotion"),
    body=_("“%(promotion)s” of %(issuer)s counts in %(host)s now, and both bear their parts."),
)
JOINT_DECLINED = Kind(
    "marketing.joint_declined",
    title=_("%(host)s has declined a joint promotion"),
    body=_("It was about “%(promotion)s”. Nothing changes."),
)
JOINT_ENDED = Kind(
    "marketing.joint_ended",
    title=_("A joint promotion of %(issuer)s and %(host)s ends"),
    body=_("“%(promotion)s” counts in %(host)s until %(day)s. Orders keep what they were placed under."),
)
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
COUPON_TAKEN_BACK = Kind(
    "marketing.coupon_taken_back",
    title=_("%(shop)s takes a coupon back: %(coupon)s"),
    body=_("It came with an order of which so much has gone back that its step is no longer reached."),
    is_mailed=False,
)
BONUS_TAKEN_BACK = Kind(
    "marketing.bonus_taken_back",
    title=_("%(shop)s takes a coupon back: %(coupon)s"),
    body=_("It was given for the group that you opened; money of your order in it has gone back."),
    is_mailed=False,
)
COUPON_GIVEN_BY_THE_MALL = Kind(
    "marketing.coupon_given_by_the_mall",
    title=_("A coupon for you: %(coupon)s"),
    body=_("It waits among your coupons; the checkout uses it where it saves you most."),
    is_mailed=False,
)
