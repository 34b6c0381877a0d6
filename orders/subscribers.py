"""What orders do when they hear something."""

from datetime import date, datetime

from mall.events.bus import on
from mall.events.catalog import ProductReviewed
from mall.events.marketing import DealCame, DealFailed
from mall.events.merchants import ShopExiting, ShopFrozen
from mall.events.orders import (
    AddressChangeAnswered,
    AddressChangeAsked,
    AfterSaleClosed,
    AfterSaleMoved,
    AfterSaleOpened,
    AfterSaleRefundOwed,
    InvoiceAnswered,
    InvoiceCorrectionDue,
    OrderBalanceDue,
    OrderCanceled,
    OrderCompleted,
    OrderDelivered,
    OrderDepositKept,
    OrderNotPickedUp,
    OrderPaid,
    OrderReady,
    OrderShipLate,
    ParcelCameBack,
    ParcelShipped,
    PaymentRefunded,
)
from mall.events.risk import OrdersCleared, OrdersSetAside
from orders import (
    balance_notices,
    cancellation,
    deals,
    goods_watch,
    invoice_notices,
    invoices,
    offering,
    parcel_notices,
    perks,
    refunds,
    setting_aside,
    traits,
)
from orders.after_sales import settling, telling
from orders.models import OrderLine, Refund


@on(OrderCanceled)
def owe_what_was_paid(event: OrderCanceled) -> None:
    if event.was_paid:
        refunds.ask_refund_of_canceled_order(order_id=event.order_id, now=datetime.fromisoformat(event.canceled_at))


@on(ParcelShipped)
def tell_of_parcel(event: ParcelShipped) -> None:
    parcel_notices.tell_of_parcel(
        parcel_id=event.parcel_id, is_last=event.is_last, now=datetime.fromisoformat(event.shipped_at)
    )


@on(ParcelCameBack)
def tell_of_return(event: ParcelCameBack) -> None:
    parcel_notices.tell_of_return(parcel_id=event.parcel_id, now=datetime.fromisoformat(event.came_back_at))


@on(OrderShipLate)
def tell_of_late_order(event: OrderShipLate) -> None:
    parcel_notices.tell_of_lateness(
        order_id=event.order_id, hours=event.hours, now=datetime.fromisoformat(event.late_at)
    )


@on(OrderReady)
def tell_of_readiness(event: OrderReady) -> None:
    parcel_notices.tell_of_readiness(order_id=event.order_id, now=datetime.fromisoformat(event.ready_at))


@on(OrderNotPickedUp)
def tell_of_pick_up(event: OrderNotPickedUp) -> None:
    parcel_notices.tell_of_pick_up(
        order_id=event.order_id, is_over=event.is_over, now=datetime.fromisoformat(event.told_at)
    )


@on(AddressChangeAsked)
def tell_shop_of_address(event: AddressChangeAsked) -> None:
    parcel_notices.tell_shop_of_address(order_id=event.order_id, now=datetime.fromisoformat(event.asked_at))


@on(AddressChangeAnswered)
def tell_shopper_of_address(event: AddressChangeAnswered) -> None:
    parcel_notices.tell_shopper_of_address(
        order_id=event.order_id, is_done=event.is_done, now=datetime.fromisoformat(event.answered_at)
    )


@on(PaymentRefunded)
def give_back_what_was_used(event: PaymentRefunded) -> None:
    if event.order_id:
        now = datetime.fromisoformat(event.refunded_at)
        offering.give_back_if_refunded_whole(order_id=event.order_id, now=now)


@on(ShopFrozen)
def release_what_nobody_paid(event: ShopFrozen) -> None:
    if event.frozen_at:
        cancellation.cancel_unpaid_orders_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.frozen_at))


@on(ShopExiting)
def release_what_nobody_paid_to_who_leaves(event: ShopExiting) -> None:
    cancellation.cancel_unpaid_orders_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.exiting_at))


@on(AfterSaleRefundOwed)
def owe_what_was_agreed(event: AfterSaleRefundOwed) -> None:
    refunds.ask_refund_of_case(case_id=event.case_id, now=datetime.fromisoformat(event.owed_at))


@on(PaymentRefunded)
def finish_after_sale(event: PaymentRefunded) -> None:
    refund = Refund.objects.select_related("after_sale").get(public_id=event.refund_id)
    if refund.after_sale_id:
        settling.finish(refund=refund, now=datetime.fromisoformat(event.refunded_at))


@on(OrderCompleted)
def give_what_steps_promised(event: OrderCompleted) -> None:
    perks.give(order_id=event.order_id, now=datetime.fromisoformat(event.completed_at))


@on(AfterSaleClosed)
def take_back_what_steps_gave(event: AfterSaleClosed) -> None:
    if event.is_settled:
        perks.take_back(order_id=event.order_id, now=datetime.fromisoformat(event.closed_at))


@on(AfterSaleOpened)
def tell_shop_of_after_sale(event: AfterSaleOpened) -> None:
    telling.tell_of_opening(case_id=event.case_id, now=datetime.fromisoformat(event.opened_at))


@on(AfterSaleOpened)
def watch_what_was_bought(event: AfterSaleOpened) -> None:
    goods_watch.watch_goods_of_order(order_id=event.order_id, now=datetime.fromisoformat(event.opened_at))


@on(AfterSaleMoved)
def tell_of_after_sale(event: AfterSaleMoved) -> None:
    telling.tell_of_move(
        case_id=event.case_id,
        status=event.status,
        by=event.by,
        did=event.did,
        now=datetime.fromisoformat(event.moved_at),
    )


@on(DealCame)
def let_it_be_sent(event: DealCame) -> None:
    ships_on = date.fromisoformat(event.ships_on) if event.ships_on else None
    deals.deal_came(order_id=event.order_id, ships_on=ships_on, now=datetime.fromisoformat(event.came_at))


@on(DealFailed)
def end_what_waited(event: DealFailed) -> None:
    deals.deal_failed(order_id=event.order_id, reason=event.reason, now=datetime.fromisoformat(event.failed_at))


@on(OrderBalanceDue)
def tell_of_balance(event: OrderBalanceDue) -> None:
    balance_notices.tell_of_balance(
        order_id=event.order_id, stage=event.stage, now=datetime.fromisoformat(event.told_at)
    )  # fmt: skip


@on(OrderDepositKept)
def tell_of_kept_deposit(event: OrderDepositKept) -> None:
    balance_notices.tell_of_kept_deposit(order_id=event.order_id, now=datetime.fromisoformat(event.kept_at))


# Fake trade (R3): what risk is told of an order, and what it tells


@on(OrderPaid)
def show_paid_order(event: OrderPaid) -> None:
    traits.show_order(order_id=event.order_id, now=datetime.fromisoformat(event.paid_at))


@on(OrderDelivered)
def show_delivered_order(event: OrderDelivered) -> None:
    traits.show_order(order_id=event.order_id, now=datetime.fromisoformat(event.delivered_at))


@on(PaymentRefunded)
def show_refunded_order(event: PaymentRefunded) -> None:
    if event.order_id:
        traits.show_order(order_id=event.order_id, now=datetime.fromisoformat(event.refunded_at))


@on(ProductReviewed)
def show_reviewed_order(event: ProductReviewed) -> None:
    line = OrderLine.objects.select_related("order").get(pk=event.order_line_id)
    traits.show_order(order_id=line.order.public_id, now=datetime.fromisoformat(event.written_at))


@on(OrdersSetAside)
def count_no_more(event: OrdersSetAside) -> None:
    setting_aside.set_aside(order_ids=event.order_ids, now=datetime.fromisoformat(event.set_aside_at))


@on(OrdersCleared)
def count_again(event: OrdersCleared) -> None:
    setting_aside.readmit(order_ids=event.order_ids, now=datetime.fromisoformat(event.cleared_at))


@on(InvoiceAnswered)
def tell_of_invoice(event: InvoiceAnswered) -> None:
    invoice_notices.tell_shopper(
        invoice_id=event.invoice_id, is_issued=event.is_issued, now=datetime.fromisoformat(event.answered_at)
    )


@on(InvoiceCorrectionDue)
def tell_of_correction(event: InvoiceCorrectionDue) -> None:
    invoice_notices.tell_shop_of_correction(invoice_id=event.invoice_id, now=datetime.fromisoformat(event.due_at))


@on(PaymentRefunded)
def correct_invoice(event: PaymentRefunded) -> None:
    if event.order_id:
        invoices.follow_money(order_id=event.order_id, now=datetime.fromisoformat(event.refunded_at))


@on(OrderCanceled)
def withdraw_invoice(event: OrderCanceled) -> None:
    invoices.follow_money(order_id=event.order_id, now=datetime.fromisoformat(event.canceled_at))
