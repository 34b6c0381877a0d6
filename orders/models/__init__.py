from orders.models.address_change import AddressChange
from orders.models.after_sale import AfterSale, AfterSaleNote, CaseGift, CreditedLine, Verdict
from orders.models.cart import Cart, CartLine
from orders.models.gift_card import CardTry, GiftCard, GiftCardMove
from orders.models.goods_watch import GoodsStop
from orders.models.importer import Declaration, Importer
from orders.models.order import Order, OrderGroup, OrderLine, OrderStep
from orders.models.parcel import Parcel, ParcelLine, ParcelScan
from orders.models.payment import Payment, PaymentNotice, Refund
from orders.models.reconciliation import Bill, BilledMovement, Difference, DifferenceNote
from orders.models.sandbox import SandboxNotice, SandboxRefund, SandboxTrade
from orders.models.sealed import SealedAddress
from orders.models.voucher import Voucher

__all__ = [
    "AddressChange", "AfterSale", "AfterSaleNote", "Bill", "BilledMovement", "CardTry", "Cart", "CartLine",
    "CaseGift", "CreditedLine",
    "Declaration",
    "Difference", "DifferenceNote", "GiftCard", "GiftCardMove", "GoodsStop", "Importer", "Order", "OrderGroup",
    "OrderLine", "OrderStep", "Parcel", "ParcelLine", "ParcelScan", "Payment", "PaymentNotice", "Refund",
    "SandboxNotice", "SandboxRefund", "SandboxTrade", "SealedAddress", "Verdict", "Voucher",
]  # fmt: skip
