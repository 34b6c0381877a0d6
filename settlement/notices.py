"""What settlement tells people: where their money may go, and that it went."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

BANK_ACCOUNT_ADDED = Kind(
    "settlement.bank_account_added",
    title=_("%(shop)s: a bank account was added"),
    body=_("It ends in %(ending)s. If nobody of you did that, remove it now and write to us."),
)
BANK_ACCOUNT_VERIFIED = Kind(
    "settlement.bank_account_verified",
    title=_("%(shop)s: the bank account %(ending)s is verified"),
    body=_("Money can go to it when its waiting time is over."),
    is_mailed=False,
)
BANK_ACCOUNT_REFUSED = Kind(
    "settlement.bank_account_refused",
    title=_("%(shop)s: the bank account %(ending)s could not be verified"),
    body=_("See why on the page of your bank accounts."),
)
WITHDRAWAL_ASKED = Kind(
    "settlement.withdrawal_asked",
    title=_("%(shop)s: %(amount)s is being withdrawn"),
    body=_("If nobody of you did that, write to us at once."),
)
WITHDRAWAL_PAID = Kind(
    "settlement.withdrawal_paid",
    title=_("%(shop)s: %(amount)s was paid out"),
    body=_("The receipt stands with your withdrawals."),
    is_mailed=False,
)
WITHDRAWAL_BACK = Kind(
    "settlement.withdrawal_back",
    title=_("%(shop)s: a withdrawal of %(amount)s came back"),
    body=_("%(reason)s The money is available again."),
)
CORRECTED_TO_SHOP = Kind(
    "settlement.corrected_to_shop",
    title=_("%(shop)s: %(amount)s more is available"),
    body=_("A booking was corrected: %(reason)s It stands on your next statement."),
    is_mailed=False,
)
CORRECTED_FROM_SHOP = Kind(
    "settlement.corrected_from_shop",
    title=_("%(shop)s: %(amount)s less is available"),
    body=_("A booking was corrected: %(reason)s It stands on your next statement, where you can dispute it."),
)
FINED = Kind(
    "settlement.fined",
    title=_("%(shop)s: a fine of %(amount)s is taken"),
    body=_("%(reason)s Nobody appealed in time, or the appeal was refused. It stands on your next statement."),
)
FINE_BACK = Kind(
    "settlement.fine_back",
    title=_("%(shop)s: a fine of %(amount)s is given back"),
    body=_("The sanction is lifted. The money is available again and stands on your next statement."),
)
DISPUTE_ANSWERED = Kind(
    "settlement.dispute_answered",
    title=_("%(shop)s: a disputed line is answered"),
    body=_("The answer stands on the statement."),
    is_mailed=False,
)
