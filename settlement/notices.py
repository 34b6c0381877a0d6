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
MONEY_HELD = Kind(
    "settlement.money_held",
    title=_("%(shop)s: your available money is held"),
    body=_(
        "It moved in an unusual way, and our staff look into it, until %(until)s at the latest. Orders, deliveries and"
        " refunds go on. Tell us what happened: it helps."
    ),
)
MONEY_RELEASED = Kind(
    "settlement.money_released",
    title=_("%(shop)s: your money is free again"),
    body=_("We have looked into it: %(reason)s It can be withdrawn."),
)
MONEY_SEIZED = Kind(
    "settlement.money_seized",
    title=_("%(shop)s: %(amount)s was seized"),
    body=_("By order %(order)s: %(reason)s What is left can be withdrawn. You may appeal on the page of the case."),
)
APPEAL_UPHELD = Kind(
    "settlement.appeal_upheld",
    title=_("%(shop)s: your appeal was right, %(amount)s is back"),
    body=_("%(answer)s It can be withdrawn."),
)
APPEAL_REFUSED = Kind(
    "settlement.appeal_refused",
    title=_("%(shop)s: your appeal was refused"),
    body=_("%(answer)s The seizure stands."),
)
SEIZED_PAID_OVER = Kind(
    "settlement.seized_paid_over",
    title=_("%(shop)s: %(amount)s of seized money was paid over"),
    body=_("By order %(order)s it went to the authority. The page of the case says when."),
)
SEIZED_LIFTED = Kind(
    "settlement.seized_lifted",
    title=_("%(shop)s: %(amount)s of seized money is back"),
    body=_("By order %(order)s the seizure is lifted. It can be withdrawn."),
)
PARTY_OFFERED = Kind(
    "settlement.party_offered",
    title=_("%(shop)s: you are asked to give a part to %(party)s"),
    body=_("Read for which goods and how much. Nothing is taken of your orders before you agree."),
)
PARTY_AGREED = Kind(
    "settlement.party_agreed",
    title=_("%(shop)s agreed to give a part to %(party)s"),
    body=_("It counts for orders to come."),
    is_mailed=False,
)
PARTY_ENDED = Kind(
    "settlement.party_ended",
    title=_("%(shop)s gives %(party)s no part any more"),
    body=_("Orders that were placed keep what they have promised."),
    is_mailed=False,
)
DISPUTE_ANSWERED = Kind(
    "settlement.dispute_answered",
    title=_("%(shop)s: a disputed line is answered"),
    body=_("The answer stands on the statement."),
    is_mailed=False,
)
COMMISSION_INVOICED = Kind(
    "settlement.commission_invoiced",
    title=_("%(shop)s: the mall has issued an invoice of %(amount)s"),
    body=_("Invoice %(number)s of commission and fees: the PDF stands on the statement of the month."),
)
