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
TRADE_SUSPECTED = Kind(
    "merchants.trade_suspected",
    title=_("%(shop)s: orders that look like fake trade"),
    body=_(
        "%(count)s orders count in no figure, and their money waits, until staff have looked at them. You need not do "
        "anything; if they are real, you may say so."
    ),
)
TRADE_CONFIRMED = Kind(
    "merchants.trade_confirmed",
    title=_("%(shop)s: fake trade"),
    body=_("%(count)s orders count no more and their money is not released: %(reason)s You may appeal."),
)
TRADE_CLEARED = Kind(
    "merchants.trade_cleared",
    title=_("%(shop)s: orders are in order"),
    body=_("%(count)s orders count again and their money is free: %(reason)s"),
)
TIER_CHANGED = Kind(
    "merchants.tier_changed",
    title=_("%(shop)s is in another tier this month"),
    body=_("See which one, what it opens, and what it takes to move up."),
    is_mailed=False,
)
SANCTION_IMPOSED = Kind(
    "merchants.sanction_imposed",
    title=_("%(shop)s: %(points)s points for a violation"),
    body=_("%(note)s Together %(total)s points count now. You may appeal; somebody else will decide."),
)
SANCTION_WITH_FINE = Kind(
    "merchants.sanction_with_fine",
    title=_("%(shop)s: %(points)s points and a fine of %(fine)s for a violation"),
    body=_(
        "%(note)s Together %(total)s points count now. You may appeal until %(day)s; somebody else will decide. Without"
        " an appeal the fine is taken from what you have available."
    ),
)
SANCTION_LIFTED = Kind(
    "merchants.sanction_lifted", title=_("%(shop)s: a sanction was lifted"), body=_("Its points count no more.")
)
RESTRICTED = Kind(
    "merchants.shop_restricted",
    title=_("%(shop)s: restriction changed to level %(level)s"),
    body=_("0: none. 1: no campaigns. 2: not in lists and search either. Orders go on in any case."),
)
EXITING = Kind(
    "merchants.shop_exiting",
    title=_("%(shop)s leaves the mall"),
    body=_("%(reason)s Finish what is in flight; the checklist says what is missing until the deposit is back."),
)
STAYS = Kind("merchants.shop_stays", title=_("%(shop)s stays"), body=_("Put your goods back on sale."))
EXIT_CLEARED = Kind(
    "merchants.exit_cleared",
    title=_("%(shop)s: everything is done"),
    body=_("The deposit goes back now; then the shop closes."),
)

# On the way in, and about papers

APPLICATION_SUBMITTED = Kind(
    "merchants.application_submitted",
    title=_("We have your application"),
    body=_("You have our answer by %(day)s. You need not do anything until then."),
)
APPLICATION_OVERDUE = Kind(
    "merchants.application_overdue",
    title=_("Overdue: the application of %(business)s"),
    body=_("It should have been answered by %(due)s. Please see that somebody decides."),
)
CHECK_OVERDUE = Kind(
    "merchants.check_overdue",
    title=_("Overdue: the automatic check of %(business)s"),
    body=_("It should have been done by %(due)s. Please see whether a register is silent."),
)
APPLICATION_CHANGES = Kind(
    "merchants.application_changes",
    title=_("Please change something in your application"),
    body=_("%(reason)s"),
)
APPLICATION_REJECTED = Kind(
    "merchants.application_rejected", title=_("Your application was not accepted"), body=_("%(reason)s")
)
APPLICATION_APPROVED = Kind(
    "merchants.application_approved",
    title=_("Your application is approved."),
    body=_("Accept the agreement and pay the deposit; then your shop opens by itself."),
)
APPLICATION_REMINDED = Kind(
    "merchants.application_reminded",
    title=_("Your application waits for you"),
    body=_("Accept the agreement and pay the deposit until %(day)s; then it expires."),
)
APPLICATION_EXPIRED = Kind(
    "merchants.application_expired",
    title=_("Your application has expired"),
    body=_("Agreement or deposit did not come in time. You may apply anew at any time."),
)
TRADE_APPROVED = Kind(
    "merchants.trade_approved",
    title=_("%(shop)s: “%(trade)s” is approved"),
    body=_("Accept its agreement and pay what its deposit asks for beside yours; then you can sell."),
)
TRADE_ADMITTED = Kind(
    "merchants.trade_admitted",
    title=_("%(shop)s may sell “%(trade)s”"),
    body=_("Put the first goods of this trade on sale."),
)
AGREEMENT_ASKED = Kind(
    "merchants.agreement_asked",
    title=_("A newer version of “%(agreement)s”"),
    body=_("Please read and accept it until %(due_on)s. After that nothing new can be put on sale until you have."),
)
AGREEMENT_DUE = Kind(
    "merchants.agreement_due",
    title=_("“%(agreement)s” binds from %(due_on)s"),
    body=_("Without your acceptance nothing new can be put on sale from then on. Orders and money go on in any case."),
)
APPLICATION_OPEN = Kind(
    "merchants.application_open", title=_("%(shop)s is open"), body=_("Put the first goods on the shelf.")
)
DOCUMENT_EXPIRING = Kind(
    "merchants.document_expiring",
    title=_("%(document)s runs out in %(days)s days"),
    body=_("It is valid until %(valid_to)s. After that the goods that need it cannot be sold until it is renewed."),
)
DOCUMENT_ACCEPTED = Kind(
    "merchants.document_accepted", title=_("%(document)s is accepted"), body=_("The newer document holds from now on.")
)
DOCUMENT_REFUSED = Kind("merchants.document_refused", title=_("%(document)s was refused"), body=_("%(reason)s"))
TRADE_SUSPENDED = Kind(
    "merchants.trade_suspended",
    title=_("%(shop)s cannot sell “%(trade)s” now"),
    body=_("A document has run out. Renew it, and the goods come back by themselves."),
)
TRADE_RESTORED = Kind(
    "merchants.trade_restored",
    title=_("%(shop)s sells “%(trade)s” again"),
    body=_("The documents are in order again."),
)
