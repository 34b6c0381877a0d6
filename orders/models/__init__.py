from orders.models.address_change import AddressChange
from orders.models.after_sale import AfterSale, AfterSaleNote, CaseGift, CreditedLine, Verdict
from orders.models.cart import Cart, CartLine
from orders.models.gift_card import CardTry, GiftCard, GiftCardMove
from orders.models.goods_watch import GoodsStop
from orders.models.importer import Declaration, Importer
from orders.models.invoice import Invoice, InvoiceKind, InvoicePaper, InvoiceProfile
from orders.models.order import Order, OrderGroup, OrderLine, OrderStep
from orders.models.parcel import Parcel, ParcelLine, ParcelScan
from orders.models.party import Party, PartyAgreement, PartyPart, PartyRule, PartyRuleVersion
from orders.models.payment import Payment, PaymentNotice, Refund
from orders.models.purse import Purse, PurseMove
from orders.models.reconciliation import Bill, BilledMovement, Difference, DifferenceNote
from orders.models.routing import Routing
from orders.models.sandbox import SandboxNotice, SandboxRefund, SandboxTrade
from orders.models.sealed import SealedAddress
from orders.models.transfer import BankLine, BankStatement, SandboxTransfer, SentBack, Transfer
from orders.models.voucher import OfflineList, OfflineUse, Voucher, WrongCode

__all__ = [
    "AddressChange", "AfterSale", "AfterSaleNote", "BankLine", "BankStatement", "Bill", "BilledMovement", "CardTry",
    "Cart", "CartLine", "CaseGift", "CreditedLine", "Declaration", "Difference", "DifferenceNote", "GiftCard",
    "GiftCardMove", "GoodsStop", "Importer", "Invoice", "InvoiceKind", "InvoicePaper", "InvoiceProfile",
    "OfflineList", "OfflineUse", "Order", "OrderGroup", "OrderLine", "OrderStep", "Parcel", "ParcelLine",
    "ParcelScan", "Party", "PartyAgreement", "PartyPart", "PartyRule", "PartyRuleVersion", "Payment",
    "PaymentNotice", "Purse", "PurseMove", "Refund", "Routing", "SandboxNotice", "SandboxRefund", "SandboxTrade",
    "SandboxTransfer", "SealedAddress", "SentBack", "Transfer", "Verdict", "Voucher", "WrongCode",
]  # fmt: skip
