"""What merchants tells people: one kind of notice for each step of a shop's life (A7)."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

REMINDED = Kind(
    "merchants.shop_reminded",
    title=_("%(shop)s: no order for %(idle_days)s days"),
    body=_(
        "A shop without a paid order for more than %(freeze_days)s days is frozen. Renew your goods, or go on holiday."
    ),
)
FROZEN = Kind(
    "merchants.shop_frozen",
    title=_("%(shop)s is frozen"),
    body=_(
        "%(reason)s Shoppers do not see the shop; orders in flight go on. You can ask for its revival at one click."
    ),
)
THAWED = Kind(
    "merchants.shop_thawed",
    title=_("%(shop)s is open again"),
    body=_("Shoppers see it again, and its days begin anew."),
)
WENT_ON_HOLIDAY = Kind(
    "merchants.shop_on_holiday",
    title=_("%(shop)s is on holiday"),
    body=_("Until %(until)s shoppers cannot buy. Orders that are paid still want shipping."),
    is_mailed=False,
)
CAME_BACK = Kind("merchants.shop_back", title=_("%(shop)s is back from holiday"), body=_("Shoppers can buy again."))
PETITION_GRANTED = Kind(
    "merchants.petition_granted", title=_("%(shop)s: your petition is granted"), body=_("%(answer)s")
)
PETITION_REFUSED = Kind(
    "merchants.petition_refused", title=_("%(shop)s: your petition is refused"), body=_("%(answer)s")
)
BARRED = Kind(
    "merchants.shop_barred",
    title=_("%(shop)s: health score %(score)s"),
    body=_(
        "Below 60 campaigns and placements are shut until a later score is 60 or more. See what cost "
        "points; you may appeal."
    ),
)
UNBARRED = Kind(
    "merchants.shop_unbarred",
    title=_("%(shop)s: health score %(score)s"),
    body=_("Campaigns and placements are open again."),
)
INVITATION_ACCEPTED = Kind(
    "merchants.invitation_accepted",
    title=_("%(person)s works in %(shop)s now"),
    body=_("The invitation was accepted. You can change the role at any time."),
    is_mailed=False,
)
CLOSED = Kind("merchants.shop_closed", title=_("%(shop)s is closed"), body=_("%(reason)s Its pages can still be read."))
