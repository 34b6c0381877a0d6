from settlement.models.bank_account import BankAccount
from settlement.models.correction import Correction
from settlement.models.deposit import Deposit, DepositNotice, DepositPayment, DepositRefund
from settlement.models.duty import DutyRemittance, RemittedDuty
from settlement.models.ledger import Account, Entry, Posting
from settlement.models.party import PartyBankAccount, PartyPayout, PartyShare
from settlement.models.seizure import SeizureOrder
from settlement.models.share import Share
from settlement.models.statement import CommissionInvoice, Dispute, Statement, StatementBalance, StatementLine
from settlement.models.withdrawal import PayoutFile, SandboxPayout, Withdrawal

__all__ = [
    "Account",
    "BankAccount",
    "CommissionInvoice",
    "Correction",
    "Deposit",
    "DepositNotice",
    "DepositPayment",
    "DepositRefund",
    "Dispute",
    "DutyRemittance",
    "Entry",
    "PartyBankAccount",
    "PartyPayout",
    "PartyShare",
    "PayoutFile",
    "Posting",
    "RemittedDuty",
    "SandboxPayout",
    "SeizureOrder",
    "Share",
    "Statement",
    "StatementBalance",
    "StatementLine",
    "Withdrawal",
]
