"""What settlement hears. The news may come in any order; the key of each entry keeps it booked once."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Product
from mall.clock import BUSINESS_ZONE
from mall.events import on
from mall.events.merchants import (
    ApplicationExpired,
    SanctionLifted,
    ShopExitCleared,
    ShopFined,
    ShopOpened,
    TradeAdmitted,
)
from mall.events.orders import (
    BalanceToppedUp,
    LatePaymentReceived,
    OrderCompleted,
    OrderDepositKept,
    OrderDepositPaid,
    OrderPaid,
    PartyRuleAnswered,
    PartyRuleOffered,
    PaymentRefunded,
    TransferDecided,
    TransferReturned,
    TransferUnmatched,
)
from mall.events.risk import MoneyAppealAnswered, MoneyCaseDecided, MoneyHeld
from mall.events.settlement import (
    BankAccountAdded,
    BankAccountDecided,
    CommissionInvoiceIssued,
    DepositPaid,
    DisputeAnswered,
    MoneyCorrected,
    SeizedMoneyMoved,
    WithdrawalAsked,
    WithdrawalEnded,
)
from mall.money import Money
from mall.notifications.sending import notify
from merchants.models import Seat, Shop
from merchants.telling import tell_shop
from orders.models import Order, PartyRuleVersion, Refund
from settlement import deposits, fines, kept_deposits, money_watch, notices, parties, receipts, reversals, splits

WITH_MONEY = tuple(role for role in Seat.Role if "money.withdraw" in Seat.RIGHTS[role])


@on(OrderPaid)
def book_payment(event: OrderPaid) -> None:
    receipts.book_payment(
        order_id=event.order_id,
        total=Money(event.total - event.deposit, event.currency),
        duty=Money(event.duty, event.currency),
        cards=_cards(event, event.by_cards),
        balance=_balance(event, event.by_balance),
        paid_at=datetime.fromisoformat(event.paid_at),
    )
    parties.set_aside(order=Order.objects.get(public_id=event.order_id))


@on(OrderDepositPaid)
def book_order_deposit(event: OrderDepositPaid) -> None:
    receipts.book_order_deposit(
        order_id=event.order_id,
        amount=Money(event.amount, event.currency),
        balance=_balance(event, event.by_balance),
        paid_at=datetime.fromisoformat(event.paid_at),
    )


@on(BalanceToppedUp)
def book_top_up(event: BalanceToppedUp) -> None:
    receipts.book_top_up(
        payment_id=event.payment_id,
        shopper_id=event.shopper_id,
        amount=Money(event.amount, event.currency),
        topped_up_at=datetime.fromisoformat(event.topped_up_at),
    )


@on(OrderDepositKept)
def share_kept_deposit(event: OrderDepositKept) -> None:
    kept_deposits.share_kept_deposit(order=Order.objects.get(public_id=event.order_id))


def _cards(event: OrderPaid | PaymentRefunded, part: int) -> receipts.Cards | None:
    """What gift cards have to do with it; mostly nothing."""
    are_sold = event.kind == Product.Kind.GIFT_CARD
    if not part and not are_sold:
        return None
    shop = Shop.objects.only("pk").get(public_id=event.shop_id)
    return receipts.Cards(shop_id=shop.pk, part=Money(part, event.currency), are_sold=are_sold)


def _balance(event: OrderPaid | OrderDepositPaid | PaymentRefunded, part: int) -> receipts.OnBalance | None:
    """What the shopper's balance has to do with it; mostly nothing."""
    return receipts.OnBalance(event.shopper_id, Money(part, event.currency)) if part else None


@on(OrderCompleted)
def split_order(event: OrderCompleted) -> None:
    order = Order.objects.get(public_id=event.order_id)
    if not order.is_of_cards:  # of which nothing is the shop's before they are spent
        splits.split_order(order=order, completed_at=datetime.fromisoformat(event.completed_at))


@on(PaymentRefunded)
def book_refund(event: PaymentRefunded) -> None:
    if event.order_id and reversals.is_after_completion(refund_id=event.refund_id):
        reversals.reverse(refund_id=event.refund_id, refunded_at=datetime.fromisoformat(event.refunded_at))
        return
    facts = {
        "refund_id": event.refund_id,
        "amount": Money(event.amount, event.currency),
        "balance": _balance(event, event.to_balance),
        "refunded_at": datetime.fromisoformat(event.refunded_at),
    }
    if event.order_id:
        cards = _cards(event, event.to_cards)
        receipts.book_refund(duty=Money(event.duty, event.currency), cards=cards, **facts)
        refund = Refund.objects.select_related("order", "after_sale").get(public_id=event.refund_id)
        parties.take_back(refund=refund, refunded_at=facts["refunded_at"])
    else:
        receipts.book_late_refund(**facts)


@on(LatePaymentReceived)
def book_late_payment(event: LatePaymentReceived) -> None:
    receipts.book_late_payment(
        payment_id=event.payment_id,
        amount=Money(event.amount, event.currency),
        received_at=datetime.fromisoformat(event.received_at),
    )


@on(TransferUnmatched)
def book_transfer(event: TransferUnmatched) -> None:
    receipts.book_transfer(
        line_id=event.line_id,
        amount=Money(event.amount, event.currency),
        came_at=datetime.fromisoformat(event.came_at),
    )


@on(TransferDecided)
def book_transfer_used(event: TransferDecided) -> None:
    receipts.book_transfer_used(
        line_id=event.line_id,
        amount=Money(event.used, event.currency),
        used_at=datetime.fromisoformat(event.decided_at),
    )


@on(TransferReturned)
def book_transfer_back(event: TransferReturned) -> None:
    receipts.book_transfer_back(
        line_id=event.line_id,
        amount=Money(event.amount, event.currency),
        returned_at=datetime.fromisoformat(event.returned_at),
    )


@on(ShopOpened)
def hold_deposit(event: ShopOpened) -> None:
    deposits.hold_deposit(shop=Shop.objects.get(public_id=event.shop_id), now=datetime.fromisoformat(event.opened_at))


@on(TradeAdmitted)
def hold_deposit_of_trade(event: TradeAdmitted) -> None:
    deposits.hold_deposit(shop=Shop.objects.get(public_id=event.shop_id), now=datetime.fromisoformat(event.admitted_at))


@on(ApplicationExpired, DepositPaid)
def return_unwanted_deposit(event: ApplicationExpired | DepositPaid) -> None:
    moment = event.expired_at if isinstance(event, ApplicationExpired) else event.paid_at
    deposits.return_unwanted(application_id=event.application_id, now=datetime.fromisoformat(moment))


@on(ShopExitCleared)
def return_deposit(event: ShopExitCleared) -> None:
    shop = Shop.objects.get(public_id=event.shop_id)
    if deposits.deposit_of(shop):
        deposits.return_deposit(
            shop=shop, reason=_("The shop has left the mall."), now=datetime.fromisoformat(event.cleared_at)
        )


@on(ShopFined)
def book_fine(event: ShopFined) -> None:
    at = datetime.fromisoformat(event.fined_at)
    if fines.book_fine(sanction_id=event.sanction_id, fined_at=at):
        facts = {"amount": str(Money(event.amount, event.currency)), "reason": event.note}
        _tell(event, notices.FINED, event.fined_at, "entries", **facts)


@on(SanctionLifted)
def return_fine(event: SanctionLifted) -> None:
    at = datetime.fromisoformat(event.lifted_at)
    if entry := fines.return_fine(sanction_id=event.sanction_id, lifted_at=at):
        amount = next(-leg.amount for leg in entry.postings.all() if leg.shop_id)
        _tell(event, notices.FINE_BACK, event.lifted_at, "entries", amount=str(amount))


# Whom it concerns hears of it


@on(BankAccountAdded)
def tell_of_new_bank_account(event: BankAccountAdded) -> None:
    _tell(event, notices.BANK_ACCOUNT_ADDED, event.added_at, "bank-accounts", ending=event.ending)


@on(BankAccountDecided)
def tell_of_bank_account(event: BankAccountDecided) -> None:
    kind = notices.BANK_ACCOUNT_VERIFIED if event.status == "verified" else notices.BANK_ACCOUNT_REFUSED
    _tell(event, kind, event.decided_at, "bank-accounts", ending=event.ending)


@on(WithdrawalAsked)
def tell_of_withdrawal(event: WithdrawalAsked) -> None:
    amount = str(Money(event.amount, event.currency))
    _tell(event, notices.WITHDRAWAL_ASKED, event.asked_at, "withdrawal", event.withdrawal_id, amount=amount)


@on(WithdrawalEnded)
def tell_of_end(event: WithdrawalEnded) -> None:
    kind = notices.WITHDRAWAL_PAID if event.status == "paid_out" else notices.WITHDRAWAL_BACK
    facts = {"amount": str(Money(event.amount, event.currency)), "reason": event.reason}
    _tell(event, kind, event.ended_at, "withdrawal", event.withdrawal_id, **facts)


@on(MoneyCorrected)
def tell_of_correction(event: MoneyCorrected) -> None:
    kind = notices.CORRECTED_TO_SHOP if event.amount > 0 else notices.CORRECTED_FROM_SHOP
    facts = {"amount": str(Money(abs(event.amount), event.currency)), "reason": event.reason}
    _tell(event, kind, event.booked_at, "entries", **facts)


@on(MoneyHeld)
def tell_of_held_money(event: MoneyHeld) -> None:
    until = datetime.fromisoformat(event.due_at).astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    _tell(event, notices.MONEY_HELD, event.held_at, "money-case", event.case_id, until=until)


@on(MoneyCaseDecided)
def tell_of_decision(event: MoneyCaseDecided) -> None:
    if not event.is_told:  # looked into without the shop's money being held
        return
    kind = notices.MONEY_SEIZED if event.decision == "seize" else notices.MONEY_RELEASED
    facts = {"amount": str(Money(event.amount, event.currency)), "order": event.order_number, "reason": event.reason}
    _tell(event, kind, event.decided_at, "money-case", event.case_id, **facts)


@on(MoneyAppealAnswered)
def tell_of_answered_appeal(event: MoneyAppealAnswered) -> None:
    kind = notices.APPEAL_UPHELD if event.is_upheld else notices.APPEAL_REFUSED
    facts = {"amount": str(Money(event.amount, event.currency)), "answer": event.answer}
    _tell(event, kind, event.answered_at, "money-case", event.case_id, **facts)


@on(SeizedMoneyMoved)
def tell_of_seized_money(event: SeizedMoneyMoved) -> None:
    kind = notices.SEIZED_PAID_OVER if event.way == "over" else notices.SEIZED_LIFTED
    facts = {"amount": str(Money(event.amount, event.currency)), "order": event.file_number}
    _tell(event, kind, event.moved_at, "money-case", event.case_id, **facts)


@on(PaymentRefunded)
def watch_refund(event: PaymentRefunded) -> None:
    if event.order_id:
        money_watch.watch_refund(
            refund_id=event.refund_id,
            shop_id=event.shop_id,
            amount=Money(event.amount, event.currency),
            now=datetime.fromisoformat(event.refunded_at),
        )


@on(DisputeAnswered)
def tell_of_answer(event: DisputeAnswered) -> None:
    _tell(event, notices.DISPUTE_ANSWERED, event.answered_at, "statement", event.statement_id)


@on(CommissionInvoiceIssued)
def tell_of_commission_invoice(event: CommissionInvoiceIssued) -> None:
    facts = {"amount": str(Money(event.amount, event.currency)), "number": event.number}
    _tell(event, notices.COMMISSION_INVOICED, event.issued_at, "statement", event.statement_id, **facts)


@on(PartyRuleOffered)
def tell_of_party_offer(event: PartyRuleOffered) -> None:
    _tell(event, notices.PARTY_OFFERED, event.offered_at, "parties", party=event.party)


@on(PartyRuleAnswered)
def tell_of_party_answer(event: PartyRuleAnswered) -> None:
    """A party has no account with the mall: who had proposed its rule speaks for it."""
    version = PartyRuleVersion.objects.select_related("rule__party", "proposed_by").get(public_id=event.version_id)
    shop = Shop.objects.get(public_id=event.shop_id)
    kind = notices.PARTY_AGREED if event.is_agreed else notices.PARTY_ENDED
    facts = {"shop": dict(shop.name), "party": version.rule.party.name}
    url = reverse("admin:orders_partyruleversion_change", args=[version.pk])
    notify([version.proposed_by], kind, facts, url=url, now=datetime.fromisoformat(event.answered_at))


def _tell(event, kind, at: str, page: str, *arguments: str, **facts) -> None:
    tell_shop(
        shop_id=event.shop_id,
        kind=kind,
        page="",
        now=datetime.fromisoformat(at),
        roles=WITH_MONEY,
        address=(f"backoffice:settlement:{page}", *arguments),
        **facts,
    )
