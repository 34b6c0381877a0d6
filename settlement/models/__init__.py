from settlement.models.deposit import Deposit, DepositNotice, DepositPayment, DepositRefund
from settlement.models.ledger import Account, Entry, Posting
from settlement.models.share import Share

__all__ = ["Account", "Deposit", "DepositNotice", "DepositPayment", "DepositRefund", "Entry", "Posting", "Share"]
