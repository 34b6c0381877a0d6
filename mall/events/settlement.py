"""What settlement announces. Amounts are fen."""

from mall.events.bus import event


@event
class SharesReleased:
    """A T+7 batch made money available to a shop."""

    shop_id: str
    order_count: int
    amount: int
    currency: str


@event
class DepositPaid:
    """An applicant's deposit came (S6): her shop may open."""

    application_id: str
    amount: int
    currency: str
    paid_at: str


@event
class DepositReturned:
    """A shop's deposit went back the way it came."""

    shop_id: str
    amount: int
    currency: str
    returned_at: str


@event
class BankAccountAdded:
    """A shop named another bank account (S4)."""

    shop_id: str
    bank_account_id: str
    ending: str
    added_at: str


@event
class BankAccountDecided:
    """Whoever verifies bank accounts has answered: ``verified`` or ``refused``."""

    shop_id: str
    bank_account_id: str
    ending: str
    status: str
    decided_at: str


@event
class WithdrawalAsked:
    """A shop asked for its available money (S4)."""

    shop_id: str
    withdrawal_id: str
    bank_account_id: str
    amount: int
    currency: str
    asked_at: str


@event
class WithdrawalEnded:
    """A withdrawal was paid out, or its money is back: ``paid_out``, ``failed`` or ``rejected``."""

    shop_id: str
    withdrawal_id: str
    status: str
    amount: int
    currency: str
    reason: str
    ended_at: str


@event
class StatementDisputed:
    """A shop says that a line of its statement is wrong (S5)."""

    shop_id: str
    statement_id: str
    dispute_id: str
    disputed_at: str


@event
class MoneyCorrected:
    """A booking was corrected: so much more (or, below zero, less) is available to the shop."""

    shop_id: str
    correction_id: str
    amount: int
    currency: str
    reason: str
    booked_at: str


@event
class SeizedMoneyMoved:
    """By order of an authority seized money was paid ``over`` to it, or went ``back`` to the shop (R4)."""

    shop_id: str
    case_id: str
    order_id: str
    way: str
    amount: int
    currency: str
    file_number: str
    moved_at: str


@event
class DisputeAnswered:
    """Staff answered a disputed line."""

    shop_id: str
    statement_id: str
    dispute_id: str
    status: str
    answered_at: str


@event
class CommissionInvoiceIssued:
    """The mall has issued its invoice for the commission and fees of a month (S5)."""

    shop_id: str
    statement_id: str
    number: str
    amount: int
    currency: str
    issued_at: str
