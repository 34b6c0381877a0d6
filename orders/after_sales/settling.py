"""When a case is settled with money: the mall owes it, once, and never more than was paid."""

from datetime import datetime

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog import stats, stock
from mall.events.bus import publish
from mall.events.orders import AfterSaleRefundOwed
from mall.money import Money
from marketing.trials import is_trial
from orders import cancellation, fulfillment, gift_cards
from orders.after_sales.amounts import duty_back, shipping_back
from orders.after_sales.cases import Did, Side, Status, end, lock_case, move
from orders.models import AfterSale, Order, OrderLine, Refund, Verdict

Fault = AfterSale.Fault


def settle(
    case: AfterSale, did: str, *, goods: Money | None = None, side: str, by=None, now: datetime, text: str = ""
) -> None:
    """
    Owe the shopper what a locked case comes to: for the goods (what she asked, unless said) and of the shipping fee
    (by whose fault it is, or as the mall has decided); with the goods goes their part of the duty.

    What was never shipped may be bought again; an order of which nothing is left to send is shipped if some of it was,
    else it is canceled. Gift cards that are given
    back hold nothing any more.
    """
    order = case.order
    lines = list(OrderLine.objects.filter(order=order).order_by("pk"))
    case.refund_goods = case.asked if goods is None else goods
    if verdict := case.verdicts.filter(executed_at__isnull=False).order_by("-round").first():
        case.fault = fault_by(verdict)
        is_paid_by_shop = verdict.shipping_payer == Verdict.Payer.SHOP
        case.refund_shipping = order.shipping_fee - order.refunded_shipping if is_paid_by_shop else _nothing(case)
    else:
        case.fault = Fault.SHOP if case.is_blamed_on_shop else Fault.SHOPPER
        case.refund_shipping = shipping_back(
            case=case, order=order, lines=lines, is_shops_fault=case.fault == Fault.SHOP
        )
    case.settled_at = now
    line = next(line for line in lines if line.pk == case.line_id)
    case.refund_duty = duty_back(line, goods=case.refund_goods, quantity=case.quantity)
    OrderLine.objects.filter(pk=line.pk).update(
        refunded_quantity=F("refunded_quantity") + case.quantity,
        refunded=F("refunded") + case.refund_goods.minor,
        refunded_duty=F("refunded_duty") + case.refund_duty.minor,
        dropped_quantity=F("dropped_quantity") + (case.quantity if case.is_unshipped else 0),
    )
    order.refunded += case.refund
    order.refunded_shipping += case.refund_shipping
    order.save(update_fields=["refunded", "refunded_shipping"])
    stock.release(document=case.public_id, now=now)  # what was kept for an exchange that came to nothing
    if case.is_unshipped:
        stock.release_part(document=order.public_id, quantities={case.line.sku_id: case.quantity}, now=now)
    if order.is_of_cards:
        gift_cards.void_of(case, now=now)
    if case.is_after_completion and order.set_aside_at is None and not is_trial(order.deal):
        stats.count_sales({case.line.product_public_id: -case.quantity})
    if not case.refund:
        end(case, Status.DONE, did, side=side, by=by, now=now, text=text)
    else:
        move(case, Status.REFUNDING, did, side=side, by=by, now=now, text=text)
        publish(
            AfterSaleRefundOwed(
                case_id=case.public_id,
                order_id=order.public_id,
                shop_id=order.shop.public_id,
                amount=case.refund.minor,
                currency=case.currency,
                owed_at=now,
            )
        )
    if case.is_unshipped and order.status == Order.Status.PAID:
        _go_on_without(order, sum(line.unsent for line in lines) - case.quantity, now)
    fulfillment.go_on_after_return(order, now)


def _go_on_without(order: Order, unsent: int, now: datetime) -> None:
    """So many pieces are left to send, after some were refunded: if none, the order is shipped, or comes to nothing."""
    if unsent:
        return
    if order.is_partly_shipped:
        fulfillment.finish_shipping(order, now=now)
        return
    with override(settings.LANGUAGE_CODE):
        reason = _("Everything in it was refunded")
    cancellation.cancel_emptied_order(order=order, reason=reason, now=now)


def fault_by(verdict: Verdict) -> str:
    """Whose fault it is by a verdict: who bears at least half of it."""
    return Fault.SHOP if verdict.liability_percent >= 50 else Fault.SHOPPER


def _nothing(case: AfterSale) -> Money:
    return Money(0, case.currency)


def finish(*, refund: Refund, now: datetime) -> None:
    """The money of a case went back: the case is settled. Doing it again does nothing."""
    case = lock_case(refund.after_sale)
    if case.status == Status.REFUNDING:
        end(case, Status.DONE, Did.REFUNDED, side=Side.CLOCK, now=now)
